"""How the desk is doing, stage by stage, and whether the sums add up."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from helpdesk.extensions import db
from helpdesk.models import Delivery, Inbox, Message, PendingEvent, RawMessage


@dataclass(frozen=True)
class Stage:
    """One stage of the roads: how many wait, since when the oldest, and when something last got through."""

    key: str
    waiting: int
    oldest_at: datetime | None
    stuck: int


@dataclass(frozen=True)
class Ledger:
    """What came or left, by what became of it; `difference` must be 0."""

    total: int
    parts: dict[str, int]

    @property
    def difference(self) -> int:
        """What nobody can account for."""
        return self.total - sum(self.parts.values())

    @property
    def shown(self) -> list[tuple[str, int]]:
        """The first part, and all others that are not nothing."""
        first, *rest = self.parts.items()
        return [first, *(part for part in rest if part[1])]


def stages() -> list[Stage]:
    """Intake, subscribers, release, delivery."""
    ask = db.session.execute
    intake = ask(select(func.count(), func.min(RawMessage.received_at)).where(RawMessage.state == "received")).one()
    quarantined = db.session.scalar(select(func.count()).where(RawMessage.state == "quarantined")) or 0
    outbox = ask(select(func.count(), func.min(PendingEvent.next_at)).where(PendingEvent.parked_at.is_(None))).one()
    parked = db.session.scalar(select(func.count()).where(PendingEvent.parked_at.is_not(None))) or 0
    window = ask(
        select(func.count(), func.min(Message.release_at)).where(Message.release_at.is_not(None), Message.released_at.is_(None))
    ).one()
    leaving = ask(select(func.count(), func.min(Delivery.next_at)).where(Delivery.state.in_(("pending", "retry", "sending")))).one()
    undecided = db.session.scalar(select(func.count()).where(Delivery.state.in_(("uncertain", "failed", "bounced")))) or 0
    return [
        Stage("intake", intake[0], intake[1], quarantined),
        Stage("outbox", outbox[0], outbox[1], parked),
        Stage("window", window[0], window[1], 0),
        Stage("delivery", leaving[0], leaving[1], undecided),
    ]


def ledger_in() -> Ledger:
    """Raw messages = messages + duplicates + quarantined + screened + waiting."""
    rows = db.session.execute(select(RawMessage.state, func.count().label("number")).group_by(RawMessage.state)).all()
    parts = {row.state: row.number for row in rows}
    parts.pop("done", None)
    made = (
        db.session.scalar(
            select(func.count())
            .select_from(RawMessage)
            .join(Message, Message.id == RawMessage.message_id)
            .where(RawMessage.state == "done")
        )
        or 0
    )
    return Ledger(sum(row.number for row in rows), {"done": made, **parts})


def ledger_out() -> Ledger:
    """Answers written = cancelled + in the undo window + released and waiting for a subscriber + deliveries by state."""
    total = db.session.scalar(select(func.count()).where(Message.kind == "outgoing", Message.external_id.is_not(None))) or 0
    cancelled = db.session.scalar(select(func.count()).where(Message.kind == "outgoing", Message.cancelled_at.is_not(None))) or 0
    window = db.session.scalar(select(func.count()).where(Message.release_at.is_not(None), Message.released_at.is_(None))) or 0
    handed = (
        db.session.scalar(
            select(func.count())
            .select_from(Message)
            .outerjoin(Delivery, Delivery.message_id == Message.id)
            .where(Message.kind == "outgoing", Message.released_at.is_not(None), Delivery.id.is_(None))
        )
        or 0
    )
    states = db.session.execute(
        select(Delivery.state, func.count().label("number")).where(Delivery.message_id.is_not(None)).group_by(Delivery.state)
    ).all()
    return Ledger(total, {"cancelled": cancelled, "window": window, "handed_over": handed, **{row.state: row.number for row in states}})


def put_aside(most: int = 50) -> list[tuple[RawMessage, Inbox]]:
    """The newest raw messages that made no ticket, with their inbox."""
    found = (
        select(RawMessage, Inbox)
        .join(Inbox, Inbox.id == RawMessage.inbox_id)
        .where(RawMessage.state.in_(("quarantined", "screened")))
        .order_by(RawMessage.id.desc())
        .limit(most)
    )
    return [(raw, inbox) for raw, inbox in db.session.execute(found).all()]
