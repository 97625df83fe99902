"""What was decided of a raw message before it became a message of a ticket; and what the desk raises an alarm about."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.extensions import db
from helpdesk.models.types import Json, Moment

STEPS = (
    "unreadable", "too_large", "partial", "own_mail", "loop", "bounce", "complaint", "blocked", "spam", "auto_reply", "absence", "bulk",
    "machine",
)  # fmt: skip
VERDICTS = ("quarantined", "held", "screened", "marked")


class Screening(db.Model):
    """The result of one step about one raw message. "marked" lets it through with a word on its ticket; the other verdicts keep it out
    of every ticket until somebody undoes them. It outlives its raw message, so that the ledger sees when one is gone."""

    __tablename__ = "screening"
    id: Mapped[int] = mapped_column(primary_key=True)
    raw_message_id: Mapped[int] = mapped_column()
    step: Mapped[str] = mapped_column(String(20))
    verdict: Mapped[str] = mapped_column(String(12))
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    at: Mapped[datetime] = mapped_column(Moment)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_by: Mapped[int | None] = mapped_column()


Index("ix_screening_raw_message", Screening.raw_message_id, Screening.id)
LIVE = text("undone_at IS NULL")
Index("ix_screening_live", Screening.verdict, Screening.raw_message_id, sqlite_where=LIVE, postgresql_where=LIVE)


class Alarm(db.Model):
    """Something that stands still or does not add up; told once by the second road, cleared when it is over."""

    __tablename__ = "alarm"
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    words: Mapped[str] = mapped_column(String(300))
    raised_at: Mapped[datetime] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    cleared_at: Mapped[datetime | None] = mapped_column(Moment)
