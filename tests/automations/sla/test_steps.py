"""Steps of promises whose time has come: many in one transaction, each once, also where a clock jumps or one of them fails."""

from datetime import timedelta
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import event, select

from automations import actions
from helpdesk.actions import due_moments, late_moments
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import DueMoment, Event, Notice, SlaTarget
from helpdesk.queries.late_moments import HELD, held_is_early, how_many_held
from helpdesk.queries.notices import sentence
from tests.automations.sla.conftest import Promise, at, badge, planned, settle, steps
from tests.factories import Clock, SmallDesk, at_once

STEPS = [
    {"at": {"kind": "percent", "amount": 75}, "then": [{"do": "tag", "value": ["soon"]}]},
    {"at": {"kind": "breach"}, "then": [{"do": "set_priority", "value": "high"}]},
    {"at": {"kind": "after", "amount": 1, "unit": "business_hours"}, "then": [{"do": "tag", "value": ["late"]}]},
]
ALL = ["after:1:business_hours", "breach", "breach:do", "percent:75"]
JUMPS = (timedelta(hours=1), timedelta(days=1), timedelta(days=365))


@pytest.fixture
def three(riyadh: SmallDesk, promise: Promise) -> list[int]:
    """Three tickets of Tuesday, 10:00; their first responses are due at 12:00."""
    promise(steps=STEPS)
    numbers = [riyadh.ticket(f"Number {place}") for place in range(3)]
    settle()
    return numbers


def acts() -> int:
    """How many things the desk did by itself for promises."""
    db.session.rollback()
    return db.session.query(Event).filter(Event.actor == "system", Event.kind.in_(("ticket_tagged", "priority_changed"))).count()


