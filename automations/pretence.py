"""Stories lived through once more with rules in force: each event as it was, unless what the rules did makes it none; then what the rules
do, which other rules hear of. It changes nothing but tickets in mind."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from automations import time_triggers
from automations.actions import ACTS
from automations.conditions.evaluate import made
from automations.facts import CUSTOMER, Facts
from automations.kept import COLUMNS, Kept
from automations.orders import Order
from automations.past import Story, put
from helpdesk import clock
from helpdesk.actions.rule_runs import MOST_DEPTH

WOKEN = (("ticket_moved", "place"), ("ticket_woken", "snoozed_until"), ("status_changed", "status"))
DERIVED = frozenset({*COLUMNS, "ticket_tagged", "ticket_untagged", "note_written", "reply_released"})
"""What rules do that can be done in mind; what they did beside it stays as it was."""
TOGETHER = timedelta(milliseconds=200)
"""Events of one act are so close to each other."""


@dataclass(frozen=True)
class Run:
    """What would stand in the log."""

    order: Order
    event: Any
    at: datetime
    seen: list[dict[str, Any]]
    did: list[dict[str, Any]]


class Pretence:
    """The rules that are tried, in order; `triggers` hear of events, `timed` have moments."""

    def __init__(self, session: Session, triggers: list[Order], timed: list[Order]) -> None:
        self.session, self.triggers, self.timed = session, triggers, timed
        self.ids = {order.rule_id for order in (*triggers, *timed)}
        self.heard = {kind for order in triggers for kind in order.definition["on"]}
        self.answered: dict[int, str] = {}
        self.counted: dict[int, datetime] = {}
        """Place of a rule of the clock -> since when it counts on the ticket."""

    def live_through(self, story: Story) -> Iterator[Run]:
        """One ticket, from the beginning of its story to now."""
        own = [event for event in story.events if self.is_derived(event)]
        ticket = story.begin(frozenset(event.message_id for event in own if event.message_id))
        numbers = {event.id for event in own}
        due, self.answered = dict(self.first_moments(ticket, story.since)), statuses_of_answers(story)
        for batch in together([event for event in story.events if event.id not in numbers]):
            yield from self.ring(ticket, due, batch[0].at)
            yield from self.happen(ticket, batch, due)
        yield from self.ring(ticket, due, clock.now())

    def is_derived(self, event: Any) -> bool:
        """Whether one of these rules did it, so that it is done anew in mind. By whom work was given out stays as it was."""
        ours = event.actor == "rule" and event.rule_id in self.ids and event.kind in DERIVED
        return ours and not str(event.data.get("why", "")).startswith("routed_")

    def first_moments(self, ticket: Kept, since: datetime) -> Iterator[tuple[int, datetime]]:
        """When rules of the clock are due that count from something before."""
        if not self.timed or ticket.created_at >= since or ticket.place != "inbox" or ticket.status == "closed":  # type: ignore[attr-defined]
            return
        for place, order in enumerate(self.timed):
            anchor = self.anchor(ticket, order.definition["after"]["since"])
            at = self.moment_after(order, ticket, anchor) if anchor else None
            if anchor is not None and at is not None and at > since:
                self.counted[place] = anchor
                yield place, at

    def anchor(self, ticket: Kept, since: str) -> datetime | None:
        """As time_triggers.anchor, of a ticket in mind."""
        if since == "opened":
            return ticket.created_at  # type: ignore[attr-defined]
        if since in ("customer", "us"):
            return ticket.said.last(CUSTOMER if since == "customer" else ("outgoing",))
        return ticket.said.last_event(tuple(time_triggers.SINCE[since]))

    def moment_after(self, order: Order, ticket: Kept, since: datetime) -> datetime | None:
        """When the rule's time is over."""
        return time_triggers.moment_after(self.session, order, ticket, since)  # type: ignore[arg-type]

    def happen(self, ticket: Kept, batch: list[Any], due: dict[int, datetime]) -> Iterator[Run]:
        """What happened at once, all of it before anybody hears of it; then everybody hears."""
        waiting: deque[Any] = deque()
        opened = any(event.kind == "ticket_opened" for event in batch)
        for event in batch:
            ticket.said.at = event.at
            if event.kind == "message_received" and not opened and not event.data.get("robot"):
                waiting.extend(brought_about(ticket, event, "open"))
            elif event.kind == "reply_written":
                waiting.extend(brought_about(ticket, event, self.answered[event.id]))
            if put(ticket, event, "to"):
                ticket.said.note(event.kind, event.at, event.data)
                waiting.append(event)
        yield from self.tell(ticket, waiting, due)

    def tell(self, ticket: Kept, waiting: deque[Any], due: dict[int, datetime]) -> Iterator[Run]:
        """Everybody hears of everything, in order, also of what comes of it."""
        while waiting:
            event = waiting.popleft()
            self.plan(ticket, event, due)
            if event.kind not in self.heard or event.depth >= MOST_DEPTH:
                continue
            facts = facts_at(ticket, event, event.at)
            for order in self.triggers:
                if event.kind not in order.definition["on"] or (order.rule_id and order.rule_id == event.rule_id) or own(order, event):
                    continue
                if (run := self.attempt(order, facts, event, waiting)) is None:
                    continue
                yield run
                if order.definition.get("stop"):
                    break
                facts = facts.anew()

    def plan(self, ticket: Kept, event: Any, due: dict[int, datetime]) -> None:
        """Rules of the clock that count from this event, or by other hours after it."""
        if not self.timed or is_unasked(ticket, event):
            return
        for place, order in enumerate(self.timed):
            after = order.definition["after"]
            if event.kind in time_triggers.SINCE[after["since"]]:
                if (since := time_triggers.counted_at(event.kind, event.at, event.data)) is None:
                    continue
                self.counted[place] = since
            elif place not in due or not time_triggers.hears(after, event.kind):
                continue
            at = self.moment_after(order, ticket, self.counted[place])
            if at is not None:
                due[place] = max(at, event.at)

    def ring(self, ticket: Kept, due: dict[int, datetime], until: datetime) -> Iterator[Run]:
        """Every moment that has come by then, the earliest first."""
        while due and min(due.values()) <= until:
            place = min(due, key=lambda one: (due[one], one))
            at = due.pop(place)
            ticket.said.at, waiting = at, deque[Any]()
            run = self.attempt(self.timed[place], facts_at(ticket, None, at), None, waiting)
            if run is not None:
                yield run
            yield from self.tell(ticket, waiting, due)

    def attempt(self, order: Order, facts: Facts, event: Any, waiting: deque[Any]) -> Run | None:
        """As triggers.attempt, in mind; what happens by it is told later."""
        conditions = made(order.definition["if"])
        if not conditions.holds(facts):
            return None
        seen, ticket = conditions.lines(facts), facts.ticket
        did = [{**action, "result": pretend(ticket, action)} for action in order.definition["then"]]
        waiting.extend(happenings(ticket, order, event, facts.now))
        return Run(order, event, facts.now, seen, did)


