"""The states of a delivery. Whoever holds the lease token may move it; nobody else."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.record import SYSTEM, by_agent, held_ticket, record
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.actions.undelivered import miss, settled
from helpdesk.crash import crash_point
from helpdesk.errors import Invalid, NotFound
from helpdesk.models import Delivery, Event, Message, Ticket
from helpdesk.policy import Viewer
from helpdesk.queries.due import deliveries_due

LEASE_SECONDS = 15 * 60
"""Longer than a server may take over its answer (RFC 5321 4.5.3.2.6: ten minutes after the final dot)."""
PAUSES = (10, 30, 60, 300, 900, 1800, 3600, 7200, 14400)
GIVE_UP_AFTER, LEAST_TRIES = timedelta(days=3), 5
DOUBTFUL, WAITING = ("uncertain", "failed", "bounced"), ("pending", "retry")
"""Where a person has to say what became of an answer, or may; and where it has surely not left, so that it can be kept back."""


def begin(session: Session, event: Event) -> None:
    """The subscriber of reply_released: a released answer gets its way out, once."""
    message = session.get_one(Message, event.message_id)
    if session.scalar(select(Delivery.id).where(Delivery.message_id == message.id)) is None:
        session.add(Delivery(message_id=message.id, inbox_id=message.inbox_id, next_at=clock.now()))
        session.flush()
    nudge(session, "delivery")


def lease_next() -> Delivery | None:
    """A due delivery, held for LEASE_SECONDS under a fresh token. One whose holder died when the dot may have left is uncertain."""
    now = clock.now()
    with transaction() as session:
        found = session.scalar(deliveries_due().limit(1).with_for_update(skip_locked=True, of=Delivery))
        if found is None:
            return None
        delivery = session.get_one(Delivery, found, populate_existing=True)
        if delivery.data_started_at is not None:
            settle_as(session, delivery, "uncertain", "the sending program ended before the server's answer was known")
            return delivery
        delivery.state, delivery.lease_token, delivery.attempts = "sending", secrets.token_hex(16), delivery.attempts + 1
        delivery.lease_until = delivery.next_at = now + timedelta(seconds=LEASE_SECONDS)
    crash_point("delivery.leased")
    return delivery


def mark_data_started(delivery_id: int, token: str) -> bool:
    """On record, before the final dot leaves; the answer has the whole lease from here. False: somebody else holds the delivery now, so
    the dot must not leave."""
    with transaction() as session:
        delivery = held(session, delivery_id, token)
        if delivery is None:
            return False
        delivery.data_started_at = clock.now()
        delivery.lease_until = delivery.next_at = delivery.data_started_at + timedelta(seconds=LEASE_SECONDS)
    return True


def settle(delivery_id: int, token: str, state: str, words: str, refused: list[dict[str, object]] | None = None) -> None:
    """The end of one attempt: sent, uncertain, failed, or retry (only when the server surely did not take it). `refused` are recipients
    that a server did not take with the others: {"address", "words"}."""
    with transaction() as session:
        delivery = held(session, delivery_id, token)
        if delivery is None:
            return
        if state == "sent":
            delivery.refused = refused or []
            if any(str(one["words"]).startswith("4") for one in delivery.refused):
                state, words = "retry", said_of(delivery.refused)  # the others have it; only these are tried again
        settle_as(session, delivery, state, words)
        if state == "sent":
            crash_point("delivery.before_commit")
    crash_point("delivery.after_commit")


def held(session: Session, delivery_id: int, token: str) -> Delivery | None:
    """The delivery, locked, if the token still holds it."""
    delivery = session.get_one(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    return delivery if delivery.lease_token == token and delivery.state == "sending" else None


def settle_as(session: Session, delivery: Delivery, state: str, words: str) -> None:
    """Moves the state; what did not go well stands in the ticket's history with the server's words."""
    now = clock.now()
    delivery.lease_token = delivery.lease_until = None
    delivery.provider_words = words[:500]
    if state == "retry":
        delivery.data_started_at = None
        pause = PAUSES[min(delivery.attempts, len(PAUSES)) - 1]
        delivery.next_at = now + timedelta(seconds=pause)
        if begun_at(delivery) + GIVE_UP_AFTER < now and delivery.attempts >= LEAST_TRIES:  # the clock may have jumped
            state = "failed"
    delivery.state = state
    if state == "sent":
        delivery.sent_at = now
    if delivery.message is None:
        if state == "sent" and delivery.letter is not None:
            delivery.letter.text = ""  # the link in it is a secret
        return
    ticket = held_ticket(session, delivery.message.ticket_id)
    kind = {"sent": "delivery_resolved", "failed": "delivery_failed", "uncertain": "delivery_uncertain"}.get(state)
    if state == "sent" and delivery.refused:
        kind, words = "delivery_failed", said_of(delivery.refused)
    if kind:
        record(session, ticket, kind, SYSTEM, {"state": state, "words": words[:500]}, message=delivery.message)
    if kind and kind != "delivery_resolved":
        miss(session, ticket, delivery.message, state, words)


def prove(session: Session, message: Message, how: str) -> None:
    """Somebody's mail, or the server itself, shows that an uncertain answer arrived: `how` is "answered", "sent_folder" or "bounce"."""
    delivery = session.scalar(select(Delivery).where(Delivery.message_id == message.id).with_for_update())
    if delivery is None or delivery.state != "uncertain":
        return
    delivery.state, delivery.sent_at = "sent", clock.now()
    ticket = held_ticket(session, message.ticket_id)
    record(session, ticket, "delivery_resolved", SYSTEM, {"state": "sent", "how": how}, message=message)
    settled(session, ticket, message)