def test_a_clock_that_jumps_and_is_put_right(three: list[int], clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """By an hour, a day, a year, forward and back: a mass of late steps waits for somebody, and is planned as before when all is right."""
    monkeypatch.setattr(late_moments, "MOST_LATE", 2)
    clock.set(at("03-24 11:29"))
    before = [planned(number) for number in three]
    for jump in JUMPS:
        clock.move(days=jump.days, seconds=jump.seconds)
        settle()
        assert (steps(), acts(), how_many_held(db.session) > 2) == ([], 0, True), jump
        clock.set(at("03-24 11:29"))
        assert held_is_early(), jump
        late_moments.take_back()
        settle()
        assert ([planned(number) for number in three], how_many_held(db.session), steps()) == (before, 0, []), jump
    for hour in ("11:30", "12:00", "13:00"):
        clock.set(at(f"03-24 {hour}"))
        settle()
    assert (sorted(steps()), acts()) == (sorted(ALL * 3), 9)
    for jump in JUMPS:  # back, and on again
        for sign in (-1, 1):
            clock.move(days=sign * jump.days, seconds=sign * jump.seconds)
            settle()
    assert (len(steps()), acts()) == (12, 9), "nothing twice"
    assert {badge(number)[2] for number in three} == {"breached"}


def test_whom_a_step_tells_reads_which_promise_it_is(riyadh: SmallDesk, promise: Promise, clock: Clock) -> None:
    """A warning, a breach, an escalation: to the supervisors, in each reader's language, a stage by its own name."""
    tell = [{"do": "notify", "value": "supervisors"}]
    review = {"name": "review", "name_ar": "المراجعة", "start": {"on": "ticket_opened"}, "stop": {"on": "ticket_tagged"},
              "default": {"amount": 2, "unit": "business_hours"}}  # fmt: skip
    promise({"stages": [review]}, [step | {"then": tell} for step in STEPS])
    number = riyadh.ticket()
    settle()
    for hour in ("11:30", "12:00", "13:00"):
        clock.set(at(f"03-24 {hour}"))
        settle()
    told = {}
    for who in ("supervisor", "admin"):
        rows = db.session.scalars(select(Notice).where(Notice.agent_id == riyadh.ids[who]).order_by(Notice.id)).all()
        with riyadh.app.test_request_context(), force_locale("ar" if who == "admin" else "en"):
            told[who] = [sentence(row.words, row.ticket_id).replace("\u2068", "").replace("\u2069", "") for row in rows]
    assert told["supervisor"] == [
        f"#{number}: “review” is due soon.", f"#{number}: “review” was missed.", f"#{number}: “review” was missed and is still open."]
    assert [("المراجعة" in text, "review" in text) for text in told["admin"]] == [(True, False)] * 3


def test_what_is_held_back_goes_on_when_an_admin_says_so(three: list[int], clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_moments, "MOST_LATE", 5)
    clock.move(days=365)
    settle()
    assert (steps(), how_many_held(db.session)) == ([], 12)
    clock.set(at("03-24 12:01"))
    assert late_moments.release_held() == 12
    settle()
    assert (sorted(steps()), how_many_held(db.session)) == (sorted(["percent:75", "breach", "breach:do"] * 3), 0)
    assert db.session.query(DueMoment).filter(DueMoment.kind == HELD).count() == 0
    clock.set(at("03-24 12:01") + timedelta(days=1))
    settle()
    assert len(steps()) == 12, "a few that are late are done"


def test_one_that_fails_holds_up_no_other(three: list[int], clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """All three come in one transaction; when one breaks it, each has its own, and that one comes again later."""
    perform, bad = actions.perform, three[1]

    def breaks(doing: actions.Doing, action: dict[str, Any]) -> dict[str, Any]:
        if doing.ticket.id == bad:
            raise RuntimeError("the weather")
        return perform(doing, action)

    monkeypatch.setattr(actions, "perform", breaks)
    clock.set(at("03-24 11:30"))
    settle()
    assert (steps(), acts()) == (["percent:75"] * 2, 2)
    late = db.session.scalars(select(DueMoment).where(DueMoment.ticket_id == bad, DueMoment.step == "percent:75")).one()
    assert (late.attempts, late.due_at > at("03-24 11:30")) == (1, True)
    monkeypatch.setattr(actions, "perform", perform)
    clock.move(seconds=5)
    settle()
    assert (steps(), acts()) == (["percent:75"] * 3, 3)


def test_a_moment_that_comes_twice_does_nothing_twice(three: list[int], clock: Clock) -> None:
    """As after a restore of half a backup: the row of what was done decides."""
    clock.set(at("03-24 12:00"))
    settle()
    assert (len(steps()), acts()) == (9, 6)
    with transaction() as session:
        target = session.scalars(select(SlaTarget).where(SlaTarget.ticket_id == three[0])).one()
        for step in ("percent:75", "breach", "breach:do"):
            due_moments.plan(session, "sla", target.id, three[0], at("03-24 11:00"), step, target.revision)
    settle()
    assert (len(steps()), acts()) == (9, 6)
    assert planned(three[0]) == {"after:1:business_hours": at("03-24 13:00")}, "and it is dealt with, not put off"


def test_two_workers_take_each_step_once(three: list[int], riyadh: SmallDesk, clock: Clock) -> None:
    clock.set(at("03-24 13:00"))

    at_once(riyadh, [due_moments.drain] * 2)
    settle()
    assert (sorted(steps()), acts()) == (sorted(ALL * 3), 9)


def test_the_tick_walks_along_what_is_due(three: list[int], clock: Clock) -> None:
    """Every statement that looks for moments goes by the index of their times, never through all of a kind."""
    asked: list[tuple[str, Any]] = []
    listen = event.listens_for(db.engine, "before_cursor_execute")
    listen(lambda _line, _cursor, statement, values, *_more: asked.append((statement, values)) if "FROM due_moment" in statement else None)
    clock.set(at("03-24 12:40"))
    settle()
    looks = [(statement, values) for statement, values in asked if statement.startswith("SELECT") and "due_at <" in statement]
    assert len(looks) > 4
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as line:
            for statement, values in looks:
                plan = str(line.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
                assert "ix_due_moment_due" in plan, (statement, plan)
