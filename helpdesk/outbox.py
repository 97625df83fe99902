"""Who hears of events: an action writes one pending row per subscriber, in its own transaction."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from helpdesk.models import Event


@dataclass(frozen=True)
class Subscriber:
    """`handle(session, event)` runs inside the transaction that deletes its row: the effect and the row go together or not at all."""

    name: str
    kinds: frozenset[str]
    handle: Callable[[Session, Event], None]


SUBSCRIBERS: dict[str, Subscriber] = {}


def subscribe(name: str, kinds: set[str], handle: Callable[[Session, Event], None]) -> None:
    """Called by a wing in init_app."""
    SUBSCRIBERS[name] = Subscriber(name, frozenset(kinds), handle)


def subscribers_of(kind: str) -> list[str]:
    """The names that want to hear of this kind."""
    return [subscriber.name for subscriber in SUBSCRIBERS.values() if kind in subscriber.kinds]
