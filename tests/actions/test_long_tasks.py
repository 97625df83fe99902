"""Slow tasks: one worker at a time, with progress, from the last step on where a worker died, and never for ever."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk import jobs, long_tasks
from helpdesk.actions import long_tasks as actions
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.long_tasks import Steps, Task
from helpdesk.models import LongTask
from helpdesk.queries.long_tasks import task_is_due
from tests.factories import Clock, SmallDesk, at_once

DIES = """
import os
from helpdesk import long_tasks
from helpdesk.actions import long_tasks as actions
from helpdesk.app import create_app

def run(task):
    for done in range(task.done + 1, 6):
        if done == 4:
            os.kill(os.getpid(), 9)
        yield done, 5

app = create_app()
long_tasks.register("count", "Count", run)
actions.work_on(app)
"""


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The steps that were done, of a task that counts to `to`."""
    steps: list[int] = []

    def run(task: Task) -> Steps:
        for done in range(task.done + 1, task.asked["to"] + 1):
            if done == task.asked.get("breaks"):
                raise Invalid("There is no such file.") if task.asked.get("kindly") else LookupError("secret")
            if done == task.asked.get("stops"):
                jobs.stopping.set()
            steps.append(done)
            yield done, task.asked["to"]
        return {"url": "/tickets", "sum": sum(steps)}

    monkeypatch.setattr(long_tasks, "KINDS", {})
    long_tasks.register("count", "Count", run)  # type: ignore[arg-type]
    yield steps
    jobs.stopping.clear()


def begin(desk: SmallDesk, **asked: Any) -> int:
    with transaction() as session:
        return actions.begin(session, "count", {"to": 5} | asked, desk.ids["rana"])


def task(number: int) -> LongTask:
    db.session.rollback()
    return db.session.get_one(LongTask, number, populate_existing=True)


def test_progress_and_result(desk: SmallDesk, clock: Clock, seen: list[int]) -> None:
    number = begin(desk)
    assert task_is_due()
    kind, taken, token = actions.lease_next() or pytest.fail("nothing is due")
    assert not task_is_due()
    actions.progress(number, token, 2, 5)
    assert (task(number).done, task(number).total) == (2, 5)
    actions.work(kind, taken, token)
    assert (task(number).state, task(number).result) == ("done", {"url": "/tickets", "sum": 15})


def test_a_killed_workers_task_goes_on_from_its_last_step(
    desk: SmallDesk, clock: Clock, seen: list[int], ground: dict[str, str]
) -> None:
    number = begin(desk)
    environment = os.environ | ground | {"HELPDESK_TEST_CLOCK": str(clock.path)}
    killed = subprocess.run([sys.executable, "-c", DIES], env=environment, capture_output=True, text=True, timeout=60)
    assert killed.returncode == -9, killed.stderr
    assert (task(number).state, task(number).done) == ("running", 3)
    actions.work_on(desk.app)
    assert seen == [], "its lease is not over"
    clock.move(seconds=actions.LEASE_SECONDS)
    assert task_is_due()
    actions.work_on(desk.app)
    assert (seen, task(number).state) == ([4, 5], "done")


def test_who_lost_the_lease_writes_nothing(desk: SmallDesk, clock: Clock, seen: list[int]) -> None:
    number = begin(desk)
    kind, taken, token = actions.lease_next() or pytest.fail("nothing is due")
    clock.move(seconds=actions.LEASE_SECONDS)
    actions.work_on(desk.app)
    assert (task(number).state, seen) == ("done", [1, 2, 3, 4, 5])
    actions.work(kind, taken, token)
    assert (task(number).state, task(number).done, seen) == ("done", 5, [1, 2, 3, 4, 5, 1])


def test_what_breaks_is_told_and_is_not_begun_for_ever(desk: SmallDesk, clock: Clock, seen: list[int]) -> None:
    number, kindly = begin(desk, breaks=2), begin(desk, breaks=1, kindly=True)
    actions.work_on(desk.app)
    assert [task(one).result for one in (number, kindly)] == [{"error": "LookupError"}, {"error": "There is no such file."}]
    third = begin(desk)
    for _ in range(actions.MOST_ATTEMPTS):
        assert actions.lease_next()
        clock.move(seconds=actions.LEASE_SECONDS)
    assert actions.lease_next() is None
    assert (task(third).state, task_is_due()) == ("failed", False)


def test_when_the_desk_ends_somebody_else_goes_on(desk: SmallDesk, clock: Clock, seen: list[int]) -> None:
    number = begin(desk, stops=3)
    actions.work_on(desk.app)
    assert (task(number).state, task(number).done) == ("waiting", 3)
    jobs.stopping.clear()
    actions.work_on(desk.app)
    assert (seen, task(number).state) == ([1, 2, 3, 4, 5], "done")


def test_two_workers_never_do_one_task(desk: SmallDesk, clock: Clock, seen: list[int]) -> None:
    numbers = [begin(desk, to=20) for _ in range(3)]
    at_once(desk, [lambda: actions.work_on(desk.app)] * 3)
    actions.work_on(desk.app)
    assert sorted(seen) == sorted([*range(1, 21)] * 3)
    assert set(db.session.scalars(select(LongTask.state).where(LongTask.id.in_(numbers)))) == {"done"}
