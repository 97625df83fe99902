"""A list of messages on its way into the tables: decided in memory first, then written with one statement a table.

What is new has a negative number until then, so that a message of the list can join the ticket of the one before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, Update, bindparam, column, select
from sqlalchemy.orm import Session

from helpdesk import clock, search_index
from helpdesk.actions import deliver, screening
from helpdesk.actions.joining import Set
from helpdesk.actions.record import Actor, announce
from helpdesk.actions.rows import Row, as_json, numbers_for, put, rows_in, table_of
from helpdesk.incoming import Incoming, StoredFile
from helpdesk.models import Address, Attachment, Awaited, Contact, Delivery, Event, Message, RawMessage, Ticket

EVENT_COLUMNS = ("id", "ticket_id", "kind", "at", "actor", "agent_id", "contact_id", "message_id", "data")


@dataclass
class Arrival:
    """One new message: as the house sees it, with its search tokens and the columns of its row but for the numbers."""

    incoming: Incoming
    words: str
    contact: Contact
    ticket: Ticket
    columns: Row
    number: int = 0


@dataclass
class Happening:
    """One new event. A quiet one nobody is told of."""

    ticket: Ticket
    kind: str
    at: datetime
    actor: Actor
    contact: Contact | None = None
    data: Row = field(default_factory=dict)
    arrival: Arrival | None = None
    quiet: bool = False
    number: int = 0


@dataclass
class Arrivals:
    """What the list makes, in order; `contacts` with the row of their address. `proofs` are answers of ours that somebody replied to."""

    found: Set
    contacts: dict[int, tuple[Contact, Row]] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    messages: dict[int, Arrival] = field(default_factory=dict)
    events: list[Happening] = field(default_factory=list)
    awaited: list[tuple[str, Arrival]] = field(default_factory=list)
    proofs: set[int] = field(default_factory=set)
    held: list[Incoming] = field(default_factory=list)
    last: int = 0

    def next_number(self) -> int:
        """A number for something new, until it has its own."""
        self.last -= 1
        return self.last


UNCERTAIN = select(Delivery.message_id).where(Delivery.message_id.in_(bindparam("ids", expanding=True)), Delivery.state == "uncertain")


def settling(raw: ColumnElement[Any], state: ColumnElement[Any], message: ColumnElement[Any]) -> Update:
    """Raw messages that nobody has dealt with are dealt with."""
    table = table_of(RawMessage)
    still = table.update().where(table.c.id == raw, table.c.state == "received")
    return still.values(state=state, message_id=message, reason="", lease_until=None)


SETTLED = column("raw", Integer), column("now", String), column("message", Integer)
SETTLE = {
    "postgresql": settling(*rows_in(SETTLED).columns),
    "sqlite": settling(*(bindparam(one.name, type_=one.type) for one in SETTLED)),
}


def write(session: Session, new: Arrivals) -> None:
    """Numbers first, then a statement a table; who waits for an event is told of it after the commit."""
    number(session, new)
    people, arrivals = new.contacts.values(), new.messages.values()
    put(session, Contact, [{"id": one.id, "name": one.name, "language": one.language, "created_at": one.created_at} for one, _ in people])
    put(session, Address, [{"contact_id": contact.id, **address} for contact, address in people])
    put(session, Ticket, [columns_of(ticket) for ticket in new.tickets.values()])
    put(session, Message, [row_of(arrival) for arrival in arrivals])
    put(session, Attachment, [{"message_id": one.number, **columns_of_file(file)} for one in arrivals for file in one.incoming.files])
    put(session, Awaited, [{"external_id": name, "message_id": arrival.number} for name, arrival in new.awaited])
    search_index.write_many(session, [found_by(arrival) for arrival in arrivals])
    tell(session, new)
    prove(session, new)
    screened(session, new)


def number(session: Session, new: Arrivals) -> None:
    """Everything new gets its own number, and what named it by the other one follows."""
    wanted = {"contact": len(new.contacts), "ticket": len(new.tickets), "message": len(new.messages), "event": len(new.events)}
    numbers = numbers_for(session, wanted)
    for contact, _address in new.contacts.values():
        contact.id = next(numbers["contact"])
    for ticket in new.tickets.values():
        ticket.id = next(numbers["ticket"])
    for ticket in new.tickets.values():
        if ticket.contact_id < 0:
            ticket.contact_id = new.contacts[ticket.contact_id][0].id
        if (ticket.related_ticket_id or 0) < 0:
            ticket.related_ticket_id = new.tickets[ticket.related_ticket_id or 0].id
    for arrival in new.messages.values():
        arrival.number = next(numbers["message"])
    for happening in new.events:
        happening.number = happening.ticket.last_event_id = next(numbers["event"])


def columns_of(ticket: Ticket) -> Row:
    """The row of a new ticket: what was said of it; the rest is up to the table."""
    said = vars(ticket)
    return {column.name: said[column.key] for column in table_of(Ticket).columns if column.key in said}


def row_of(arrival: Arrival) -> Row:
    """The row of a new message."""
    who = {"id": arrival.number, "ticket_id": arrival.ticket.id, "contact_id": arrival.contact.id, "kind": "incoming"}
    return who | arrival.columns


def columns_of_file(file: StoredFile) -> Row:
    """The row of a file, cut to what the columns hold."""
    return {
        "name": file.name[:255], "content_type": file.content_type[:100], "size": file.size, "sha256": file.sha256,
        "inline": file.inline, "content_id": file.content_id[:300],
    }  # fmt: skip


def found_by(arrival: Arrival) -> dict[str, object]:
    """Its search row: beside its own words the number of the ticket and who wrote."""
    more = search_index.tokens_of(str(arrival.ticket.id), arrival.contact.name)
    return search_index.row(arrival.ticket.id, arrival.number, arrival.words, more)


def tell(session: Session, new: Arrivals) -> None:
    """The events, in order, and a pending row for each that waits for one."""
    events = [(happening, event_of(happening)) for happening in new.events]
    put(session, Event, [{name: getattr(event, name) for name in EVENT_COLUMNS} for _, event in events])
    for happening, event in events:
        if not happening.quiet:
            announce(session, happening.ticket, event)


def event_of(happening: Happening) -> Event:
    """With the numbers that its ticket, message and contact have by now."""
    actor = happening.actor
    return Event(
        id=happening.number, ticket_id=happening.ticket.id, kind=happening.kind, at=happening.at, actor=actor.kind,
        contact_id=happening.contact.id if happening.contact else None, agent_id=None,
        message_id=happening.arrival.number if happening.arrival else None,
        data={**happening.data, **({"why": actor.why} if actor.why else {})},
    )  # fmt: skip


def prove(session: Session, new: Arrivals) -> None:
    """An answer that nobody could be sure of did arrive: somebody replied to it."""
    if new.proofs:
        session.flush()
        for message_id in session.scalars(UNCERTAIN, {"ids": sorted(new.proofs)}).all():
            deliver.prove(session, session.get_one(Message, message_id), "answered")


def screened(session: Session, new: Arrivals) -> None:
    """What screening said of them; and those that wait for a person, because they belong to no ticket."""
    for arrival in new.messages.values():
        screening.note(session, arrival.incoming.raw_message_id, arrival.incoming.marks, clock.now())
    for incoming in new.held:
        if raw := session.get(RawMessage, incoming.raw_message_id or 0):
            screening.hold(session, raw, incoming, clock.now())


def settle(session: Session, settled: Iterable[tuple[int | None, str, int]]) -> None:
    """The raw messages are dealt with, in the same transaction: (raw message, state, message) of each that is not held. What
    somebody else dealt with meanwhile stays as it is."""
    rows = [{"raw": raw, "now": state, "message": message} for raw, state, message in settled if raw and state != "held"]
    dialect = session.get_bind().dialect.name
    if rows:
        session.execute(SETTLE[dialect], {"rows": as_json(rows)} if dialect == "postgresql" else rows)
