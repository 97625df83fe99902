"""Rules of the clock: by whose hours they count, and that what they wait for moves when those are others."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest

from automations import planning, time_triggers
from helpdesk import jobs
from helpdesk.actions import calendars, change, drain_outbox, due_moments, holidays, long_tasks, rules
from helpdesk.actions.receive import receive
from helpdesk.extensions import db
from helpdesk.models import DueMoment, LongTask, RuleRun
from tests.factories import NOW, Clock, SmallDesk, messages

MORNING, EVENING = [[[540, 1020]]] * 7, [[[960, 1320]]] * 7
"""Every day from 9:00 to 17:00, and from 16:00 to 22:00 in Riyadh, where it is Sunday noon."""
TWO_HOURS = {"amount": 2, "unit": "business_hours", "since": "customer"}
TODAY = date(2026, 11, 22)


def hours(name: str, week: Any, **whose: Any) -> None:
    calendars.create(calendars.CalendarChange(name, "", "Asia/Riyadh", week, **whose))


def evenings_of_returns(desk: SmallDesk) -> None:
    """Everybody works in the morning, the team of returns in the evening."""
    hours("Usual", MORNING, standard=True)
    hours("Evening", EVENING, team_ids=(desk.ids["returns"],))


def timed(desk: SmallDesk, **after: Any) -> int:
    """A rule of the clock in force that writes a note; its id."""
    says = {"on": [], "if": {"all": []}, "then": [{"do": "note", "value": "Late."}], "stop": False, "after": TWO_HOURS | after}
    made = rules.create(desk.viewer("admin"), rules.RuleChange("timed", "Late", "", says))
    rules.switch(made.id, on=True)
    work_off()
    return made.id


def work_off() -> None:
    """What is due, and slow tasks."""
    for _round in range(2):
        drain_outbox.drain()
        due_moments.drain()
        if (drain := jobs.DRAINS[planning.MOVE]).due is None or drain.due():
            drain.run()
        while taken := long_tasks.lease_next():
            long_tasks.work(*taken)
    db.session.rollback()


def moments(number: int) -> list[timedelta]:
    """How long after the beginning something is due on the ticket."""
    db.session.rollback()
    found = db.session.query(DueMoment.due_at).filter_by(ticket_id=number, kind="rule").order_by(DueMoment.due_at)
    return [due_at - NOW for due_at, in found]


def ran(rule_id: int) -> int:
    db.session.rollback()
    return db.session.query(RuleRun).filter_by(rule_id=rule_id, matched=True).count()


def later(**span: float) -> list[timedelta]:
    return [timedelta(**span)]


@pytest.mark.parametrize(("team", "channel", "due"), [
    ("", "", 2), ("", "email", 6), ("", "chat", 2), ("repairs", "", 6), ("returns", "", 2),
])  # fmt: skip
def test_by_the_hours_of_promises(desk: SmallDesk, team: str, channel: str, due: int) -> None:
    """Of the ticket's team, else of the door by which it came, else of the desk."""
    hours("Usual", MORNING, standard=True)
    hours("Evening", EVENING, team_ids=(desk.ids[team],) if team else (), channels=(channel,) if channel else ())
    timed(desk)
    number = desk.ticket()
    work_off()
    assert moments(number) == later(hours=due)


@pytest.mark.parametrize(("after", "due"), [({}, 6), ({"unit": "hours"}, 2), ({"unit": "business_days", "amount": 1}, 10)])
def test_another_team_has_other_hours(desk: SmallDesk, after: dict[str, Any], due: int) -> None:
    evenings_of_returns(desk)
    timed(desk, **after)
    number = desk.ticket()
    work_off()
    change.change(desk.viewer("admin"), number, change.set_team(desk.ids["returns"]))
    work_off()
    assert moments(number) == later(hours=due)


def test_what_was_done_is_not_done_again_by_other_hours(desk: SmallDesk, clock: Clock) -> None:
    evenings_of_returns(desk)
    late = timed(desk)
    number = desk.ticket()
    work_off()
    clock.move(hours=2)
    work_off()
    assert (ran(late), moments(number)) == (1, [])
    change.change(desk.viewer("admin"), number, change.set_team(desk.ids["returns"]))
    holidays.create(holidays.HolidayChange(None, "A feast", "عيد", TODAY, TODAY, [], "confirmed"))
    work_off()
    clock.move(days=3)
    work_off()
    assert (ran(late), moments(number)) == (1, [])


