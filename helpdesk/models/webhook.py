"""Webhooks: who outside is told of events, and what became of each telling."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.extensions import db
from helpdesk.models.types import Json, Moment

TELLING_STATES = ("waiting", "sending", "told", "retry", "failed", "kept")


class Webhook(db.Model):
    """An address that is told of events of some `kinds` (none named: all). `secret` is sealed. `failing_since`: nothing went through since
    then; `switched_off` says why the desk itself switched it off: what happens meanwhile is kept and can be told later."""

    __tablename__ = "webhook"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(Json, default=list)
    active: Mapped[bool] = mapped_column(default=True)
    failing_since: Mapped[datetime | None] = mapped_column(Moment)
    switched_off: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)


class WebhookTelling(db.Model):
    """One event for one webhook: its `body` is fixed when it is written, so that every try and every replay says the same."""

    __tablename__ = "webhook_telling"
    __table_args__ = (UniqueConstraint("webhook_id", "event_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column()
    ticket_id: Mapped[int] = mapped_column()
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(Moment)
    lease_token: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    answer: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment)


Index("ix_webhook_telling_due", WebhookTelling.state, WebhookTelling.next_at)
