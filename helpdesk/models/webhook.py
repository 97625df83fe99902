"""Webhooks: who outside is told of events, and what became of each telling."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.extensions import db
from helpdesk.models.types import Json, Moment

TELLING_STATES = ("waiting", "sending", "told", "retry", "failed", "kept")


class Webhook(db.Model):
    """An address that is told of events of some `kinds` (none named: all), with what people wrote where `with_texts`. `secret` is sealed.
    `failing_since`: nothing went through since then, in `failures` tries; it is left alone until `rest_until`. `switched_off` says why the
    desk itself switched it off, "gone" or "failing": what happens meanwhile is kept and can be told later."""

    __tablename__ = "webhook"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(Json, default=list)
    with_texts: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    failing_since: Mapped[datetime | None] = mapped_column(Moment)
    failures: Mapped[int] = mapped_column(default=0)
    rest_until: Mapped[datetime | None] = mapped_column(Moment)
    switched_off: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)


class WebhookTelling(db.Model):
    """One event for one webhook: its `body` is fixed when it is written, so that every try and every replay says the same. `key` is what
    the other side knows it by: the event's number, or "rule-…" and "test-…" for what no event stands behind. It is tried for a day from
    `begun_at` on; a replay begins anew."""

    __tablename__ = "webhook_telling"
    __table_args__ = (UniqueConstraint("webhook_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    ticket_id: Mapped[int | None] = mapped_column()
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(Moment)
    lease_token: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    answer: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    begun_at: Mapped[datetime] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment)


UNDER_WAY = text("state IN ('waiting', 'sending', 'retry')")
for name, column in (("due", WebhookTelling.next_at), ("order", WebhookTelling.ticket_id)):
    Index(
        f"ix_webhook_telling_{name}", WebhookTelling.webhook_id, column, WebhookTelling.id, sqlite_where=UNDER_WAY,
        postgresql_where=UNDER_WAY,
    )  # fmt: skip
Index("ix_webhook_telling_log", WebhookTelling.webhook_id, WebhookTelling.state, WebhookTelling.id)
Index("ix_webhook_telling_told", WebhookTelling.state, WebhookTelling.begun_at)
