"""One transaction a use case: in line for the writer, commit at the end, tell the world afterwards."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from flask import current_app
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from helpdesk import database, jobs, live
from helpdesk.actions.rows import put_what_waits
from helpdesk.errors import Busy, NoRoom
from helpdesk.extensions import db
from helpdesk.queries import together


@contextmanager
def transaction() -> Iterator[Session]:
    """Yields a session that may write; commits when the block ends, rolls back when it raises.

    Inside belongs SQL alone: files, Redis and network come before or after. Busy when the database would not let us write in time.
    """
    if database.writing.get():
        raise RuntimeError("a transaction within a transaction")
    session = db.session()
    session.commit()  # ends what was read before: the writer must see today's rows
    told: dict[str, Any] = {"hints": [], "nudges": set(), "written": [], "rows": {}, "numbers": deque()}
    session.info["tell"] = told
    queue = current_app.extensions["write_queue"]
    with queue.turn() if queue else nullcontext():
        token = database.writing.set(True)
        try:
            yield session
            put_what_waits(session)
            session.commit()
        except OperationalError as error:
            session.rollback()
            raise refusal_of(error) from error
        except BaseException:
            session.rollback()
            raise
        finally:
            database.writing.reset(token)
            session.info.pop("tell", None)
            together.end(session)
    live.publish(told["hints"])
    if told["nudges"]:
        jobs.later(*sorted(told["nudges"]))


@contextmanager
def written_late(session: Session) -> Iterator[None]:
    """Within it what was changed is written when a query may ask for it, and at the end: for work that changes the same rows again and
    again and asks for little."""
    session.autoflush = True
    try:
        yield
    finally:
        session.autoflush = False


def refusal_of(error: OperationalError) -> Exception:
    """Busy where waiting longer could have helped, NoRoom for a full disk, else the error itself."""
    words = str(error.orig)
    if any(mark in words for mark in ("database is locked", "lock timeout", "deadlock detected")):
        return Busy()
    return NoRoom() if "disk is full" in words or "No space left on device" in words else error


def hint(session: Session, topics: list[str], what: dict[str, Any]) -> None:
    """To be published after the commit."""
    session.info["tell"]["hints"].append((topics, what))


def nudge(session: Session, name: str) -> None:
    """A drain to be nudged after the commit."""
    session.info["tell"]["nudges"].add(name)
