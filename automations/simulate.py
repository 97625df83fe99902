"""What would this rule have done to the last days, had it been in force: event by event, ticket by ticket, with nothing changed.

The rules of today are taken to have been in force with it, each in its place, so that it sees what they did and they see what it did. What
people did stays as it was. Who was online then, nobody knows; a rule that asks for it says so instead of guessing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from automations import orders, time_triggers
from automations.conditions.evaluate import Broken, made, words_in
from automations.conditions.words import WORDS
from automations.might_act import might_act
from automations.orders import Order
from automations.past import Story, stories
from automations.pretence import Pretence, Run
from automations.sla.spans import ELAPSED
from helpdesk import clock
from helpdesk.models import Contact, Event, Message, Rule, Ticket

SET, MOST_DAYS, MOST_KEPT = 200, 90, 500
FURTHEST = timedelta(days=400)


@dataclass
class Simulated:
    """`total` tickets were looked at, `changed` of them would have been changed; `runs` are what would stand in the log, at most
    MOST_KEPT: {"ticket", "subject", "event", "at", "seen", "did"}. `unknown`: words whose answer of then nobody knows."""

    total: int = 0
    changed: int = 0
    matched: int = 0
    runs: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def simulate(session: Session, kind: str, rule_id: int, definition: dict[str, Any], days: int) -> Iterator[tuple[int, int, Simulated]]:
    """Yields (tickets done, tickets in all, what was found so far) after each set of tickets. `rule_id` 0: a rule that is not kept yet."""
    since = clock.now() - timedelta(days=min(days, MOST_DAYS))
    found, tried = Simulated(unknown=unknown_of_the_past(definition)), Order(rule_id, 0, "", definition)
    numbers = [] if found.unknown else list(session.scalars(tickets_heard_of(kind, definition, since)))
    pretence = in_its_place(session, kind, tried)
    asked = {WORDS[word].group for word in words_in(definition["if"])}
    for chunk in in_sets(numbers):
        at_hand = read_ahead(session, chunk, asked)
        for story in stories(session, chunk, since):
            live(pretence, tried, story, found)
        del at_hand
        session.rollback()  # nothing was written, and nothing of the set is needed any more
        yield found.total, len(numbers), found
    if not numbers:
        yield 0, 0, found


def unknown_of_the_past(definition: dict[str, Any]) -> list[str]:
    """Words that tell of this very moment alone."""
    return sorted(word for word in words_in(definition["if"]) if word not in WORDS or WORDS[word].now)


def tickets_heard_of(kind: str, definition: dict[str, Any], since: datetime) -> Any:
    """Tickets of which the rule would have heard by then; of a rule of the clock also those to which its time would have come."""
    if kind == "timed":
        after = definition["after"]
        listens, begun = set(time_triggers.SINCE[after["since"]]), since - reach(after)
    else:
        listens, begun = set(definition["on"]), since
    return select(Event.ticket_id).where(Event.at >= begun, Event.kind.in_(sorted(listens))).distinct().order_by(Event.ticket_id)


def reach(after: dict[str, Any]) -> timedelta:
    """How far before a moment what it counts from can be; open time is spread over days with nights, weekends and feasts."""
    minutes = {"minutes": 1, "hours": 60}.get(after["unit"], 24 * 60) * after["amount"]
    widened = timedelta(minutes=minutes) if after["unit"] in ELAPSED else timedelta(minutes=minutes) * 5 + timedelta(days=30)
    return min(widened, FURTHEST)


def in_its_place(session: Session, kind: str, tried: Order) -> Pretence:
    """Every rule in force that can be lived through in mind, and the one that is tried where it stands among them; a new one comes last."""
    others = {each: [one for one in orders.in_force(session, each) if one.rule_id != tried.rule_id] for each in ("trigger", "timed")}
    rows = {each: [one for one in found if can_be_pretended(one)] for each, found in others.items()}
    rule = session.get(Rule, tried.rule_id) if tried.rule_id else None
    later = set(session.scalars(select(Rule.id).where(Rule.position > rule.position))) if rule is not None else set()
    place = next((at for at, one in enumerate(rows[kind]) if one.rule_id in later), len(rows[kind]))
    rows[kind].insert(place, tried)
    return Pretence(session, rows["trigger"], rows["timed"])


def can_be_pretended(order: Order) -> bool:
    """Whether it asks for what can be known of the past; otherwise it did what it did."""
    try:
        made(order.definition["if"])
    except Broken:
        return False
    return not unknown_of_the_past(order.definition)


def in_sets(numbers: list[int]) -> Iterator[list[int]]:
    """SET at a time."""
    for start in range(0, len(numbers), SET):
        yield numbers[start : start + SET]


def read_ahead(session: Session, numbers: list[int], asked: set[str]) -> list[Any]:
    """Messages and customers of a set of tickets with one question each instead of one a ticket, where the rule asks for them; they are at
    hand as long as the list is kept."""
    found: list[Any] = []
    if "message" in asked:
        found += session.scalars(select(Message).where(Message.ticket_id.in_(numbers), Message.kind != "note"))
    if asked & {"message", "contact"}:
        found += session.scalars(select(Contact).where(Contact.id.in_(select(Ticket.contact_id).where(Ticket.id.in_(numbers)))))
    return found


def live(pretence: Pretence, tried: Order, story: Story, found: Simulated) -> None:
    """One ticket, into what was found."""
    alone, did_something = len(pretence.triggers) + len(pretence.timed) == 1, False
    found.total += 1
    if not alone and not might_act(pretence, tried, story):
        return
    for run in pretence.live_through(story):
        if run.order is tried:
            found.matched += 1
            did_something |= any(line["result"] in ("done", "queued", "perhaps") for line in run.did)
            if len(found.runs) < MOST_KEPT:
                found.runs.append(told(story, run))
    found.changed += did_something


def told(story: Story, run: Run) -> dict[str, Any]:
    """As the page and the command show it."""
    return {
        "ticket": story.columns["id"], "subject": story.columns["subject"], "event": run.event.id if run.event is not None else None,
        "at": run.at.isoformat(), "seen": run.seen, "did": run.did,
    }  # fmt: skip
