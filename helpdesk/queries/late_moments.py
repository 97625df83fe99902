"""Moments that are late all at once, and those that are held back for it."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models import DueMoment
from helpdesk.queries.due import any_row

HELD = "sla_held"
"""The kind of moments that the breaker put aside."""
AWAY = timedelta(days=365_000)
"""So long after its own time a moment stands that is put aside."""
ASIDE = {"sla": HELD, "rule": "rule_held"}
"""Kind of moment -> what it is while it is held back: those of promises, and those of rules of the clock."""


def any_held(session: Session) -> bool:
    """Whether the breaker holds something back."""
    return session.scalar(select(DueMoment.id).where(DueMoment.kind.in_(ASIDE.values())).limit(1)) is not None


def how_many_held(session: Session) -> int:
    """How many moments it holds back."""
    return session.scalar(select(func.count()).select_from(DueMoment).where(DueMoment.kind.in_(ASIDE.values()))) or 0


def held_is_early() -> bool:
    """Whether something is held back though its time has not come: a clock was wrong and was put right. For the timetable."""
    return any_row(select(DueMoment.id).where(DueMoment.due_at > clock.now() + AWAY, DueMoment.kind.in_(ASIDE.values())))


def how_many_late(session: Session, now: datetime, late: timedelta, most: int) -> int:
    """How many moments of promises and of rules have been due for longer than `late`, counted up to `most`."""
    of_these = DueMoment.kind.concat("").in_(ASIDE)  # SQLite would walk all of that kind, not the index of time
    found = select(DueMoment.id).where(DueMoment.due_at < now - late, of_these).limit(most)
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0
