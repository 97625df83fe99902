"""What happened, and who still has to hear of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.extensions import db
from helpdesk.models.types import Json, Moment

KINDS = (
    "ticket_opened",
    "message_received",
    "reply_written",
    "reply_cancelled",
    "reply_released",
    "note_written",
    "ticket_assigned",
    "ticket_unassigned",
    "team_changed",
    "status_changed",
    "priority_changed",
    "subject_changed",
    "ticket_tagged",
    "ticket_untagged",
    "ticket_moved",
    "ticket_snoozed",
    "ticket_woken",
    "delivery_failed",
    "delivery_uncertain",
    "delivery_resolved",
    "delivery_bounced",
    "screening_undone",
    "message_backfilled",
    "inbox_added",
    "type_changed",
    "policy_changed",
    "sla_set",
    "sla_moved",
    "sla_paused",
    "sla_resumed",
    "sla_met",
    "sla_warned",
    "sla_breached",
    "sla_escalated",
)
STOPPING = ("message_received", "reply_written", "note_written", "status_changed", "ticket_assigned", "ticket_unassigned")
"""Kinds after which a reply written before them must be looked at again by its author."""
ACTORS = ("agent", "contact", "rule", "system")


class Event(db.Model):
    """One change: who (`actor` and an id), what (`kind` and `data`), and why (`data["why"]`). Never changed afterwards. What a rule did
    names the rule, the event it answered (`cause_id`), and how many rules stand between it and a person (`depth`)."""

    __tablename__ = "event"
    __table_args__ = {"sqlite_autoincrement": True}  # a number is never given twice
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(10))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    rule_id: Mapped[int | None] = mapped_column()
    cause_id: Mapped[int | None] = mapped_column()
    depth: Mapped[int] = mapped_column(default=0, server_default="0")


Index("ix_event_ticket", Event.ticket_id, Event.id)
GIVEN = text("kind = 'ticket_assigned'")
Index("ix_event_given", Event.at, sqlite_where=GIVEN, postgresql_where=GIVEN)


class PendingEvent(db.Model):
    """An event that a subscriber has not dealt with. It is deleted in the transaction of the subscriber's effect; after five failures
    it is parked: visible, and in nobody's way."""

    __tablename__ = "pending_event"
    __table_args__ = (UniqueConstraint("event_id", "subscriber"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    ticket_id: Mapped[int] = mapped_column()
    subscriber: Mapped[str] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(Moment)
    parked_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str] = mapped_column(String(500), default="")


WAITING = text("parked_at IS NULL")
Index(
    "ix_pending_event_waiting",
    PendingEvent.ticket_id,
    PendingEvent.subscriber,
    PendingEvent.id,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
)
Index("ix_pending_event_next", PendingEvent.next_at, sqlite_where=WAITING, postgresql_where=WAITING)
