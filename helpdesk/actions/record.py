"""Writing down what happened: the one row that timeline, subscribers and open pages all read."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from helpdesk import clock
from helpdesk.actions import transaction
from helpdesk.actions.rows import numbers_for, put_at_end, put_numbered, table_of, write_all
from helpdesk.errors import NotFound
from helpdesk.models import Event, Message, PendingEvent, Ticket
from helpdesk.outbox import subscribers_of
from helpdesk.policy import Viewer, sees, topics_of_ticket
from helpdesk.queries import together
from helpdesk.queries.happened import HAPPENED
from helpdesk.queries.message_counts import COUNTS

LAST = {"last_event_id"}
ONE = insert(table_of(Event)).returning(table_of(Event).c.id)


@dataclass(frozen=True)
class Actor:
    """Who did it, and why when that is not plain. What a rule or a macro did names it, the event it answered, and how many rules stand
    between it and a person."""

    kind: str
    id: int | None = None
    why: str = ""
    rule_id: int | None = None
    cause_id: int | None = None
    depth: int = 0


SYSTEM = Actor("system")


def by_agent(agent_id: int) -> Actor:
    """An agent did it."""
    return Actor("agent", agent_id)


def by_contact(contact_id: int) -> Actor:
    """A customer did it."""
    return Actor("contact", contact_id)


def held_ticket(session: Session, number: int, viewer: Viewer | None = None) -> Ticket:
    """The ticket, locked until the transaction ends; NotFound also where the viewer may not see it."""
    ticket = together.held(session).get(number) or session.get(Ticket, number, with_for_update=True, populate_existing=True)
    if ticket is None or (viewer is not None and not sees(viewer, ticket)):
        raise NotFound
    return ticket


def hold_tickets(session: Session, numbers: set[int]) -> None:
    """Locks several at once, in order, so that two transactions never wait for each other in a ring. `held_ticket` asks for none of them
    again in this transaction."""
    locked = select(Ticket).where(Ticket.id.in_(numbers)).order_by(Ticket.id).with_for_update()
    holds(session, session.scalars(locked.execution_options(populate_existing=True)))


def holds(session: Session, tickets: Iterable[Ticket]) -> None:
    """The transaction has locked these tickets, and no others yet."""
    session.info[together.HELD] = {ticket.id: ticket for ticket in tickets}
    session.info["tell"]["numbers"].clear()


def record(
    session: Session, ticket: Ticket, kind: str, actor: Actor, data: dict[str, Any] | None = None, *, message: Message | None = None,
) -> Event:
    """Writes the event, a pending row for each subscriber, and the hint for open pages. `data` is what changed, e.g. {"from", "to"}."""
    event = write(session, {
        "ticket_id": ticket.id, "kind": kind, "at": clock.now(), "actor": actor.kind, "message_id": message.id if message else None,
        "agent_id": actor.id if actor.kind == "agent" else None, "contact_id": actor.id if actor.kind == "contact" else None,
        "data": {**(data or {}), **({"why": actor.why} if actor.why else {})},
        "rule_id": actor.rule_id, "cause_id": actor.cause_id, "depth": actor.depth,
    })  # fmt: skip
    ticket.last_event_id = event.id
    if message is not None:
        together.let_go(session, ticket.id, COUNTS)
    together.add(session, ticket.id, HAPPENED, (kind, event.at, event.data, event.agent_id, message.automatic if message else None))
    announce(session, ticket, event)
    return event


def write(session: Session, row: dict[str, Any]) -> Event:
    """The row, after what it may name and whatever else was changed, but for which event was the ticket's last. Within
    `transaction.written_late` both wait, and are written with all others."""
    waits = session.autoflush
    if session.deleted or any(not isinstance(each, Event) for each in session.new) or (not waits and changed(session)):
        session.flush()
    number = number_ahead(session, row["ticket_id"]) if waits else None
    event = Event(id=number or session.execute(ONE, row).scalar_one(), **row)
    if number is None:
        make_transient_to_detached(event)
    session.add(event)
    return event


def changed(session: Session) -> bool:
    """Whether anything is to be written that a query could miss."""
    return any(instance_state(each).committed_state.keys() - LAST for each in session.dirty)


def number_ahead(session: Session, ticket_id: int) -> int | None:
    """A number for an event of a ticket that was locked with others: drawn for all of them at once, after their locks, so that a ticket's
    events are numbered in their order. None of a ticket that was locked by itself, and on SQLite, where an insert is no journey."""
    held = together.held(session)
    if ticket_id not in held or session.get_bind().dialect.name != "postgresql":
        return None
    ahead: deque[int] = session.info["tell"]["numbers"]
    if not ahead:
        ahead.extend(numbers_for(session, {"event": len(held)})["event"])
    return ahead.popleft()


def written_since(session: Session, ticket: Ticket, first: int) -> list[int]:
    """The ticket's events of this transaction after that one; the ticket is locked, so there are no others."""
    return [number for of, number in session.info["tell"]["written"] if of == ticket.id and number > first]