def bounce(session: Session, message: Message, bounces: list[dict[str, Any]]) -> None:
    """Notices came back for recipients of one of our answers: {"address", "status", "permanent", "words", "raw_message_id"}. A permanent
    one ends the delivery; one that says "later" only stands beside it. Told once a raw message."""
    delivery = session.scalar(select(Delivery).where(Delivery.message_id == message.id).with_for_update())
    if delivery is None or {one["raw_message_id"] for one in bounces} & {one["raw_message_id"] for one in delivery.bounces}:
        return
    delivery.bounces = [*delivery.bounces, *bounces]
    permanent = any(one["permanent"] for one in bounces)
    ended = permanent and delivery.state not in ("cancelled", "pending", "sending", "bounced")
    if ended:
        delivery.state = "bounced"
    ticket = held_ticket(session, message.ticket_id)
    data = {"permanent": permanent, "words": said_of(bounces)[:500], "addresses": [one["address"] for one in bounces]}
    record(session, ticket, "delivery_bounced", SYSTEM, data, message=message)
    if ended:
        miss(session, ticket, message, "bounced", said_of(bounces))


def said_of(refused: list[dict[str, Any]]) -> str:
    """What the other side said of each recipient it did not take."""
    return "; ".join(f"{one['address']}: {one['words']}" for one in refused)


def begun_at(delivery: Delivery) -> datetime:
    """When its message or letter was written."""
    written = delivery.message or delivery.letter
    assert written is not None
    return written.created_at


def send_again(viewer: Viewer, message_id: int) -> None:
    """A person decides that an answer leaves once more that is uncertain, did not arrive or was stopped."""
    decide(viewer, message_id, (*DOUBTFUL, "cancelled"), "pending")


def take_as_sent(viewer: Viewer, message_id: int) -> None:
    """A person knows that an uncertain answer arrived."""
    decide(viewer, message_id, DOUBTFUL, "sent")


def keep_back(viewer: Viewer, message_id: int) -> None:
    """A person decides that an answer which still waits to leave does not."""
    decide(viewer, message_id, WAITING, "cancelled")


def try_now(viewer: Viewer, message_id: int) -> None:
    """A person decides that an answer which waits is tried without a pause. Invalid as in `decide`."""
    with transaction() as session:
        waiting_for(session, viewer, message_id, WAITING)[0].next_at = clock.now()
        nudge(session, "delivery")


def decide(viewer: Viewer, message_id: int, states: tuple[str, ...], state: str) -> None:
    """Moves a delivery that is in one of `states`; Invalid when it is not, or not any more."""
    with transaction() as session:
        delivery, message, ticket = waiting_for(session, viewer, message_id, states)
        delivery.state, delivery.data_started_at, delivery.next_at, delivery.attempts = state, None, clock.now(), 0
        if state == "sent":
            delivery.sent_at = clock.now()
        record(session, ticket, "delivery_resolved", by_agent(viewer.agent_id), {"state": state, "by_hand": True}, message=message)
        settled(session, ticket, message)
        nudge(session, "delivery")


def waiting_for(session: Session, viewer: Viewer, message_id: int, states: tuple[str, ...]) -> tuple[Delivery, Message, Ticket]:
    """The delivery, locked, with its message and ticket; NotFound where the viewer may not see them, Invalid in another state."""
    message = session.get(Message, message_id)
    asked = select(Delivery).where(Delivery.message_id == message_id).with_for_update()
    delivery = session.scalar(asked.execution_options(populate_existing=True))
    if message is None or delivery is None:
        raise NotFound
    ticket = held_ticket(session, message.ticket_id, viewer)
    if delivery.state not in states:
        raise Invalid("delivery_not_waiting")
    return delivery, message, ticket
