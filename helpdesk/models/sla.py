"""Promises: policies with all their versions, the targets of each ticket, how they moved, and which of their steps were taken."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.extensions import db
from helpdesk.models.types import Json, Moment

TARGET_STATES = ("running", "paused", "met", "breached", "cancelled")


class SlaPolicy(db.Model):
    """Which tickets are promised what. The first by `position` whose conditions hold counts."""

    __tablename__ = "sla_policy"
    __table_args__ = {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=False)
    version_id: Mapped[int | None] = mapped_column()
    pack: Mapped[str] = mapped_column(String(60), default="")

    def shown_name(self, language: str) -> str:
        """In the reader's language, where there is one."""
        return (self.name_ar if language == "ar" else "") or self.name


class SlaPolicyVersion(db.Model):
    """What a policy promised from a moment on: {"if", "pause", "targets", "steps"}. Never changed."""

    __tablename__ = "sla_policy_version"
    __table_args__ = (UniqueConstraint("policy_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("sla_policy.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column()
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    at: Mapped[datetime] = mapped_column(Moment)


class KeptHours(db.Model):
    """Hours as they once were, with the name of their calendar, "" for around the clock: what `said` means is told by
    automations.sla.kept_hours, `mark` is its SHA-256. Never changed: calendars are, and a sum must come out as it did."""

    __tablename__ = "kept_hours"
    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    said: Mapped[dict[str, Any]] = mapped_column(Json)

    def shown_name(self, language: str) -> str:
        """In the reader's language, where there is one."""
        return (self.name_ar if language == "ar" else "") or self.name


class SlaTarget(db.Model):
    """One promise on one ticket. `name` is "first_response", "next_response", "resolution" or "stage:NAME"; `hours_id` are the KeptHours
    that it was counted by last; `pauses` are [from, to or None, reason] of the clock's rests; `due_at` None while it rests; `revision`
    rises whenever the due time is worked out anew."""

    __tablename__ = "sla_target"
    __table_args__ = (UniqueConstraint("ticket_id", "name", "started_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("sla_policy_version.id"))
    name: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(10), default="running")
    revision: Mapped[int] = mapped_column(default=1)
    calendar_id: Mapped[int | None] = mapped_column()
    hours_id: Mapped[int | None] = mapped_column()
    started_at: Mapped[datetime] = mapped_column(Moment)
    pauses: Mapped[list[list[Any]]] = mapped_column(Json, default=list)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    breached_at: Mapped[datetime | None] = mapped_column(Moment)
    manual_due_at: Mapped[datetime | None] = mapped_column(Moment)
    manual_reason: Mapped[str] = mapped_column(String(300), default="")
    manual_by: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))


Index("ix_sla_target_ticket", SlaTarget.ticket_id, SlaTarget.id)
Index("ix_sla_target_due", SlaTarget.state, SlaTarget.due_at, SlaTarget.id)


class SlaMove(db.Model):
    """A due time that moved: to when, why, and by whom."""

    __tablename__ = "sla_move"
    id: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("sla_target.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    why: Mapped[dict[str, Any]] = mapped_column(Json)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))


class SlaStep(db.Model):
    """A warning, breach or escalation that was taken: once a target and step, however often the due time moves back and forth."""

    __tablename__ = "sla_step"
    __table_args__ = (UniqueConstraint("target_id", "revision", "step"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("sla_target.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column()
    step: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Moment)
    did: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
