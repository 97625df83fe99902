"""Rules of the clock: so long after something, if these conditions still hold, then these actions. The moment is planned when the
something happens, and found by its time; no ticket is ever searched for."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from automations import orders, triggers
from automations.facts import facts_of
from automations.orders import Order
from automations.sla.due import due
from automations.sla.spans import Span
from automations.sla.which_hours import which
from helpdesk import clock
from helpdesk.actions.due_moments import move, plan
from helpdesk.actions.late_moments import put_aside
from helpdesk.actions.rule_runs import Look, has_acted
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
MOVES = "team_changed"
"""Another team may have other hours: what is planned moves."""
EVENTS = frozenset({MOVES}).union(*SINCE.values())


def wanted(session: Session, _ticket: Ticket, kind: str) -> bool:
    """Whether any rule counts from this, or by whose hours it changes."""
    return any(hears(order.definition["after"], kind) for order in orders.in_force(session, "timed"))


def hears(after: dict[str, Any], kind: str) -> bool:
    """Whether a rule with these words counts from such an event, or by hours that may be others after it."""
    return kind in SINCE[after["since"]] or (kind == MOVES and by_hours(after))


def by_hours(after: dict[str, Any]) -> bool:
    """Whether it matters whose hours count, or in which zone a day is counted."""
    return after["unit"] not in ("minutes", "hours")


def handle(session: Session, event: Event) -> None:
    """The subscriber: every rule that counts from this event has its moment, later than the one it may have had."""
    message = session.get(Message, event.message_id) if event.message_id else None
    if is_unasked(event.data, message is not None and message.automatic):
        return
    ticket = session.get_one(Ticket, event.ticket_id)
    for order in orders.in_force(session, "timed"):
        after = order.definition["after"]
        if event.kind in SINCE[after["since"]]:
            if (since := counted_at(event.kind, event.at, event.data)) is not None:
                plan_from(session, order, ticket, since)
        elif hears(after, event.kind):
            plan_anew(session, order, ticket)


def counted_at(kind: str, at: datetime, data: dict[str, Any]) -> datetime | None:
    """From when on an event counts: that a person wrote a message is sometimes said later, and only where nobody has answered it."""
    if kind != "screening_undone":
        return at
    return datetime.fromisoformat(data["waits_since"]) if data.get("waits_since") else None


def is_unasked(data: dict[str, Any], automatic: bool | None) -> bool:
    """What a program wrote is no sign of life, of the customer's or of ours."""
    return bool(data.get("robot") or automatic)


def plan_from(session: Session, order: Order, ticket: Ticket, since: datetime) -> None:
    """The moment of the rule on this ticket; none where its hours never come."""
    at = moment_after(session, order, ticket, since)
    if at is not None:
        plan(session, KIND, order.version_id, ticket.id, at)


def plan_anew(session: Session, order: Order, ticket: Ticket) -> None:
    """A moment that is still to come is due by the hours of today. The ticket is locked."""
    at = moment_of(session, order, ticket)
    if at is not None:
        move(session, KIND, order.version_id, ticket.id, at)


def moment_of(session: Session, order: Order, ticket: Ticket) -> datetime | None:
    """When the rule is due by what has happened to the ticket so far; None where it does not count, or never ends."""
    since = anchor(session, ticket, order.definition["after"]["since"])
    return moment_after(session, order, ticket, since) if since is not None else None


def anchor(session: Session, ticket: Ticket, since: str) -> datetime | None:
    """The last time that this happened to the ticket. Older mail that was fetched is no happening."""
    found = (
        select(Event.kind, Event.at, Event.data, Message.automatic).outerjoin(Message, Message.id == Event.message_id)
        .where(Event.ticket_id == ticket.id, Event.kind.in_(SINCE[since]))
    )  # fmt: skip
    counted = (counted_at(kind, at, data) for kind, at, data, automatic in session.execute(found) if not is_unasked(data, automatic))
    return max((at for at in counted if at is not None), default=None)


def moment_after(session: Session, order: Order, ticket: Ticket, since: datetime) -> datetime | None:
    """When the rule's time is over, by the same hours as promises: those of the ticket's team, or of the door by which it came."""
    after = order.definition["after"]
    return due(which(session).of_team(ticket)[1], since, Span(after["amount"], after["unit"]), (), clock.now()).at


def fire(session: Session, moment: DueMoment, ticket: Ticket) -> None:
    """The handler of moments: the rule looks at the ticket as it is now. A rule that was changed or switched off has no moments. Where
    something happened of which nobody has heard yet, or hours are others by now, the moment comes later. A mass of moments that are late
    all at once waits until an admin lets it go."""
    found = next((order for order in orders.in_force(session, "timed") if order.version_id == moment.ref), None)
    at = moment_of(session, found, ticket) if found else None
    if at is not None and at > clock.now():
        moment.due_at, moment.attempts = at, 0
        return
    if found and put_aside(session, [moment]):
        return
    if found:
        act(session, found, ticket, at or moment.due_at)


def act(session: Session, order: Order, ticket: Ticket, at: datetime) -> None:
    """The time of the rule has come, which was `at` however often it was put off: it acts once for it."""
    look = Look(order.rule_id, order.version_id, ticket.id, f"due:{at.isoformat()}", None, 1)
    if not has_acted(session, look):
        triggers.attempt(session, order, look, facts_of(session, ticket))
