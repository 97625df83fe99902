"""Writing down what happened: the one row that timeline, subscribers and open pages all read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions import transaction
from helpdesk.actions.rows import put
from helpdesk.errors import NotFound
from helpdesk.models import Event, Message, PendingEvent, Ticket
from helpdesk.outbox import subscribers_of
from helpdesk.policy import Viewer, sees, topics_of_ticket


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
    held: dict[int, Ticket] = session.info.get("held", {})
    ticket = held.get(number) or session.get(Ticket, number, with_for_update=True, populate_existing=True)
    if ticket is None or (viewer is not None and not sees(viewer, ticket)):
        raise NotFound
    return ticket


def hold_tickets(session: Session, numbers: set[int]) -> None:
    """Locks several at once, in order, so that two transactions never wait for each other in a ring. `held_ticket` asks for none of them
    again in this transaction."""
    locked = select(Ticket).where(Ticket.id.in_(numbers)).order_by(Ticket.id).with_for_update()
    session.info["held"] = {ticket.id: ticket for ticket in session.scalars(locked.execution_options(populate_existing=True))}


def record(
    session: Session, ticket: Ticket, kind: str, actor: Actor, data: dict[str, Any] | None = None, *, message: Message | None = None,
) -> Event:
    """Writes the event, a pending row for each subscriber, and the hint for open pages. `data` is what changed, e.g. {"from", "to"}."""
    event = Event(
        ticket_id=ticket.id, kind=kind, at=clock.now(), actor=actor.kind, message_id=message.id if message else None,
        agent_id=actor.id if actor.kind == "agent" else None, contact_id=actor.id if actor.kind == "contact" else None,
        data={**(data or {}), **({"why": actor.why} if actor.why else {})},
        rule_id=actor.rule_id, cause_id=actor.cause_id, depth=actor.depth,
    )
    session.add(event)
    session.flush()
    ticket.last_event_id = event.id
    announce(session, ticket, event)
    return event


def record_many(session: Session, actor: Actor, happened: Sequence[tuple[Ticket, str, dict[str, Any]]]) -> list[int]:
    """As `record` for each (ticket, kind, data), with one statement for all; their ids."""
    now = clock.now()
    told = {"at": now, "actor": actor.kind, "cause_id": actor.cause_id, "depth": actor.depth}
    written = insert(Event).returning(Event.id, sort_by_parameter_order=True)
    rows = [{"ticket_id": ticket.id, "kind": kind, "data": data, **told} for ticket, kind, data in happened]
    numbers = list(session.scalars(written, rows)) if rows else []
    pending: list[dict[str, Any]] = []
    for (ticket, kind, _data), number in zip(happened, numbers, strict=True):
        ticket.last_event_id = number
        pending += pending_rows(session, ticket, kind, number, now)
        hint_pages(session, ticket, kind, number, None)
    put(session, PendingEvent, pending)
    return numbers


def announce(session: Session, ticket: Ticket, event: Event, *, also: list[str] | None = None) -> None:
    """Pending rows and hint of an event that has its id. `also`: topics that lose sight of the ticket by it."""
    session.add_all(PendingEvent(**row) for row in pending_rows(session, ticket, event.kind, event.id, event.at))
    hint_pages(session, ticket, event.kind, event.id, event.agent_id, also=also)


def pending_rows(session: Session, ticket: Ticket, kind: str, number: int, at: datetime) -> list[dict[str, Any]]:
    """One for each subscriber that wants to hear of it, and the nudge that they are there."""
    names = subscribers_of(session, ticket, kind)
    if names:
        transaction.nudge(session, "outbox")
    return [{"event_id": number, "ticket_id": ticket.id, "subscriber": name, "next_at": at} for name in names]


def hint_pages(session: Session, ticket: Ticket, kind: str, number: int, agent_id: int | None, *, also: list[str] | None = None) -> None:
    """Tells open pages of an event."""
    topics = sorted({*topics_of_ticket(ticket), *(also or [])})
    transaction.hint(session, topics, {"ticket": ticket.id, "kind": kind, "inbox": ticket.inbox_id, "event": number, "agent": agent_id})
