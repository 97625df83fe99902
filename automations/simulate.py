"""What would this rule have done to the last days, had it been in force: event by event, ticket by ticket, with nothing changed.

Everything else stays as it happened: other rules are taken to have done what they did. Who was online then, nobody knows; a rule that asks
for it says so instead of guessing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from automations import time_triggers
from automations.actions import ACTS
from automations.conditions.evaluate import Many, made, words_in
from automations.conditions.words import WORDS
from automations.facts import Facts
from automations.orders import Order
from automations.past import Kept, Story, apply, stories, woken
from helpdesk import clock
from helpdesk.models import Event

SET, MOST_DAYS, MOST_KEPT = 200, 90, 500


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
    found = Simulated(unknown=sorted(word for word in words_in(definition["if"]) if WORDS[word].now))
    listens = set(definition["on"]) if kind == "trigger" else set(time_triggers.SINCE[definition["after"]["since"]])
    wanted = select(Event.ticket_id).where(Event.at >= since, Event.kind.in_(sorted(listens))).distinct().order_by(Event.ticket_id)
    numbers = [] if found.unknown else list(session.scalars(wanted))
    rule = Pretence(session, kind, Order(rule_id, 0, "", definition), listens, found)
    for chunk in in_sets(numbers):
        for story in stories(session, chunk, since):
            rule.live_through(story)
        session.rollback()  # nothing was written, and nothing of the set is needed any more
        yield found.total, len(numbers), found
    if not numbers:
        yield 0, 0, found


def in_sets(numbers: list[int]) -> Iterator[list[int]]:
    """SET at a time."""
    for start in range(0, len(numbers), SET):
        yield numbers[start : start + SET]


class Pretence:
    """A rule that is tried on stories."""

    def __init__(self, session: Session, kind: str, order: Order, listens: set[str], found: Simulated) -> None:
        self.session, self.kind, self.order, self.listens, self.found = session, kind, order, listens, found
        self.conditions: Many = made(order.definition["if"])

    def live_through(self, story: Story) -> None:
        """One ticket, from its first event to now."""
        ticket, due = story.ticket, None
        self.did_something = False
        for event in story.events:
            due = self.ring(ticket, due, event.at)
            due = self.happen(ticket, event, due)
        self.ring(ticket, due, clock.now())
        self.found.total += 1
        self.found.changed += self.did_something

    def happen(self, ticket: Kept, event: Any, due: datetime | None) -> datetime | None:
        """One event as it was, unless what the rule did makes it none; the moment at which a rule of the clock is due by now."""
        if event.kind == "message_received" and ticket.status != "open" and not event.data.get("robot"):  # type: ignore[attr-defined]
            self.happen(ticket, woken(event, ticket.status), None)  # type: ignore[attr-defined]
        if not apply(ticket, event, "to"):
            return due
        ticket.said.at, ticket.said.asked = event.at, event
        if event.kind not in self.listens:
            return due
        if self.kind == "timed":
            return self.planned(ticket, event) or due
        if event.rule_id != self.order.rule_id or not event.rule_id:
            self.attempt(ticket, event, event.at)
        return due

    def planned(self, ticket: Kept, event: Any) -> datetime | None:
        """When a rule of the clock is due that counts from this event."""
        if time_triggers.is_unasked(self.session, event):
            return None
        return time_triggers.moment_after(self.session, self.order, ticket, event.at)  # type: ignore[arg-type]

    def ring(self, ticket: Kept, due: datetime | None, until: datetime) -> datetime | None:
        """Tries the rule at its moment, if that has come by then; what is still to come."""
        if due is None or due > until:
            return due
        ticket.said.at, ticket.said.asked = due, None
        self.attempt(ticket, None, due)
        return None

    def attempt(self, ticket: Kept, event: Any, at: datetime) -> None:
        """As triggers.attempt, in mind."""
        facts = Facts(ticket, event, ticket.said, at)
        if not self.conditions.holds(facts):
            return
        seen = self.conditions.told(facts) if len(self.found.runs) < MOST_KEPT else []
        did = [{**action, "result": ACTS[action["do"]].pretend(ticket, action.get("value"))} for action in self.order.definition["then"]]
        self.found.matched += 1
        self.did_something |= any(line["result"] == "done" for line in did)
        if len(self.found.runs) < MOST_KEPT:
            self.found.runs.append({
                "ticket": ticket.id, "subject": ticket.subject, "event": event.id if event else None,  # type: ignore[attr-defined]
                "at": at.isoformat(), "seen": seen, "did": did,
            })  # fmt: skip
