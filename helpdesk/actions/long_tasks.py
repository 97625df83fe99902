"""Slow tasks: asked for, done by one worker at a time, taken up again where a worker died."""

import logging
import secrets
import threading
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy.orm import Session

from helpdesk import clock, jobs, long_tasks
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.long_tasks import Task
from helpdesk.models import LongTask
from helpdesk.queries.long_tasks import tasks_due

log = logging.getLogger(__name__)
LEASE_SECONDS, MOST_ATTEMPTS, THREAD = 60, 5, "long_tasks"
"""So many attempts in a row may end without a single step done."""


class Lost(Exception):
    """Somebody else holds the task by now."""


def begin(session: Session, kind: str, asked: dict[str, Any], agent_id: int | None) -> int:
    """Part of the caller's transaction; the number of the new task, for `/tasks/NUMBER`."""
    if kind not in long_tasks.KINDS:
        raise LookupError(f"no such kind of task: {kind}")
    task = LongTask(kind=kind, asked=asked, agent_id=agent_id, created_at=clock.now())
    session.add(task)
    session.flush()
    nudge(session, "long_tasks")
    return task.id


def drain() -> None:
    """Sees to it that somebody works on them; beside the worker, which has mail to read meanwhile."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    if not any(thread.name == THREAD and thread.is_alive() for thread in threading.enumerate()):
        threading.Thread(target=work_on, args=(app,), name=THREAD, daemon=True).start()


def work_on(app: Flask) -> None:
    """One task after another until none is due or the desk ends."""
    try:
        with app.app_context():
            while not jobs.stopping.is_set() and (taken := lease_next()):
                work(*taken)
                db.session.remove()
    except Exception:  # the database is away: leases run out, the timetable comes again
        log.exception("slow tasks are interrupted")


def lease_next() -> tuple[str, Task, str] | None:
    """(kind, task, token) of the oldest that nobody does, held for LEASE_SECONDS. One whose workers died again and again has failed."""
    now = clock.now()
    with transaction() as session:
        found = session.scalar(tasks_due(now).limit(1).with_for_update(skip_locked=True))
        task = session.get(LongTask, found, populate_existing=True) if found is not None else None
        if task is None:
            return None
        if task.attempts >= MOST_ATTEMPTS:
            end(task, "failed", {"error": "the program ended at every attempt"}, now)
            return None
        task.state, task.lease_token, task.attempts = "running", secrets.token_hex(16), task.attempts + 1
        task.lease_until = now + timedelta(seconds=LEASE_SECONDS)
        return task.kind, Task(task.id, task.asked, task.done, task.total, task.agent_id), task.lease_token


def work(kind: str, task: Task, token: str) -> None:
    """Step by step; what a step raises is the end of the task, not of the worker. When the desk ends, the task waits for its return."""
    try:
        steps = long_tasks.KINDS[kind].run(task)
        while True:
            try:
                done, total = next(steps)
            except StopIteration as ended:
                return finish(task.id, token, ended.value or {})
            progress(task.id, token, done, total)
            if jobs.stopping.is_set():
                return give_back(task.id, token)
    except Lost:
        log.warning("task %s is somebody else's by now", task.id)
    except Invalid as refusal:
        db.session.rollback()
        fail(task.id, token, refusal.sentence)
    except Exception as error:
        log.exception("task %s failed", task.id)
        db.session.rollback()
        fail(task.id, token, type(error).__name__)


def held(session: Session, task_id: int, token: str) -> LongTask:
    """The task, locked; Lost when the token no longer holds it."""
    task = session.get(LongTask, task_id, with_for_update=True, populate_existing=True)
    if task is None or task.lease_token != token or task.state != "running":
        raise Lost
    return task


def progress(task_id: int, token: str, done: int, total: int) -> None:
    """So much is done; the lease begins anew. Lost when somebody else has taken it up."""
    with transaction() as session:
        task = held(session, task_id, token)
        task.done, task.total, task.attempts = done, total, 1
        task.lease_until = clock.now() + timedelta(seconds=LEASE_SECONDS)


def finish(task_id: int, token: str, result: dict[str, Any]) -> None:
    """All is done."""
    with transaction() as session:
        task = held(session, task_id, token)
        task.done = task.total
        end(task, "done", result, clock.now())


def fail(task_id: int, token: str, words: str) -> None:
    """It cannot be done: `words` is a sentence, or the name of a fault of ours."""
    with transaction() as session:
        end(held(session, task_id, token), "failed", {"error": words}, clock.now())


def give_back(task_id: int, token: str) -> None:
    """Somebody goes on with it from its last step."""
    with transaction() as session:
        task = held(session, task_id, token)
        task.state, task.lease_token, task.lease_until, task.attempts = "waiting", None, None, 0


def end(task: LongTask, state: str, result: dict[str, Any], at: datetime) -> None:
    """Puts the end into the row; the page of whoever waits looks every second."""
    task.state, task.result, task.ended_at, task.lease_token, task.lease_until = state, result, at, None, None
