"""The clock ran ahead and was put right: what was planned under it lies further ahead than the desk ever plans, and is due again (safety
M16). Moments of rules and promises have a breaker of their own, in `late_moments`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import InstrumentedAttribute

from helpdesk import clock
from helpdesk.actions import consent, deliver, long_tasks, mailboxes, raw, reply, webhook_tellings
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.models import (
    AgentSession,
    ConnectionCheck,
    Delivery,
    LongTask,
    Mailbox,
    Message,
    OAuthGrant,
    RawMessage,
    Webhook,
    WebhookTelling,
)
from helpdesk.queries.due import any_row
from helpdesk.queries.webhooks import GOING

SKEW = timedelta(minutes=5)
"""So far apart may the clocks of two machines be, and so long may a transaction have taken."""
NUDGED = ("release", "delivery", "mail", "webhooks")


@dataclass(frozen=True)
class Planned:
    """A time that the desk sets at most `seconds` ahead, of the rows of which `going` holds. A lease is given its whole length anew: its
    holder may be alive."""

    column: InstrumentedAttribute[Any]
    seconds: float
    going: tuple[ColumnElement[bool], ...] = ()
    lease: bool = False

    def lost(self, now: datetime) -> tuple[ColumnElement[bool], ...]:
        """Rows that a clock wrote that ran ahead."""
        return *self.going, self.column > now + timedelta(seconds=self.seconds) + SKEW


SENDING = (Delivery.state == "sending",)
PLANNED = (
    Planned(Message.release_at, reply.UNDO_SECONDS, (Message.release_at.is_not(None), Message.released_at.is_(None))),
    Planned(Delivery.next_at, max(deliver.PAUSES), (Delivery.state.in_(("pending", "retry")),)),
    Planned(Delivery.next_at, deliver.LEASE_SECONDS, SENDING, lease=True),
    Planned(Delivery.lease_until, deliver.LEASE_SECONDS, SENDING, lease=True),
    Planned(WebhookTelling.next_at, max(webhook_tellings.PAUSES), (WebhookTelling.state.in_(GOING),)),
    Planned(WebhookTelling.begun_at, 0, (WebhookTelling.state.in_(GOING),)),
    Planned(WebhookTelling.lease_until, webhook_tellings.LEASE_SECONDS, (WebhookTelling.state == "sending",), lease=True),
    Planned(Webhook.rest_until, webhook_tellings.REST.total_seconds()),
    Planned(RawMessage.lease_until, raw.LEASE_SECONDS, (RawMessage.state == "received",), lease=True),
    Planned(Mailbox.lease_until, mailboxes.LEASE_SECONDS, lease=True),
    Planned(Mailbox.swept_at, 0),
    Planned(ConnectionCheck.begun_at, 0, (ConnectionCheck.done_at.is_(None),)),
    Planned(OAuthGrant.lease_until, consent.LEASE_SECONDS, lease=True),
    Planned(LongTask.lease_until, long_tasks.LEASE_SECONDS, (LongTask.ended_at.is_(None),), lease=True),
    Planned(AgentSession.last_seen_at, 0),
)


def ran_ahead() -> bool:
    """Whether anything lies further ahead than it can."""
    now = clock.now()
    return any(any_row(select(one.column).where(*one.lost(now))) for one in PLANNED)


def put_right() -> None:
    """All of it is due now."""
    now = clock.now()
    with transaction() as session:
        for one in PLANNED:
            then = now + timedelta(seconds=one.seconds) if one.lease else now
            session.execute(update(one.column.class_).where(*one.lost(now)).values({one.column: then}))
        for name in NUDGED:
            nudge(session, name)
