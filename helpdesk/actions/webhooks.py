"""Webhooks: made, changed, switched, tested; what was not told is told again. For admins, and for the action of a rule."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpdesk import clock, vault
from helpdesk.actions.record import Actor
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.actions.webhook_tellings import MOST_ROWS, add, is_known, keep_waiting
from helpdesk.errors import Invalid, NotFound
from helpdesk.models import Event, Ticket, Webhook, WebhookTelling
from helpdesk.queries.webhook_body import body_of, body_of_rule, body_of_test

PURPOSE, MOST_WEBHOOKS = "webhook", 50
MISSED = ("failed", "kept")
AGAIN = {"missed": MISSED, "all": (*MISSED, "told")}


@dataclass(frozen=True)
class WebhookChange:
    """All that is said of a webhook. No `kinds`: every kind."""

    name: str
    url: str
    kinds: tuple[str, ...] = ()
    with_texts: bool = False


def create(asked: WebhookChange) -> tuple[int, str]:
    """A new webhook, switched on: its number, and its secret, which is shown this once."""
    secret = new_secret()
    with transaction() as session:
        if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST_WEBHOOKS:
            raise Invalid(_("A desk has at most %(num)s webhooks.", num=MOST_WEBHOOKS))
        webhook = Webhook(secret=vault.seal(secret, PURPOSE), created_at=clock.now())
        session.add(webhook)
        write(webhook, asked)
        session.flush()
        return webhook.id, secret


def edit(webhook_id: int, asked: WebhookChange) -> None:
    """Name, address, kinds and texts; what was written already stays as it is and goes to the new address."""
    with transaction() as session:
        write(held(session, webhook_id), asked)


def write(webhook: Webhook, asked: WebhookChange) -> None:
    """Puts everything into the row."""
    webhook.name, webhook.url, webhook.kinds, webhook.with_texts = asked.name, asked.url, list(asked.kinds), asked.with_texts


def held(session: Session, webhook_id: int) -> Webhook:
    """The webhook, locked until the transaction ends; NotFound."""
    webhook = session.get(Webhook, webhook_id, with_for_update={"key_share": True}, populate_existing=True)
    if webhook is None:
        raise NotFound
    return webhook


def new_secret() -> str:
    """256 random bits, with a word before them that says what they are for."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def renew_secret(webhook_id: int) -> str:
    """Another secret, shown this once; every try from now on is signed with it."""
    secret = new_secret()
    with transaction() as session:
        held(session, webhook_id).secret = vault.seal(secret, PURPOSE)
    return secret


def switch(webhook_id: int, *, active: bool) -> None:
    """On or off, by a person. Off: what waits is kept, and nothing new is written. On: it begins anew, and what was kept waits for a
    replay."""
    with transaction() as session:
        webhook = held(session, webhook_id)
        webhook.active, webhook.switched_off = active, ""
        webhook.failing_since, webhook.failures, webhook.rest_until = None, 0, None
        if not active:
            keep_waiting(session, webhook_id)


def remove(webhook_id: int) -> None:
    """The webhook and everything it was or is to be told."""
    with transaction() as session:
        session.delete(held(session, webhook_id))


def test(webhook_id: int) -> None:
    """Something harmless is told at once, by the ordinary road, and tried once; Invalid where the webhook is off."""
    with transaction() as session:
        webhook, key = on(session, webhook_id), f"test-{secrets.token_hex(8)}"
        webhook.rest_until = None
        add(session, webhook, key, "test", None, body_of_test(key))


def on(session: Session, webhook_id: int) -> Webhook:
    """The webhook, locked; Invalid where it is off."""
    webhook = held(session, webhook_id)
    if not webhook.active:
        raise Invalid(_("The webhook is switched off. Switch it on first."))
    return webhook


def replay(webhook_id: int, telling_id: int) -> None:
    """One telling once more, with the same number and the same body; NotFound, or Invalid where it is still under way."""
    with transaction() as session:
        on(session, webhook_id)
        if not again(session, [telling_id], WebhookTelling.webhook_id == webhook_id, WebhookTelling.state.in_(AGAIN["all"])):
            raise Invalid(_("This is under way already."))


def replay_since(webhook_id: int, since: datetime, which: str = "missed") -> int:
    """Everything that happened since then and was not told, or with `which` "all" everything; how many. In small sets, so that nobody
    else waits long for the database."""
    asked = (WebhookTelling.webhook_id == webhook_id, WebhookTelling.state.in_(AGAIN[which]), WebhookTelling.created_at >= since)
    count, last = 0, 0
    while True:
        with transaction() as session:
            on(session, webhook_id)
            few = select(WebhookTelling.id).where(*asked, WebhookTelling.id > last).order_by(WebhookTelling.id).limit(MOST_ROWS)
            numbers = list(session.scalars(few))
            count += again(session, numbers, *asked)
        if len(numbers) < MOST_ROWS:
            return count
        last = numbers[-1]


def again(session: Session, numbers: list[int], *asked: object) -> int:
    """These begin anew; how many did."""
    now = clock.now()
    begun = update(WebhookTelling).where(WebhookTelling.id.in_(numbers), *asked)  # type: ignore[arg-type]
    done = session.execute(
        begun.values(state="waiting", attempts=0, begun_at=now, next_at=now, answer="").returning(WebhookTelling.id)
        .execution_options(synchronize_session=False)).all()
    nudge(session, "webhooks")
    return len(done)


def queue(session: Session, webhook_id: int, ticket: Ticket, event: Event | None, actor: Actor) -> str:
    """The action of a rule, inside its transaction: the webhook is told of the event, whatever kinds it hears; without an event, of the
    ticket alone. What became of it: "queued", "kept" (the desk switched it off), "known" (it hears of this event anyway), "off", "gone"."""
    webhook = session.get(Webhook, webhook_id)
    if webhook is None:
        return "gone"
    if not webhook.active and not webhook.switched_off:
        return "off"
    key = str(event.id) if event is not None else f"rule-{secrets.token_hex(8)}"
    if event is None:
        add(session, webhook, key, "rule_asked", ticket.id, body_of_rule(session, ticket, key, actor.rule_id))
    elif is_known(session, webhook_id, key):
        return "known"
    else:
        body = body_of(session, ticket, event, key, with_texts=webhook.with_texts, rule_id=actor.rule_id)
        add(session, webhook, key, event.kind, ticket.id, body)
    return "queued" if webhook.active else "kept"
