"""What tests of webhooks share: one is made, everything due is sent, and what became of it is read."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from automations.webhooks import sender
from helpdesk.actions import change, drain_outbox, webhooks
from helpdesk.extensions import db
from helpdesk.models import Webhook, WebhookTelling
from tests.factories import SmallDesk
from tests.webhook import Hook


def allow(app: Any, *hooks: Hook) -> None:
    doors = tuple(f"127.0.0.1:{each.server.server_port}" for each in hooks)
    app.extensions["helpdesk"] = replace(app.extensions["helpdesk"], egress_allow=doors)


def made(hook: Hook, **asked: Any) -> tuple[int, str]:
    return webhooks.create(webhooks.WebhookChange("Shop", hook.url, **asked))


def send() -> None:
    """Everything that is due, now."""
    drain_outbox.drain()
    sender.drain()
    for lane in sender.Lane.opened:
        lane.join(20)


def priorities(desk: SmallDesk, number: int, *names: str) -> None:
    for name in names:
        change.change(desk.viewer("rana"), number, change.set_priority(name))


def tellings(*states: str) -> list[WebhookTelling]:
    db.session.rollback()
    found = select(WebhookTelling).order_by(WebhookTelling.id).execution_options(populate_existing=True)
    return list(db.session.scalars(found.where(WebhookTelling.state.in_(states)) if states else found))


def webhook() -> Webhook:
    db.session.rollback()
    return db.session.scalars(select(Webhook).execution_options(populate_existing=True)).one()
