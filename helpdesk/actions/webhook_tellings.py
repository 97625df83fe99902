"""The way of a telling: written when an event is handled, leased by one worker at a time, settled by what the other side said."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.notices import notify
from helpdesk.actions.record import held_ticket
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.crash import crash_point
from helpdesk.models import Event, Webhook, WebhookTelling
from helpdesk.models.event import KINDS
from helpdesk.queries import webhooks
from helpdesk.queries.notices import admins
from helpdesk.queries.webhook_body import body_of

TOLD_OF = tuple(kind for kind in KINDS if kind not in ("reply_written", "reply_cancelled", "message_backfilled"))
"""What webhooks hear: an answer is told when it is released, inside its undo window it is nobody's business; older mail is history."""
LEASE_SECONDS = 60
"""Longer than a name, a call and an answer may take together."""
PAUSES = (10, 30, 60, 300, 900, 3600)
GIVE_UP_AFTER, LEAST_TRIES, LEAST_OF_ONE = timedelta(hours=24), 20, 3
"""Nobody is given up before so many tries, of a webhook and of one telling: the clock may have jumped by a day."""
REST_AFTER, REST = 5, timedelta(minutes=1)
"""After so many failures in a row a webhook is left alone for so long: who is down is not asked for each event."""
KEPT_DAYS = {"told": 30, "failed": 90, "kept": 90}
MOST_ROWS = 1000
GONE = 410
"""RFC 9110 §15.5.11: gone, and likely for good."""


def wanted(session: Session, ticket: object, kind: str) -> bool:  # noqa: ARG001  the outbox asks every subscriber alike
    """Whether some webhook hears of this kind; asked once a transaction."""
    told = session.info["tell"]
    if "webhooks" not in told:
        told["webhooks"] = webhooks.wanted_kinds(session)
    return any(not kinds or kind in kinds for kinds in told["webhooks"])


def tell(session: Session, event: Event) -> None:
    """The subscriber: a telling for each webhook that hears of this kind."""
    hearing = session.scalars(select(Webhook).where(webhooks.LISTENING).order_by(Webhook.id)).all()
    hearing = [webhook for webhook in hearing if not webhook.kinds or event.kind in webhook.kinds]
    if not hearing:
        return
    ticket, key = held_ticket(session, event.ticket_id), str(event.id)
    for webhook in hearing:
        if not is_known(session, webhook.id, key):
            body = body_of(session, ticket, event, key, with_texts=webhook.with_texts)
            add(session, webhook, key, event.kind, ticket.id, body)


def is_known(session: Session, webhook_id: int, key: str) -> bool:
    """Whether this webhook has it already."""
    same = select(WebhookTelling.id).where(WebhookTelling.webhook_id == webhook_id, WebhookTelling.key == key)
    return session.scalar(same) is not None


def add(session: Session, webhook: Webhook, key: str, kind: str, ticket_id: int | None, body: str) -> None:
    """Due at once, or kept where the webhook is off."""
    now, state = clock.now(), "waiting" if webhook.active else "kept"
    session.add(WebhookTelling(
        webhook_id=webhook.id, key=key, kind=kind, ticket_id=ticket_id, body=body, state=state, created_at=now, begun_at=now, next_at=now))
    session.flush()
    if webhook.active:
        nudge(session, "webhooks")


@dataclass(frozen=True)
class Leased:
    """What is to be sent now, and by what right."""

    id: int
    webhook_id: int
    token: str
    url: str
    secret: str
    key: str
    body: str


def lease_next() -> Leased | None:
    """A due telling of a webhook that nobody serves, held for LEASE_SECONDS; None only when there is none left, not when somebody was
    quicker at one. One whose holder died is sent again under the same key."""
    now = clock.now()
    passed: list[int] = []
    while True:
        with transaction() as session:
            able = webhooks.able(now).where(Webhook.id.not_in(passed))
            found = session.scalar(able.order_by(func.random()).limit(1))
            if found is None:
                return None
            webhook = held_unless_served(session, found)
            # asked again now that it is held: two workers that found the same one serve it in turn
            if webhook is not None and session.scalar(able.where(Webhook.id == found)) is not None:
                return lease_first(session, webhook, now)
        passed.append(found)


def held_unless_served(session: Session, webhook_id: int) -> Webhook | None:
    """The webhook, locked, unless somebody else holds it at this moment; who writes a telling for it need not wait."""
    lock = select(Webhook).where(Webhook.id == webhook_id).with_for_update(skip_locked=True, key_share=True)
    return session.scalar(lock.execution_options(populate_existing=True))


