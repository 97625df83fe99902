"""Messages, their delivery, their files, and what an agent has begun to write."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.extensions import db
from helpdesk.models.types import Json, Moment

KINDS = ("incoming", "outgoing", "note")
FLAGS = ("unverified", "stranger", "forged", "same_id", "forwarded_by_agent")
DELIVERY_STATES = ("pending", "sending", "sent", "retry", "uncertain", "failed", "bounced", "cancelled")


class Message(db.Model):
    """One thing that was said in a ticket.

    `text` is all of it, `reply_text` what its author newly wrote, `html` safe HTML or None. `to` and `cc` are lists of
    {"name", "address"}. `verified` says whether the sender is proved. An outgoing message leaves at `release_at` and not before;
    `released_at` is set once it may leave, `cancelled_at` when its author took it back in time. `automatic`: written by the desk itself.
    `quoted_id` is the message that an answer carries below its text.

    `authentication` is what our own server says of the sender: "pass", "fail", "unknown" (it says nothing, or none is named). `flags`
    are warnings about an incoming message, of FLAGS. `suggested_cc` are people it was also sent to who take no part yet.
    `signature`: "" unsigned, "valid", "invalid", "unchecked". `calendar` are events in it: {"summary", "start", "end", "location",
    "organizer", "method"}. `backfilled`: older than the desk.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("inbox_id", "external_id", "content_hash"),
        UniqueConstraint("agent_id", "idempotency_key"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"))
    kind: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(20), default="email")
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    from_name: Mapped[str] = mapped_column(String(200), default="")
    from_address: Mapped[str] = mapped_column(String(254), default="")
    to: Mapped[list[dict[str, str]]] = mapped_column("to_people", Json, default=list)
    cc: Mapped[list[dict[str, str]]] = mapped_column("cc_people", Json, default=list)
    subject: Mapped[str] = mapped_column(String(500), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    reply_text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str | None] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(String(500), index=True)
    in_reply_to: Mapped[str] = mapped_column(String(500), default="")
    references: Mapped[list[str]] = mapped_column("reference_ids", Json, default=list)
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    language: Mapped[str] = mapped_column(String(5), default="")
    verified: Mapped[bool] = mapped_column(default=False)
    auto_reply: Mapped[str] = mapped_column(String(60), default="")
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    release_at: Mapped[datetime | None] = mapped_column(Moment)
    released_at: Mapped[datetime | None] = mapped_column(Moment)
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)
    idempotency_key: Mapped[str | None] = mapped_column(String(80))
    raw_message_id: Mapped[int | None] = mapped_column()
    quoted_id: Mapped[int | None] = mapped_column()
    authentication: Mapped[str] = mapped_column(String(10), default="", server_default="")
    flags: Mapped[list[str]] = mapped_column(Json, default=list, server_default="[]")
    suggested_cc: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list, server_default="[]")
    signature: Mapped[str] = mapped_column(String(12), default="", server_default="")
    calendar: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list, server_default="[]")
    backfilled: Mapped[bool] = mapped_column(default=False, server_default=false())
    automatic: Mapped[bool] = mapped_column(default=False, server_default=false())

    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id")
    delivery: Mapped["Delivery | None"] = relationship(back_populates="message")

    def cancel(self, at: datetime) -> None:
        """Its author took it back before it left."""
        self.cancelled_at = at
        self.release_at = None


UNRELEASED = text("release_at IS NOT NULL AND released_at IS NULL")
Index("ix_message_ticket", Message.ticket_id, Message.id)
ARRIVED, OUTGOING = text("raw_message_id IS NOT NULL"), text("kind = 'outgoing'")
Index("ix_message_raw", Message.raw_message_id, sqlite_where=ARRIVED, postgresql_where=ARRIVED)
Index("ix_message_outgoing", Message.id, Message.cancelled_at, Message.released_at, sqlite_where=OUTGOING, postgresql_where=OUTGOING)
Index("ix_message_release", Message.release_at, sqlite_where=UNRELEASED, postgresql_where=UNRELEASED)


class Awaited(db.Model):
    """A Message-ID that a stored message names and that has not come yet: an older mail that is fetched later finds its ticket by it."""

    __tablename__ = "awaited"
    external_id: Mapped[str] = mapped_column(String(500), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)


Index("ix_awaited_message", Awaited.message_id)


class Letter(db.Model):
    """A mail of the desk itself to an agent, such as an invitation; `text` holds a link that is a secret and goes once it has left."""

    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    to_name: Mapped[str] = mapped_column(String(200), default="")
    to_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(5), default="ar")
    created_at: Mapped[datetime] = mapped_column(Moment)


class Delivery(db.Model):
    """The way out of one outgoing message, or of one letter.

    `data_started_at` is committed between a mail and its final dot: from then on no answer from the server means uncertain, never again
    by itself. `provider_words` are what the server said; `bounces` are notices that came back later: {"address", "status", "permanent",
    "words", "raw_message_id"}. One whose message was taken away stays, so that the ledger sees it.
    """

    __tablename__ = "delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"), unique=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), unique=True)
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"))
    state: Mapped[str] = mapped_column(String(12), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    lease_token: Mapped[str | None] = mapped_column(String(40))
    data_started_at: Mapped[datetime | None] = mapped_column(Moment)
    provider_words: Mapped[str] = mapped_column(String(500), default="")
    refused: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    bounces: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default="[]")

    message: Mapped[Message | None] = relationship(back_populates="delivery")
    letter: Mapped[Letter | None] = relationship()


DUE = text("state IN ('pending', 'retry', 'sending')")
SENDING = text("state = 'sending'")
SENT = text("sent_at IS NOT NULL")
Index("ix_delivery_due", Delivery.next_at, sqlite_where=DUE, postgresql_where=DUE)
Index("ix_delivery_sent", Delivery.inbox_id, Delivery.sent_at, sqlite_where=SENT, postgresql_where=SENT)
Index("ix_delivery_sending", Delivery.inbox_id, Delivery.lease_until, sqlite_where=SENDING, postgresql_where=SENDING)


class Attachment(db.Model):
    """A file of a message, or of a draft until that is sent; its bytes lie in the store under their SHA-256."""

    __tablename__ = "attachment"
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255), default="")
    content_type: Mapped[str] = mapped_column(String(100), default="application/octet-stream")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    inline: Mapped[bool] = mapped_column(default=False)
    content_id: Mapped[str] = mapped_column(String(300), default="")


class Draft(db.Model):
    """What an agent has begun to write in a ticket, kept as one types."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("ticket_id", "agent_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10), default="reply")
    body: Mapped[str] = mapped_column(Text, default="")
    to: Mapped[str] = mapped_column("to_line", String(2000), default="")
    cc: Mapped[str] = mapped_column("cc_line", String(2000), default="")
    seen_event_id: Mapped[int] = mapped_column(default=0)
    idempotency_key: Mapped[str] = mapped_column(String(80), default="")
    updated_at: Mapped[datetime] = mapped_column(Moment)

    attachments: Mapped[list[Attachment]] = relationship(order_by=Attachment.id)
