"""A moment that fails comes again, five times; then it is seen, and somebody lets it go on. Whatever became of it, it acts once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from automations import triggers
from helpdesk import clock as time
from helpdesk import jobs
from helpdesk.actions import alarms, due_moments, rules
from helpdesk.extensions import db
from helpdesk.models import DueMoment, RuleRun
from helpdesk.queries import health
from tests.automations.test_time_triggers import later, moments, ran, timed, work_off, writes
from tests.factories import NOW, Clock, SmallDesk


@pytest.fixture
def broken() -> Iterator[pytest.MonkeyPatch]:
    """No rule can be tried, until it is undone."""

    def fails(*_asked: Any) -> bool:
        raise LookupError

    with pytest.MonkeyPatch.context() as patch:  # of its own: the clock stays stopped
        patch.setattr(triggers, "attempt", fails)
        yield patch


def stage() -> health.Stage:
    db.session.rollback()
    return next(one for one in health.stages() if one.key == "due")


def fail(clock: Clock, times: int) -> None:
    """The desk tries so often."""
    for _ in range(times):
        due_moments.drain()
        clock.move(minutes=1)
    db.session.rollback()


def alarms_of(clock: Clock) -> list[str]:
    """Two looks, with as much time between them as an alarm must be seen."""
    for _ in range(2):
        jobs.tick("alarms")
        clock.move(seconds=31)
    db.session.rollback()
    return [alarm.key for alarm in alarms.standing()]


def causes() -> list[str]:
    db.session.rollback()
    return [run.cause for run in db.session.query(RuleRun).order_by(RuleRun.id)]


def test_what_failed_too_often_is_seen_and_goes_on(desk: SmallDesk, clock: Clock, broken: pytest.MonkeyPatch) -> None:
    late = timed(desk, unit="hours")
    number = desk.ticket()
    work_off()
    clock.move(hours=2)
    fail(clock, 4)
    assert (stage().stuck, stage().red) == (0, False)
    fail(clock, 3)
    found = stage()
    assert (found.waiting, found.stuck, found.red, alarms_of(clock)) == (0, 1, True, ["due"])
    broken.undo()
    work_off()
    assert (ran(late), moments(number)) == (0, [time.FAR - NOW])
    assert due_moments.try_parked_again() == 1
    work_off()
    assert (ran(late), causes(), moments(number)) == (1, [f"due:{(NOW + timedelta(hours=2)).isoformat()}"], [])
    jobs.tick("alarms")
    assert (stage().red, alarms.standing()) == (False, [])
    assert due_moments.try_parked_again() == 0


def test_what_is_due_and_not_done_stands_still(desk: SmallDesk, clock: Clock) -> None:
    timed(desk, unit="hours")
    desk.ticket()
    work_off()
    clock.move(hours=2, seconds=119)
    assert (stage().waiting, stage().oldest_at, stage().red) == (1, NOW + timedelta(hours=2), False)
    clock.move(seconds=2)
    assert (stage().red, alarms_of(clock)) == (True, ["due"])
    work_off()
    assert (stage().waiting, stage().oldest_at, stage().red) == (0, None, False)


@pytest.mark.parametrize("times", [3, 5])
def test_what_is_planned_anew_has_failed_at_nothing(desk: SmallDesk, clock: Clock, broken: pytest.MonkeyPatch, times: int) -> None:
    timed(desk, unit="hours")
    number = desk.ticket()
    work_off()
    clock.move(hours=2)
    fail(clock, times)
    again = time.now() - NOW
    writes(desk, number)
    work_off()
    assert moments(number) == [again + timedelta(hours=2)]
    assert [row.attempts for row in db.session.query(DueMoment)] == [0]
    assert stage().stuck == 0


def test_a_moment_that_was_put_off_and_is_planned_anew_acts_once(desk: SmallDesk, clock: Clock, broken: pytest.MonkeyPatch) -> None:
    """It failed twice, acted at the third time, and then the clock was put back before its time."""
    late = timed(desk, unit="hours")
    number = desk.ticket()
    work_off()
    clock.move(hours=2)
    fail(clock, 2)
    broken.undo()
    work_off()
    assert ran(late) == 1
    clock.move(hours=-1)
    rules.switch(late, on=True)
    work_off()
    assert moments(number) == later(hours=2)
    clock.move(hours=3)
    work_off()
    assert (ran(late), moments(number), stage().red) == (1, [], False)