def lease_first(session: Session, webhook: Webhook, now: datetime) -> Leased:
    """The first telling that is due of this webhook, which is held."""
    number = session.scalar(webhooks.first_due(now).where(WebhookTelling.webhook_id == webhook.id).limit(1))
    telling = session.get_one(WebhookTelling, number, populate_existing=True)
    telling.state, telling.lease_token, telling.attempts = "sending", secrets.token_hex(16), telling.attempts + 1
    telling.lease_until = telling.next_at = now + timedelta(seconds=LEASE_SECONDS)
    return Leased(telling.id, webhook.id, telling.lease_token, webhook.url, webhook.secret, telling.key, telling.body)


def settle(leased: Leased, status: int | None, words: str) -> None:
    """The end of one try: the other side's status, None when there was none, and what it said or what went wrong, in a line."""
    crash_point("webhook.sent")
    with transaction() as session:
        webhook = session.get(Webhook, leased.webhook_id, with_for_update={"key_share": True}, populate_existing=True)
        telling = session.get(WebhookTelling, leased.id, with_for_update=True, populate_existing=True)
        if webhook is None or telling is None or telling.state != "sending" or telling.lease_token != leased.token:
            return
        telling.lease_token = telling.lease_until = None
        telling.answer = words[:300]
        if status is not None and 200 <= status < 300:
            telling.state, telling.told_at = "told", clock.now()
            webhook.failing_since, webhook.failures, webhook.rest_until = None, 0, None
        elif telling.kind == "test":
            telling.state = "failed"
        else:
            put_off(session, webhook, telling, gone=status == GONE)
        nudge(session, "webhooks")


def put_off(session: Session, webhook: Webhook, telling: WebhookTelling, *, gone: bool) -> None:
    """It was not taken: again after a pause, for a day; a webhook that took nothing for a day, or says that it is gone, is switched off."""
    now, end = clock.now(), telling.begun_at + GIVE_UP_AFTER
    telling.state = "failed" if gone or (now >= end and telling.attempts >= LEAST_OF_ONE) else "retry"
    after = now + timedelta(seconds=PAUSES[min(telling.attempts, len(PAUSES)) - 1])
    telling.next_at = now if telling.state == "failed" else min(after, end) if end > now else after
    webhook.failing_since, webhook.failures = webhook.failing_since or now, webhook.failures + 1
    if webhook.failures >= REST_AFTER:
        webhook.rest_until = now + REST
    if gone:
        switch_off(session, webhook, "gone")
    elif now >= webhook.failing_since + GIVE_UP_AFTER and webhook.failures >= LEAST_TRIES:
        switch_off(session, webhook, "failing")
    elif telling.state == "failed" and not missed_lately(session, telling):
        tell_admins(session, webhook, {"kind": "webhook_missed"})


def missed_lately(session: Session, telling: WebhookTelling) -> bool:
    """Whether the admins heard within a day that something was not told; `next_at` of what failed is when it was given up."""
    same = WebhookTelling.webhook_id == telling.webhook_id, WebhookTelling.state == "failed", WebhookTelling.id != telling.id
    lately = WebhookTelling.kind != "test", WebhookTelling.next_at > clock.now() - GIVE_UP_AFTER
    return session.scalar(select(WebhookTelling.id).where(*same, *lately).limit(1)) is not None


def switch_off(session: Session, webhook: Webhook, why: str) -> None:
    """The desk does it itself, and says so to all admins; what was to be told is kept, and so is what happens from now on."""
    if not webhook.active:
        return
    webhook.active, webhook.switched_off = False, why
    keep_waiting(session, webhook.id)
    tell_admins(session, webhook, {"kind": "webhook_off", "why": why})


def tell_admins(session: Session, webhook: Webhook, words: dict[str, str]) -> None:
    """A notice about this webhook, on their pages and by mail."""
    notify(session, admins(session), None, words | {"webhook": webhook.name, "webhook_id": webhook.id}, by_mail=True)


def keep_waiting(session: Session, webhook_id: int) -> None:
    """What is due of a webhook that was switched off rests until somebody wants it told."""
    session.flush()
    due = update(WebhookTelling).where(WebhookTelling.webhook_id == webhook_id, WebhookTelling.state.in_(("waiting", "retry")))
    session.execute(due.values(state="kept").execution_options(synchronize_session="fetch"))


def forget() -> None:
    """Housekeeping: what was told, and what nobody wanted replayed, goes after KEPT_DAYS."""
    for state, days in KEPT_DAYS.items():
        old = select(WebhookTelling.id).where(
            WebhookTelling.state == state, WebhookTelling.begun_at < clock.now() - timedelta(days=days)).limit(MOST_ROWS)
        while True:
            with transaction() as session:
                numbers = session.scalars(old).all()
                session.execute(delete(WebhookTelling).where(WebhookTelling.id.in_(numbers)))
            if len(numbers) < MOST_ROWS:
                break
