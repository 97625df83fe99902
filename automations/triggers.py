"""When this event, if these conditions, then these actions: each rule once an event, in order, with everything it saw and did."""

import time
from typing import Any

from sqlalchemy.orm import Session

from automations import actions, orders
from automations.conditions.evaluate import Broken, made
from automations.facts import Facts, facts_of
from automations.orders import Order
from helpdesk.actions.record import Actor, held_ticket
from helpdesk.actions.rule_runs import MOST_DEPTH, Look, note_run, too_often, trip
from helpdesk.models import Event, Ticket
from helpdesk.models.event import KINDS

EVENTS = frozenset(KINDS) - {"reply_written", "reply_cancelled", "message_backfilled"}
"""What a rule may listen to. An answer counts from its release on; older mail is history."""


def wanted(session: Session, _ticket: Ticket, kind: str) -> bool:
    """Whether any rule listens to this kind."""
    return any(kind in order.definition["on"] for order in orders.in_force(session, "trigger"))


def handle(session: Session, event: Event) -> None:
    """The subscriber: tries every rule that listens, under the ticket's lock. A rule that stops is the last."""
    if event.depth >= MOST_DEPTH:
        trip(session, event.rule_id or 0, event.ticket_id, "chain")
        return
    ticket = held_ticket(session, event.ticket_id)
    facts = facts_of(session, ticket, event)
    for order in orders.in_force(session, "trigger"):
        if event.kind not in order.definition["on"] or order.rule_id == event.rule_id:
            continue
        look = Look(order.rule_id, order.version_id, ticket.id, f"event:{event.id}", event.id, event.depth + 1)
        if not attempt(session, order, look, facts):
            continue
        if order.definition.get("stop"):
            return
        facts = facts.anew()  # the next rule sees what this one did


def attempt(session: Session, order: Order, look: Look, facts: Facts) -> bool:
    """Tries one rule; whether it acted."""
    begun = time.perf_counter()
    try:
        conditions = made(order.definition["if"])
    except Broken as problem:  # written by hand, or by an older release: the other rules go on
        did = [{"do": "", "value": str(problem), "result": "broken", "events": []}]
        note_run(session, look, matched=False, seen=[], did=did, cost_us=0)
        trip(session, look.rule_id, look.ticket_id, "broken")
        return False
    if not conditions.holds(facts):
        return False
    limit = too_often(session, look)
    if limit:
        trip(session, look.rule_id, look.ticket_id, limit)
    seen = conditions.lines(facts)
    did = [{"do": "", "result": f"limit_{limit}", "events": []}] if limit else act(session, order, look, facts)
    cost = int((time.perf_counter() - begun) * 1e6)
    note_run(session, look, matched=True, seen=seen, did=did, cost_us=cost)
    return not limit


def act(session: Session, order: Order, look: Look, facts: Facts) -> list[dict[str, Any]]:
    """Does what the rule says, as the rule."""
    actor = Actor("rule", why="", rule_id=order.rule_id, cause_id=look.event_id, depth=look.depth)
    doing = actions.Doing(session, facts.ticket, actor, facts)
    did = [actions.perform(doing, action) for action in order.definition["then"]]
    if any(line["result"] in actions.GONE for line in did):
        trip(session, look.rule_id, look.ticket_id, "gone")
    return did
