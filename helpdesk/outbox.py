"""Who hears of events: an action writes one pending row per subscriber, in its own transaction."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from helpdesk.models import Event, Ticket


@dataclass(frozen=True)
class Subscriber:
    """`handle(session, event)` runs inside the transaction that deletes its row: the effect and the row go together or not at all.
    `wanted(session, ticket, kind)` spares rows that nothing would come of; it must ask for next to nothing. `finish(session)` writes what
    `handle` has worked out for several rows, before their transaction commits."""

    name: str
    kinds: frozenset[str]
    handle: Callable[[Session, Event], None]
    wanted: Callable[[Session, Ticket, str], bool] | None = None
    finish: Callable[[Session], None] | None = None


SUBSCRIBERS: dict[str, Subscriber] = {}


def subscribe(
    name: str, kinds: set[str], handle: Callable[[Session, Event], None], wanted: Callable[[Session, Ticket, str], bool] | None = None,
    finish: Callable[[Session], None] | None = None,
) -> None:
    """Called by a wing in init_app."""
    SUBSCRIBERS[name] = Subscriber(name, frozenset(kinds), handle, wanted, finish)


def subscribers_of(session: Session, ticket: Ticket, kind: str) -> list[str]:
    """The names that want to hear of this kind, about this ticket."""
    hearing = [subscriber for subscriber in SUBSCRIBERS.values() if kind in subscriber.kinds]
    return [subscriber.name for subscriber in hearing if subscriber.wanted is None or subscriber.wanted(session, ticket, kind)]