def own(order: Order, event: Any) -> bool:
    """Whether this very rule did it, one that is not kept yet too."""
    return getattr(event, "order", None) is order


def facts_at(ticket: Kept, event: Any, at: datetime) -> Facts:
    """What can be asked of the ticket at that moment."""
    ticket.said.asked = event
    return Facts(ticket, event, ticket.said, at)


def pretend(ticket: Kept, action: dict[str, Any]) -> str:
    """The result of one action."""
    act = ACTS.get(action["do"])
    return act.pretend(ticket, action.get("value")) if act else "unknown"


def happenings(ticket: Kept, order: Order, event: Any, at: datetime) -> list[Any]:
    """What the acts made happen, as events."""
    depth = event.depth + 1 if event is not None else 1
    found = [
        SimpleNamespace(id=None, ticket_id=ticket.id, kind=kind, at=at, actor="rule", agent_id=None, message_id=None, data=data,  # type: ignore[attr-defined]
                        rule_id=order.rule_id or None, depth=depth, message=message, order=order)
        for kind, data, message in ticket.made
    ]  # fmt: skip
    for one in found:
        ticket.said.note(one.kind, at, one.data)
    ticket.made = []
    return found


def statuses_of_answers(story: Story) -> dict[int, str]:
    """Event of an answer -> the status that its author gave the ticket with it, also where it was that already."""
    status, found = story.columns["status"], dict[int, str]()
    given = {event.message_id: event.data["to"] for event in story.events if event.kind == "status_changed" and event.message_id}
    for event in story.events:
        if event.kind == "status_changed":
            status = event.data["to"]
        elif event.kind == "reply_written":
            found[event.id] = given.get(event.message_id, status)
    return found


def brought_about(ticket: Kept, event: Any, status: str) -> list[Any]:
    """What a message brings about by itself: it wakes the ticket and gives it this status; a customer's fetches it out of the trash. What
    comes of an answer is its author's doing, and is about the answer."""
    whose = {name: getattr(event, name) for name in ("actor", "agent_id", "message_id")} if event.kind == "reply_written" else {}
    happened = SimpleNamespace(**{"id": event.id, "ticket_id": event.ticket_id, "kind": "", "at": event.at, "actor": "system",
                                  "agent_id": None, "message_id": None, "data": {}, "rule_id": None, "depth": 0} | whose)  # fmt: skip
    found = []
    for kind, column in WOKEN:
        before, value = getattr(ticket, column), {"place": "inbox", "status": status}.get(column)
        if before != value and (column != "place" or (before == "trash" and event.kind == "message_received")):
            ticket.put(column, value)
            found.append(SimpleNamespace(**happened.__dict__ | {"kind": kind, "data": {"from": before, "to": value}}))
            ticket.said.note(kind, event.at, found[-1].data)
    return found


def is_unasked(ticket: Kept, event: Any) -> bool:
    """As time_triggers.is_unasked, of what is kept in mind."""
    message = getattr(event, "message", None)
    if message is None and event.message_id:
        message = next((one for one in ticket.said.messages if one.id == event.message_id), None)
    return bool(event.data.get("robot")) or bool(message is not None and message.automatic)


def together(events: list[Any], span: timedelta = TOGETHER) -> Iterator[list[Any]]:
    """Events in batches of what happened at once."""
    batch: list[Any] = []
    for event in events:
        if batch and event.at - batch[0].at > span:
            yield batch
            batch = []
        batch.append(event)
    if batch:
        yield batch
