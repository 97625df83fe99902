"""Tickets as they were: walked back from today along their events, to be lived through once more with what rules would have done."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from automations.kept import COLUMNS, Kept
from automations.past_promises import Promised
from automations.said import Said
from helpdesk.clock import FAR
from helpdesk.folding import fold
from helpdesk.models import Event, Message, Tag, Ticket, ticket_tag

KEPT = (
    "id", "inbox_id", "also_inbox_id", "contact_id", "team_id", "assignee_id", "subject", "status", "priority", "place", "type_id",
    "created_at", "snoozed_until", "related_ticket_id", "sla_policy_id", "due_at", "due_name", "due_state",
)  # fmt: skip
DATED = (
    "status_changed", "ticket_assigned", "team_changed", "priority_changed", "type_changed", "ticket_tagged", "policy_changed",
    "subject_changed", "ticket_snoozed", "ticket_woken", "ticket_moved", "delivery_failed", "delivery_bounced",
)  # fmt: skip
"""Events of before the time that is looked at, of which rules ask how long ago they were."""


@dataclass
class Story:
    """One ticket with its events of a time, oldest first, and how it was before the first of them; `earlier` are those before that."""

    session: Session
    columns: dict[str, Any]
    tags: set[str]
    messages: Sequence[Any]
    events: list[Any]
    earlier: list[Any]
    since: datetime
    promised: Promised = field(default_factory=Promised)

    def begin(self, without: frozenset[int] = frozenset()) -> Kept:
        """The ticket as it was at the beginning; `without` are messages that are thought away."""
        messages = [one for one in self.messages if one.id not in without] if without else list(self.messages)
        said = Said(self.session, messages, self.columns["contact_id"], self.since)
        for event in self.earlier:
            said.note(event.kind, event.at, event.data)
        kept = Kept(dict(self.columns), set(self.tags), said, self.promised.copy())
        kept.__dict__.update(self.promised.next_due())
        return kept


def stories(session: Session, numbers: list[int], since: datetime) -> list[Story]:
    """The tickets, each as it was at `since`, with everything that has happened to it from then on."""
    rows = session.execute(select(*(getattr(Ticket, name) for name in KEPT)).where(Ticket.id.in_(numbers)).order_by(Ticket.id)).all()
    events = grouped(session.execute(
        select(Event.id, Event.ticket_id, Event.kind, Event.at, Event.actor, Event.agent_id, Event.message_id, Event.data, Event.rule_id,
               Event.depth)
        .where(Event.ticket_id.in_(numbers), Event.at >= since).order_by(Event.id)))  # fmt: skip
    earlier = grouped(session.execute(
        select(Event.id, Event.ticket_id, Event.kind, Event.at, Event.data)
        .where(Event.ticket_id.in_(numbers), Event.at < since, or_(Event.kind.in_(DATED), Event.kind.like("sla\\_%", escape="\\")))
        .order_by(Event.id)))  # fmt: skip
    messages = grouped(session.execute(
        select(Message.id, Message.ticket_id, Message.kind, Message.created_at, Message.cancelled_at, Message.automatic, Message.auto_reply)
        .where(Message.ticket_id.in_(numbers)).order_by(Message.id)))  # fmt: skip
    tags = defaultdict(set)
    held = select(ticket_tag.c.ticket_id, Tag.folded).join(Tag, Tag.id == ticket_tag.c.tag_id).where(ticket_tag.c.ticket_id.in_(numbers))
    for number, folded in session.execute(held):
        tags[number].add(folded)
    found = [
        Story(session, dict(row._mapping), tags[row.id], messages[row.id], events[row.id], earlier[row.id], since)  # noqa: SLF001  public
        for row in rows
    ]
    for story in found:
        walk_back(story)
    return found


def grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Rows by ticket."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.ticket_id].append(row)
    return found


def walk_back(story: Story) -> None:
    """Makes the story's columns and tags what they were at its beginning."""
    said = Said(story.session, [], story.columns["contact_id"], story.since)
    kept = Kept(story.columns, story.tags, said, Promised())
    for event in reversed(story.events):
        put(kept, event, "from")
    story.columns = {name: getattr(kept, name) for name in KEPT}
    for event in story.earlier:
        if event.kind.startswith("sla_"):
            story.promised.hear(event.kind, event.data)


def put(ticket: Kept, event: Any, side: str) -> bool:
    """Makes the ticket what the event made it ("to"), or what it was before ("from"); whether that was a change, or no change at all was
    to be made."""
    kind, data = event.kind, event.data
    if kind in COLUMNS:
        column, as_kept = COLUMNS[kind]
        value = data.get(side)
        return ticket.put(column, as_kept(value) if as_kept and value is not None else value)
    if kind in ("ticket_tagged", "ticket_untagged"):
        return ticket.put_tag(fold(str(data.get("tag", "")))[:60], on=(kind == "ticket_tagged") == (side == "to"))
    if kind in ("ticket_snoozed", "ticket_woken"):
        asleep = (kind == "ticket_snoozed") == (side == "to")
        until = datetime.fromisoformat(data["until"]) if data.get("until") else FAR
        return ticket.put("snoozed_until", until if asleep else None)
    if kind == "inbox_added":
        return ticket.put("also_inbox_id", data.get("inbox") if side == "to" else None)
    if kind.startswith("sla_") and side == "to":
        ticket.promised.hear(kind, data)
        ticket.__dict__.update(ticket.promised.next_due())
    return True
