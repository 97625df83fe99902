"""Standing orders: rules and macros with all their versions, what they did, and moments at which something is due."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.extensions import db
from helpdesk.models.types import Json, Moment

RULE_KINDS = ("trigger", "timed", "macro")
DUE_KINDS = ("rule", "sla")


class Rule(db.Model):
    """A trigger, a rule of the clock or a macro. What it says stands in its versions; `version_id` is the one in force. Rules are tried
    by `position`. A macro belongs to an agent, to a team, or to everybody. `switched_off` says why the desk itself switched it off."""

    __tablename__ = "rule"
    __table_args__ = {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120), default="")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=False)
    switched_off: Mapped[str] = mapped_column(String(40), default="")
    version_id: Mapped[int | None] = mapped_column()
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    pack: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)

    def shown_name(self, language: str) -> str:
        """In the reader's language, where there is one."""
        return (self.name_ar if language == "ar" else "") or self.name


class RuleVersion(db.Model):
    """What a rule said from a moment on: {"on", "if", "then", "stop"}, for rules of the clock also {"after"}. Never changed."""

    __tablename__ = "rule_version"
    __table_args__ = (UniqueConstraint("rule_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column()
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    at: Mapped[datetime] = mapped_column(Moment)


class RuleRun(db.Model):
    """One look of a rule at a ticket: `seen` is [{"word", "test", "value", "saw", "holds"}], where a group among them is {"group", "parts",
    "holds"} with more of the same in its parts; `did` [{"do", "result", "event_id"}].
    `cause` is what it was tried for, once: "event:ID", "due:ID" or "macro:KEY". `depth`: how many rules stand between it and a person."""

    __tablename__ = "rule_run"
    __table_args__ = (UniqueConstraint("rule_id", "ticket_id", "cause"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("rule_version.id", ondelete="CASCADE"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    cause: Mapped[str] = mapped_column(String(80))
    event_id: Mapped[int | None] = mapped_column()
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    matched: Mapped[bool] = mapped_column()
    seen: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    did: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    cost_us: Mapped[int] = mapped_column(default=0)
    depth: Mapped[int] = mapped_column(default=0)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)


Index("ix_rule_run_rule", RuleRun.rule_id, RuleRun.id)
Index("ix_rule_run_ticket", RuleRun.ticket_id, RuleRun.id)


class DueMoment(db.Model):
    """Something that is to happen to a ticket at a time, planned from events: `ref` is the rule version or the SLA target it belongs to,
    `step` which of its moments, `revision` which plan. It is deleted in the transaction of its effect."""

    __tablename__ = "due_moment"
    __table_args__ = (UniqueConstraint("kind", "ref", "ticket_id", "step", "revision"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(String(10))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    ref: Mapped[int] = mapped_column()
    step: Mapped[str] = mapped_column(String(40), default="")
    revision: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)


Index("ix_due_moment_due", DueMoment.due_at, DueMoment.id)
Index("ix_due_moment_ticket", DueMoment.ticket_id)


class Stamp(db.Model):
    """A number that is another one after every change of what its name says; whoever keeps that in memory asks for the number alone."""

    __tablename__ = "stamp"
    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


class Pack(db.Model):
    """A starter pack that an admin installed; what it made carries its key in `pack`. `made` is {"language", "teams": {key: id or None},
    "pieces": {"kind:key": [id, print of what was written, "" for what was there before]}}."""

    __tablename__ = "pack"
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    made: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class LongTask(db.Model):
    """Slow work with progress: re-planning, a simulation, a holiday that moves. Whoever holds `lease_token` works on it until
    `lease_until`; `attempts` counts who began. `result` is what came of it; {"error"} when it "failed"."""

    __tablename__ = "long_task"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    asked: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


Index("ix_long_task_state", LongTask.state, LongTask.id)


class Notice(db.Model):
    """Something an agent is to know: on the page until he has read it. `words` is {"kind", ...values}."""

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    words: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Moment)
    read_at: Mapped[datetime | None] = mapped_column(Moment)


Index("ix_notice_agent", Notice.agent_id, Notice.read_at, Notice.id)