def record_many(session: Session, happened: Sequence[tuple[Actor, Ticket, str, dict[str, Any]]]) -> list[int]:
    """As `record` for each (actor, ticket, kind, data), with one statement for all; their ids."""
    now = clock.now()
    rows = [
        {"ticket_id": ticket.id, "kind": kind, "data": data, "at": now, "actor": by.kind, "cause_id": by.cause_id, "depth": by.depth}
        for by, ticket, kind, data in happened
    ]
    session.info["tell"]["numbers"].clear()  # these get higher ones, and so must what follows
    numbers = put_numbered(session, Event, rows)
    pending: list[dict[str, Any]] = []
    number_last(session, [ticket for _by, ticket, _kind, _data in happened], numbers)
    for (_by, ticket, kind, data), number in zip(happened, numbers, strict=True):
        together.add(session, ticket.id, HAPPENED, (kind, now, data, None, None))
        pending += pending_rows(session, ticket, kind, number, now)
        hint_pages(session, ticket, kind, number, None)
    put_at_end(session, PendingEvent, pending)
    return numbers


def number_last(session: Session, tickets: Sequence[Ticket], numbers: Sequence[int]) -> None:
    """Which event is the last of each ticket, with one statement for all."""
    newest = select(func.max(Event.id)).where(Event.ticket_id == Ticket.id).scalar_subquery()
    write_all(session, Ticket, {ticket.id for ticket in tickets}, last_event_id=newest)
    for ticket, number in zip(tickets, numbers, strict=True):
        set_committed_value(ticket, "last_event_id", number)


def announce(session: Session, ticket: Ticket, event: Event, *, also: list[str] | None = None) -> None:
    """Pending rows and hint of an event that has its id. `also`: topics that lose sight of the ticket by it."""
    put_at_end(session, PendingEvent, pending_rows(session, ticket, event.kind, event.id, event.at))
    hint_pages(session, ticket, event.kind, event.id, event.agent_id, also=also)


def pending_rows(session: Session, ticket: Ticket, kind: str, number: int, at: datetime) -> list[dict[str, Any]]:
    """One for each subscriber that wants to hear of it, and the nudge that they are there."""
    names = subscribers_of(session, ticket, kind)
    if names:
        transaction.nudge(session, "outbox")
    return [{"event_id": number, "ticket_id": ticket.id, "subscriber": name, "next_at": at} for name in names]


def hint_pages(session: Session, ticket: Ticket, kind: str, number: int, agent_id: int | None, *, also: list[str] | None = None) -> None:
    """Tells open pages of an event."""
    session.info["tell"]["written"].append((ticket.id, number))
    topics = sorted({*topics_of_ticket(ticket), *(also or [])})
    transaction.hint(session, topics, {"ticket": ticket.id, "kind": kind, "inbox": ticket.inbox_id, "event": number, "agent": agent_id})
