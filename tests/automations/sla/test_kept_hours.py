"""A sum that was told comes out the same years later, whatever became of the calendar."""

import json
import random
from datetime import date

from automations.sla import explain, moving
from automations.sla.kept_hours import hours_said, said_of
from helpdesk.actions import calendars, change
from helpdesk.extensions import db
from helpdesk.models import Calendar, KeptHours, SlaTarget
from tests.automations.sla.conftest import Promise, at, eid, settle, targets
from tests.automations.sla.hours_cases import hours_of, some_calendar
from tests.factories import Clock, SmallDesk
from tests.factories import ticket as ticket_of


def test_hours_are_read_as_they_were_written() -> None:
    for number in range(200):
        hours = hours_of(some_calendar(random.Random(number), date(2026, 3, 24)))
        assert hours_said(json.loads(json.dumps(said_of(hours)))) == hours


def explained(target: SlaTarget) -> explain.Explained:
    """As its page tells it."""
    return explain.explain(db.session(), ticket_of(target.ticket_id), target)


def test_what_ended_is_explained_by_the_hours_of_then(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    promise()
    ended, running = riyadh.ticket("A thing"), riyadh.ticket("Another")
    settle()
    clock.move(minutes=30)
    change.change(riyadh.viewer("admin"), ended, change.set_status("solved"))
    settle()
    before = explain.as_told(explained(targets(ended)["first_response"]))
    eid(date(2026, 3, 24), "confirmed")
    moving.move_now()
    settle()
    target = targets(ended)["first_response"]
    assert (explain.as_told(explained(target)), explained(target).as_kept) == (before, True)
    assert explained(target).calendar.shown_name("ar") == "المعتاد"
    moved = explained(targets(running)["first_response"])
    assert (moved.as_kept, moved.figure.due_at > at("03-28 00:00")) == (True, True)
    calendar = db.session.query(Calendar).one()
    calendars.delete(calendar.id)
    moving.move_now()
    target = targets(ended)["first_response"]
    assert (explain.as_told(explained(target)), explained(target).calendar.name) == (before, "Usual")


def test_the_same_hours_are_kept_once(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    promise()
    numbers = [riyadh.ticket(f"Thing {place}") for place in range(3)]
    settle()
    assert len({targets(number)["first_response"].hours_id for number in numbers}) == 1
    assert db.session.query(KeptHours).count() == 1
    eid(date(2026, 3, 26), "estimated")
    moving.move_now()
    assert db.session.query(KeptHours).count() == 2
    settle()
    moving.move_now()
    assert db.session.query(KeptHours).count() == 2
