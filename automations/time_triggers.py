"""Rules of the clock: so long after something, if these conditions still hold, then these actions. The moment is planned when the
something happens, and found by its time; no ticket is ever searched for."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from automations import orders, triggers
from automations.facts import CUSTOMER, OURS, Tables, facts_of
from automations.orders import Order
from automations.sla.calendars import hours_for
from automations.sla.due import due
from automations.sla.spans import Span
from helpdesk import clock
from helpdesk.actions.due_moments import plan
from helpdesk.actions.late_moments import put_aside
from helpdesk.actions.rule_runs import Look
from helpdesk.models import DueMoment, Event, Message, Ticket

KIND = "rule"
SINCE: dict[str, frozenset[str]] = {
    "opened": frozenset({"ticket_opened"}),
    "customer": frozenset({"message_received", "screening_undone"}),
    "us": frozenset({"reply_released"}),
    "status": frozenset({"status_changed"}),
    "assigned": frozenset({"ticket_assigned"}),
}
"""What a rule may count from -> the events that are it."""
EVENTS = frozenset().union(*SINCE.values())
AFTERWARDS = "screening_undone"
"""It says of something before that it counts."""


def wanted(session: Session, _ticket: Ticket, kind: str) -> bool:
    """Whether any rule counts from this."""
    return any(kind in SINCE[order.definition["after"]["since"]] for order in orders.in_force(session, "timed"))


def handle(session: Session, event: Event) -> None:
    """The subscriber: every rule that counts from this event has its moment, later than the one it may have had."""
    if is_unasked(session, event):
        return
    ticket = session.get_one(Ticket, event.ticket_id)
    for order in orders.in_force(session, "timed"):
        if event.kind in SINCE[order.definition["after"]["since"]]:
            last = anchor(session, ticket, order.definition["after"]["since"]) if event.kind == AFTERWARDS else None
            plan_from(session, order, ticket, last or event.at)


def is_unasked(session: Session, event: Event) -> bool:
    """What a program wrote is no sign of life, of the customer's or of ours."""
    message = session.get(Message, event.message_id) if event.message_id else None
    return bool(event.data.get("robot")) or bool(message and message.automatic)


def plan_from(session: Session, order: Order, ticket: Ticket, since: datetime) -> None:
    """The moment of the rule on this ticket; none where its hours never come."""
    at = moment_after(session, order, ticket, since)
    if at is not None:
        plan(session, KIND, order.version_id, ticket.id, at)


def moment_after(session: Session, order: Order, ticket: Ticket, since: datetime) -> datetime | None:
    """When the rule's time is over, by the hours of the ticket's team."""
    after = order.definition["after"]
    _calendar, hours = hours_for(session, ticket.team_id, "")
    return due(hours, since, Span(after["amount"], after["unit"]), (), clock.now()).at


def fire(session: Session, moment: DueMoment, ticket: Ticket) -> None:
    """The handler of moments: the rule looks at the ticket as it is now. A rule that was changed or switched off has no moments. A mass of
    moments that are late all at once waits until an admin lets it go."""
    found = [order for order in orders.in_force(session, "timed") if order.version_id == moment.ref]
    if found and put_aside(session, [moment]):
        return
    for order in found:
        look = Look(order.rule_id, order.version_id, ticket.id, f"due:{moment.due_at.isoformat()}", None, 1)
        triggers.attempt(session, order, look, facts_of(session, ticket))


def anchors(session: Session, order: Order, tickets: list[Ticket]) -> Iterator[tuple[Ticket, datetime]]:
    """Since when the rule counts on tickets that are there already; those without such a moment are left out."""
    since = order.definition["after"]["since"]
    for ticket in tickets:
        at = anchor(session, ticket, since)
        if at is not None:
            yield ticket, at


def anchor(session: Session, ticket: Ticket, since: str) -> datetime | None:
    """The last time that this happened to the ticket."""
    if since == "opened":
        return ticket.created_at
    if since in ("customer", "us"):
        return Tables(session, ticket, None).last(CUSTOMER if since == "customer" else OURS)
    return session.scalar(select(func.max(Event.at)).where(Event.ticket_id == ticket.id, Event.kind.in_(SINCE[since])))
