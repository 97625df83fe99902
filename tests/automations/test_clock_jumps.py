"""Rules under a clock that jumps by an hour, a day, a year, in both directions (safety M16): nothing twice, nothing lost, no avalanche."""

from datetime import timedelta

import pytest

from helpdesk.actions import drain_outbox, due_moments, late_moments, long_tasks, rules
from helpdesk.actions.receive import receive
from helpdesk.extensions import db
from helpdesk.models import DueMoment, RuleRun
from helpdesk.queries.late_moments import how_many_held
from tests.automations.conftest import Write
from tests.factories import Clock, SmallDesk, messages, ticket

FOUR_HOURS = {"amount": 4, "unit": "hours", "since": "customer"}
JUMPS = [timedelta(hours=1), timedelta(days=1), timedelta(days=365)]


def timed(desk: SmallDesk, then: str = "late") -> int:
    """A rule of the clock in force."""
    says = {"on": [], "if": {"all": []}, "then": [{"do": "tag", "value": [then]}], "stop": False, "after": FOUR_HOURS}
    made = rules.create(desk.viewer("admin"), rules.RuleChange("timed", "Late", "", says))
    rules.switch(made.id, on=True)
    while taken := long_tasks.lease_next():
        long_tasks.work(*taken)
    return made.id


def settle() -> None:
    """As two workers do, one after the other."""
    for _ in range(3):
        drain_outbox.drain()
        due_moments.drain()
    db.session.rollback()


def ran(rule_id: int) -> int:
    db.session.rollback()
    return db.session.query(RuleRun).filter_by(rule_id=rule_id, matched=True).count()


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("span", JUMPS)
def test_each_rule_acts_once_however_the_clock_jumps(desk: SmallDesk, rule: Write, clock: Clock, span: timedelta, back: bool) -> None:
    answers, late = rule(then=[{"do": "tag", "value": ["seen"]}]), timed(desk)
    first = desk.ticket()
    settle()
    wrong = clock.move(seconds=(-span if back else span).total_seconds())
    settle()
    second = desk.ticket()  # while the clock is wrong
    settle()
    clock.set(wrong + (span if back else -span))
    settle()
    for _ in range(3):
        clock.move(hours=4)
        settle()
    assert (ran(answers), sorted(tag.name for tag in ticket(first).tags)) == (2, ["late", "seen"])
    assert "seen" in [tag.name for tag in ticket(second).tags]
    assert db.session.query(RuleRun).filter_by(rule_id=late, ticket_id=first, matched=True).count() == 1
    if back or span < timedelta(hours=8):
        assert ran(late) == 2


def test_what_was_written_under_a_clock_that_ran_ahead_is_heard_at_once(desk: SmallDesk, rule: Write, clock: Clock) -> None:
    answers = rule()
    clock.move(days=365)
    number = desk.ticket()
    clock.move(days=-365)
    settle()
    assert (ran(answers), [tag.name for tag in ticket(number).tags]) == (1, ["seen"])


def test_runs_of_a_clock_that_ran_ahead_hold_no_rule_back(desk: SmallDesk, rule: Write, clock: Clock) -> None:
    answers = rule(then=[{"do": "note", "value": "Seen."}])
    number = desk.ticket(authentication="pass")
    settle()
    clock.move(days=365)
    for _ in range(20):
        receive([desk.mail("Once more.", in_reply_to=desk_id(number), authentication="pass")])
    settle()
    clock.move(days=-365)
    before = ran(answers)
    assert receive([desk.mail("And again.", in_reply_to=desk_id(number), authentication="pass")])[0].ticket_id == number
    settle()
    last = db.session.query(RuleRun).order_by(RuleRun.id.desc()).first()
    assert (ran(answers), last.did[0]["result"]) == (before + 1, "done")


def desk_id(number: int) -> str:
    """The Message-ID that a customer answers."""
    return messages(number)[0].external_id or ""


def test_a_jump_by_a_year_is_no_avalanche(desk: SmallDesk, clock: Clock) -> None:
    """Many moments that are late all at once wait until an admin lets them go; then each acts, once."""
    late, many = timed(desk), late_moments.MOST_LATE + 20
    receive([desk.mail("Where is it?", sender=f"c{place}@example.net") for place in range(many)])
    settle()
    clock.move(days=365)
    settle()
    assert (ran(late), how_many_held(db.session())) == (0, many)
    clock.move(days=-365)
    settle()
    assert ran(late) == 0
    clock.move(hours=5)
    assert late_moments.release_held() == many
    settle()
    assert (ran(late), how_many_held(db.session()), db.session.query(DueMoment).count()) == (many, 0, 0)
    settle()
    assert ran(late) == many
