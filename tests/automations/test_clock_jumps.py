"""Rules under a clock that jumps by an hour, a day, a year, in both directions (safety M16): nothing twice, nothing lost, no avalanche."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk import clock as time
from helpdesk.actions import drain_outbox, due_moments, late_moments, long_tasks, rules
from helpdesk.actions.receive import receive
from helpdesk.actions.transaction import transaction
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
    work_off()
    return made.id


def work_off() -> None:
    """Slow tasks are done."""
    while taken := long_tasks.lease_next():
        long_tasks.work(*taken)


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


@pytest.fixture
def aside(desk: SmallDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[int]]:
    """A rule of the clock whose moments on six tickets are held back; the rule and the tickets."""
    monkeypatch.setattr(late_moments, "MOST_LATE", 3)
    late = timed(desk)
    numbers = [desk.ticket(sender=f"c{place}@example.net", authentication="pass") for place in range(6)]
    settle()
    clock.move(days=2)
    settle()
    assert (ran(late), how_many_held(db.session())) == (0, 6)
    return late, numbers


def writes_again(desk: SmallDesk, number: int, clock: Clock, at: int) -> None:
    """A customer writes once more so many minutes from now."""
    clock.move(minutes=at)
    again = desk.mail("And?", in_reply_to=desk_id(number), authentication="pass", sender=f"c{at}@example.net")
    assert receive([again])[0].ticket_id == number
    settle()


def test_a_customer_who_writes_meanwhile_is_waited_for_anew(desk: SmallDesk, clock: Clock, aside: tuple[int, list[int]]) -> None:
    late, numbers = aside
    writes_again(desk, numbers[0], clock, 0)
    assert how_many_held(db.session()) == 5, "what is planned anew is held back no more"
    assert late_moments.release_held() == 5
    settle()
    assert (ran(late), how_many_held(db.session()), [tag.name for tag in ticket(numbers[0]).tags]) == (5, 0, [])
    clock.move(hours=4)
    settle()
    assert (ran(late), [tag.name for tag in ticket(numbers[0]).tags], db.session.query(DueMoment).count()) == (6, ["late"], 0)


@pytest.mark.parametrize("ends", ["delete", "switch", "change"])
def test_a_rule_that_ends_lets_nothing_wait(desk: SmallDesk, aside: tuple[int, list[int]], ends: str) -> None:
    late, _numbers = aside
    if ends == "delete":
        rules.delete(late)
    elif ends == "switch":
        rules.switch(late, on=False)
    else:
        says = {"on": [], "if": {"all": []}, "then": [{"do": "tag", "value": ["other"]}], "stop": False, "after": FOUR_HOURS}
        rules.save(desk.viewer("admin"), late, rules.RuleChange("timed", "Late", "", says))
    work_off()
    assert (how_many_held(db.session()), late_moments.release_held()) == (0, 0)


@pytest.mark.parametrize("back", [False, True])
def test_of_two_moments_the_newer_one_counts(desk: SmallDesk, clock: Clock, aside: tuple[int, list[int]], back: bool) -> None:
    """An older release left both the held one and the one that was planned anew."""
    _late, numbers = aside
    with transaction() as session:
        one = session.scalars(select(DueMoment).where(DueMoment.ticket_id == numbers[0])).one()
        due = time.now() + timedelta(hours=4)
        session.add(DueMoment(kind="rule", ref=one.ref, ticket_id=one.ticket_id, step="", revision=0, due_at=due, attempts=0))
    if back:
        clock.move(days=-2)
        late_moments.take_back()
    else:
        assert late_moments.release_held() == 5
    rows = db.session.query(DueMoment).order_by(DueMoment.ticket_id).all()
    assert ([row.kind for row in rows], rows[0].due_at) == (["rule"] * 6, due)


def test_a_moment_that_is_held_back_twice_is_held_once(desk: SmallDesk, clock: Clock, aside: tuple[int, list[int]]) -> None:
    late, numbers = aside
    with transaction() as session:
        one = session.scalars(select(DueMoment).where(DueMoment.ticket_id == numbers[0])).one()
        session.add(DueMoment(kind="rule", ref=one.ref, ticket_id=one.ticket_id, step="", revision=0, due_at=time.now(), attempts=0))
    clock.move(hours=1)
    settle()
    assert (how_many_held(db.session()), db.session.query(DueMoment).count()) == (6, 6)
    late_moments.release_held()
    settle()
    assert ran(late) == 6
