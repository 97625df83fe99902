"""What can be asked about a ticket: read when it is asked for the first time, then kept."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.folding import fold, index_tokens
from helpdesk.models import Contact, Event, Message, Ticket
from helpdesk.queries import together
from helpdesk.queries.message_counts import COUNTS, counts_of
from helpdesk.queries.sla import targets_of
from helpdesk.queries.tags import tags_on

CUSTOMER, OURS = ("incoming",), ("outgoing",)
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Text:
    """A text, and what matching asks of it."""

    written: str

    @cached_property
    def folded(self) -> str:
        """In one spelling of letters and digits, blanks run together."""
        return " ".join(fold(self.written).split())

    @cached_property
    def words(self) -> str:
        """Every word in its order with a blank on both sides, so that a phrase of words is found in it; punctuation is none."""
        return f" {' '.join(WORD.findall(fold(self.written)))} "

    @cached_property
    def tokens(self) -> frozenset[str]:
        """As the search finds it."""
        return frozenset(index_tokens(self.written))


class Source(Protocol):
    """Where facts come from: the tables, or what a simulation keeps."""

    session: Session

    def message(self) -> Message | None: ...

    def tags(self) -> frozenset[str]: ...

    def contact(self) -> Contact | None: ...

    def counts(self) -> dict[str, int]: ...

    def last(self, kinds: tuple[str, ...]) -> datetime | None: ...

    def last_event(self, kinds: tuple[str, ...]) -> datetime | None: ...

    def promise_state(self, name: str) -> str: ...


class Facts:
    """One ticket at one moment. `ticket` may be anything with the columns of a ticket; `event` is what happened, None when only time
    passed. `asked` is a place for words that keep what they worked out."""

    def __init__(self, ticket: Any, event: Event | None, source: Source, now: datetime) -> None:
        self.ticket, self.event, self.source, self.now = ticket, event, source, now
        self.asked: dict[str, Any] = {}

    @cached_property
    def message(self) -> Message | None:
        """The one the event is about, else the newest of the customer."""
        return self.source.message()

    @cached_property
    def contact(self) -> Contact | None:
        """Whose ticket it is."""
        return self.source.contact()

    @cached_property
    def tags(self) -> frozenset[str]:
        """Folded."""
        return self.source.tags()

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many messages of each kind."""
        return self.source.counts()

    @cached_property
    def text(self) -> Text:
        """The subject, and what its author newly wrote."""
        message = self.message
        return Text(f"{self.ticket.subject}\n{(message.reply_text or message.text) if message else ''}")

    @cached_property
    def subject(self) -> Text:
        """The subject alone."""
        return Text(self.ticket.subject)

    def change(self, kind: str) -> tuple[str, str] | None:
        """(from, to) of the event, as strings, when it is of this kind."""
        if self.event is None or self.event.kind != kind:
            return None
        return word_of(self.event.data.get("from")), word_of(self.event.data.get("to"))

    def minutes_since(self, moment: datetime | None) -> int | None:
        """Whole minutes since then; None when it never was."""
        return None if moment is None or moment >= clock.FAR else int((self.now - moment) / timedelta(minutes=1))

    def anew(self) -> "Facts":
        """The same ticket and event after something was done to the ticket: what was said has stayed as it was."""
        found, kept = Facts(self.ticket, self.event, self.source, self.now), ["message", "contact"]
        if "text" in self.__dict__ and self.text.written.startswith(f"{self.ticket.subject}\n"):
            kept.append("text")
        found.__dict__.update({name: self.__dict__[name] for name in kept if name in self.__dict__})
        return found

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` says, asked once."""
        if name not in self.asked:
            self.asked[name] = make()
        return self.asked[name]


def word_of(value: Any) -> str:
    """An id or a word of an event as a choice names it; "" for nothing."""
    return "" if value is None else str(value)


def facts_of(session: Session, ticket: Ticket, event: Event | None = None) -> Facts:
    """What the tables say now."""
    return Facts(ticket, event, Tables(session, ticket, event), clock.now())


class Tables:
    """The ticket's own rows."""

    def __init__(self, session: Session, ticket: Ticket, event: Event | None) -> None:
        self.session, self.ticket, self.event = session, ticket, event

    def message(self) -> Message | None:
        """See Facts."""
        if self.event is not None and self.event.message_id is not None:
            return self.session.get(Message, self.event.message_id)
        newest = select(Message).where(Message.ticket_id == self.ticket.id, Message.kind == "incoming").order_by(Message.id.desc()).limit(1)
        return self.session.scalar(newest)

    def tags(self) -> frozenset[str]:
        """See Facts."""
        return frozenset(tags_on(self.session, self.ticket.id).values())

    def contact(self) -> Contact | None:
        """See Facts."""
        return self.session.get(Contact, self.ticket.contact_id)

    def counts(self) -> dict[str, int]:
        """See Facts; answers that were taken back do not count."""
        return together.of_ticket(self.session, self.ticket.id, COUNTS, counts_of)

    def last(self, kinds: tuple[str, ...]) -> datetime | None:
        """When a message of these kinds came or left last; the desk's own automatic ones do not count."""
        at = select(func.max(Message.created_at)).where(
            Message.ticket_id == self.ticket.id, Message.kind.in_(kinds), Message.automatic.is_(False), Message.cancelled_at.is_(None))
        return self.session.scalar(at)

    def last_event(self, kinds: tuple[str, ...]) -> datetime | None:
        """When something of these kinds happened to the ticket last."""
        return self.session.scalar(select(func.max(Event.at)).where(Event.ticket_id == self.ticket.id, Event.kind.in_(kinds)))

    def promise_state(self, name: str) -> str:
        """How the newest promise of that name stands; "" without one."""
        return next((row.state for row in reversed(targets_of(self.session, self.ticket.id)) if row.name == name), "")