@pytest.mark.parametrize("unit", ["business_hours", "hours"])
def test_a_holiday_moves_what_rules_wait_for(desk: SmallDesk, clock: Clock, unit: str) -> None:
    hours("Usual", MORNING, standard=True)
    late = timed(desk, unit=unit)
    number = desk.ticket()
    work_off()
    assert moments(number) == later(hours=2)
    feast = holidays.create(holidays.HolidayChange(None, "A feast", "عيد", TODAY, TODAY, [], "estimated")).id
    work_off()
    assert moments(number) == (later(hours=23) if unit == "business_hours" else later(hours=2))
    clock.move(hours=3)
    holidays.remove(feast)
    work_off()
    assert (ran(late), moments(number)) == (1, []), "its time is over by the hours of today"


def test_of_many_changes_one_task_is_made(desk: SmallDesk) -> None:
    hours("Usual", MORNING, standard=True)
    timed(desk)
    drain = jobs.DRAINS[planning.MOVE]
    for day in range(1, 4):
        feast = TODAY + timedelta(days=day)
        holidays.create(holidays.HolidayChange(None, "A feast", "", feast, feast, [], "confirmed"))
        assert drain.due is not None
        assert drain.due()
        drain.run()
        assert not drain.due()
    assert db.session.query(LongTask).filter_by(kind=planning.MOVE, state="waiting").count() == 1


def writes(desk: SmallDesk, number: int) -> None:
    """The customer writes once more, and nobody has heard of it."""
    mail = desk.mail("And?", in_reply_to=messages(number)[0].external_id, authentication="pass")
    assert receive([mail])[0].ticket_id == number


@pytest.mark.parametrize("what", ["writes", "team", "feast"])
def test_what_nobody_has_heard_of_puts_a_moment_off(desk: SmallDesk, clock: Clock, what: str) -> None:
    """A moment comes while a worker still has what happened before it in hand."""
    evenings_of_returns(desk)
    late = timed(desk)
    number = desk.ticket()
    work_off()
    clock.move(hours=1)
    if what == "writes":
        writes(desk, number)
    elif what == "team":
        change.change(desk.viewer("admin"), number, change.set_team(desk.ids["returns"]))
    else:
        holidays.create(holidays.HolidayChange(None, "A feast", "", TODAY, TODAY, [], "confirmed"))
    clock.move(hours=1)
    due_moments.drain()
    assert (ran(late), moments(number)) == (0, later(hours={"writes": 3, "team": 6, "feast": 23}[what]))
    work_off()
    assert (ran(late), moments(number)) == (0, later(hours={"writes": 3, "team": 6, "feast": 23}[what]))
    clock.move(days=1)
    work_off()
    assert (ran(late), moments(number)) == (1, [])


@pytest.mark.parametrize("robot", [False, True])
def test_only_who_is_heard_puts_a_moment_off(desk: SmallDesk, clock: Clock, robot: bool) -> None:
    late = timed(desk, unit="hours")
    number = desk.ticket(authentication="pass")
    work_off()
    clock.move(hours=1)
    more = {"auto_reply": "auto-submitted"} if robot else {}
    receive([desk.mail("And?", in_reply_to=messages(number)[0].external_id, authentication="pass", **more)])
    clock.move(hours=1)
    due_moments.drain()
    assert ran(late) == robot


def test_a_rule_that_is_planned_while_a_customer_writes(desk: SmallDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planning has read since when the rule counts; before it writes that down another worker takes in a message and hears of it."""
    late = timed(desk, unit="hours")
    number = desk.ticket()
    work_off()
    clock.move(hours=1)
    anchor, workers = time_triggers.anchor, list[threading.Thread]()

    def read(*asked: Any) -> Any:
        found = anchor(*asked)
        if not workers:
            workers.append(threading.Thread(target=other, daemon=True))
            workers[0].start()
            workers[0].join(1)
        return found

    def other() -> None:
        with desk.app.app_context():
            writes(desk, number)
            drain_outbox.drain()
            db.session.remove()

    rules.switch(late, on=True)
    monkeypatch.setattr(time_triggers, "anchor", read)
    while taken := long_tasks.lease_next():
        long_tasks.work(*taken)
    workers[0].join(20)
    assert moments(number) == later(hours=3)
