"""What arrived, untouched; and the mails of the practice post office."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, and_, false, func, or_, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from helpdesk.extensions import db
from helpdesk.models.types import Json, Moment

RAW_STATES = ("received", "done", "duplicate", "quarantined", "screened", "held")


class RawMessage(db.Model):
    """A message as the door received it, kept for ever and replayable. `reason` says why it is no message of a ticket.
    One that was fetched has the place where it lies on its server: mailbox, numbering (`uidvalidity`) and number (`uid`).
    `backfilled`: older than the desk; it sends nothing and fires no rule. `partial`: its server gave its header alone, or nothing."""

    __tablename__ = "raw_message"
    __table_args__ = {"sqlite_autoincrement": True}  # a number is never given twice
    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"))
    source: Mapped[str] = mapped_column(String(20))
    envelope_from: Mapped[str] = mapped_column(String(320), default="")
    envelope_to: Mapped[str] = mapped_column(String(320), default="")
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    received_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(12), default="received")
    reason: Mapped[str] = mapped_column(String(200), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    message_id: Mapped[int | None] = mapped_column()
    mailbox_id: Mapped[int | None] = mapped_column()
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    uid: Mapped[int | None] = mapped_column(BigInteger)
    backfilled: Mapped[bool] = mapped_column(default=False, server_default=false())
    partial: Mapped[bool] = column_property(
        and_(source == "imap", or_(func.length(content) < size, func.length(content) == 0)), deferred=True)  # fmt: skip


RECEIVED = text("state = 'received'")
Index("ix_raw_message_received", RawMessage.id, sqlite_where=RECEIVED, postgresql_where=RECEIVED)
Index("ix_raw_message_state", RawMessage.state, RawMessage.id)
ON_SERVER = text("uid IS NOT NULL")
Index(
    "ix_raw_message_uid", RawMessage.mailbox_id, RawMessage.uidvalidity, RawMessage.uid, unique=True,
    sqlite_where=ON_SERVER, postgresql_where=ON_SERVER,
)  # fmt: skip


class PracticeMail(db.Model):
    """A mail that left a practice desk: the customer's copy."""

    __tablename__ = "practice_mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    envelope_from: Mapped[str] = mapped_column(String(320), default="")
    envelope_to: Mapped[list[str]] = mapped_column(Json, default=list)
    subject: Mapped[str] = mapped_column(String(500), default="")
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sent_at: Mapped[datetime] = mapped_column(Moment)
