"""Webhooks: which listen, what is due, and what the pages show. The pages are for admins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from helpdesk import clock
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Webhook, WebhookTelling
from helpdesk.policy import Viewer
from helpdesk.queries.due import any_row
from helpdesk.queries.people import only_admins

LISTENING = or_(Webhook.active, Webhook.switched_off != "")
"""Who hears of events: those that are on, and those for which the desk keeps them."""
GOING = ("waiting", "sending", "retry")
PATIENT = 5
"""So many tries a telling holds up the later ones of its ticket."""
PAGE = 25
LOGS = {"all": (), "failed": ("failed",), "kept": ("kept",), "waiting": GOING, "told": ("told",)}


def wanted_kinds(session: Session) -> list[list[str]]:
    """The kinds of each webhook that listens; an empty list is all kinds."""
    return list(session.scalars(select(Webhook.kinds).where(LISTENING)))


def able(now: datetime) -> Select[int]:
    """Webhooks that may be told something at once: on, not resting, and served by nobody; in no order, so that none comes last."""
    busy = aliased(WebhookTelling)
    served = exists().where(busy.webhook_id == Webhook.id, busy.state == "sending", busy.lease_until > now)
    awake = or_(Webhook.rest_until.is_(None), Webhook.rest_until <= now)
    return select(Webhook.id).where(Webhook.active, awake, ~served, first_due(now).where(WebhookTelling.webhook_id == Webhook.id).exists())


def first_due(now: datetime) -> Select[int]:
    """Tellings that are due, the longest first; none of a ticket of which an earlier one is still being tried."""
    earlier = aliased(WebhookTelling)
    behind = exists().where(
        earlier.webhook_id == WebhookTelling.webhook_id, earlier.ticket_id == WebhookTelling.ticket_id, earlier.id < WebhookTelling.id,
        earlier.state.in_(GOING), earlier.attempts < PATIENT)
    due = and_(WebhookTelling.state.in_(GOING), WebhookTelling.next_at <= now, ~behind)
    return select(WebhookTelling.id).where(due).order_by(WebhookTelling.next_at, WebhookTelling.id)


def telling_is_due() -> bool:
    """Somebody is to be told something."""
    return any_row(able(clock.now()))


@dataclass(frozen=True)
class Shown:
    """A webhook with what became of its tellings: `told_at` the last that went through, `numbers` state -> how many."""

    webhook: Webhook
    told_at: datetime | None
    numbers: dict[str, int]

    @property
    def going(self) -> int:
        """How many are to be told yet."""
        return sum(self.numbers.get(state, 0) for state in GOING)


def every(viewer: Viewer) -> list[Shown]:
    """All of them, in the order in which they were made."""
    only_admins(viewer)
    return [shown(webhook) for webhook in db.session.scalars(select(Webhook).order_by(Webhook.id))]


def one(viewer: Viewer, webhook_id: int) -> Shown:
    """One; NotFound."""
    only_admins(viewer)
    found = db.session.get(Webhook, webhook_id)
    if found is None:
        raise NotFound
    return shown(found)


def shown(webhook: Webhook) -> Shown:
    """With its numbers; those that were told are not counted, they are too many."""
    of_it = WebhookTelling.webhook_id == webhook.id
    last = select(WebhookTelling.told_at).where(of_it, WebhookTelling.state == "told").order_by(WebhookTelling.id.desc()).limit(1)
    rest = select(WebhookTelling.state, func.count()).where(of_it, WebhookTelling.state.in_((*GOING, "failed", "kept")))
    numbers = {state: count for state, count in db.session.execute(rest.group_by(WebhookTelling.state))}  # noqa: C416  rows
    return Shown(webhook, db.session.scalar(last), numbers)


def log(viewer: Viewer, webhook_id: int, which: str, before: int = 0) -> tuple[Sequence[WebhookTelling], int]:
    """A page of tellings, the newest first, of a kind of LOGS; and the key of the next page, 0 when there is none."""
    only_admins(viewer)
    found = select(WebhookTelling).where(WebhookTelling.webhook_id == webhook_id).order_by(WebhookTelling.id.desc()).limit(PAGE + 1)
    if LOGS[which]:
        found = found.where(WebhookTelling.state.in_(LOGS[which]))
    rows = db.session.scalars(found.where(WebhookTelling.id < before) if before else found).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else 0


def telling(viewer: Viewer, webhook_id: int, telling_id: int) -> WebhookTelling:
    """One of that webhook; NotFound."""
    only_admins(viewer)
    found = db.session.get(WebhookTelling, telling_id)
    if found is None or found.webhook_id != webhook_id:
        raise NotFound
    return found
