"""Tickets as they were: walked back from today along their events, then forward again with what a rule would have done kept in mind."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.folding import fold
from helpdesk.models import Contact, Event, Message, Tag, Ticket, ticket_tag
from helpdesk.models.ticket import PRIORITIES

COLUMNS = {
    "status_changed": ("status", str), "team_changed": ("team_id", None), "ticket_assigned": ("assignee_id", None),
    "ticket_unassigned": ("assignee_id", None), "priority_changed": ("priority", PRIORITIES.index), "ticket_moved": ("place", str),
    "type_changed": ("type_id", None), "subject_changed": ("subject", str),
}  # fmt: skip
"""Kind of event -> the column that it changed, and how its "from" and "to" are kept there."""
KEPT = (
    "id", "inbox_id", "contact_id", "team_id", "assignee_id", "subject", "status", "priority", "place", "type_id", "created_at",
    "due_state",
)  # fmt: skip


class Kept:
    """A ticket in mind: the columns of a ticket, its folded tags, and what it was said in."""

    def __init__(self, columns: dict[str, Any], tags: set[str], said: "Said") -> None:
        self.__dict__.update(columns)
        self.tags, self.said = tags, said

    def set(self, column: str, value: Any) -> bool:
        """Whether that was a change."""
        before = getattr(self, column)
        setattr(self, column, value)
        return bool(before != value)

    @property
    def waiting_since(self) -> datetime | None:
        """When the oldest message came that nobody has answered."""
        return self.said.waiting_since(done=self.status in ("solved", "closed"))  # type: ignore[attr-defined]


@dataclass
class Said:
    """What was said in a ticket, as far as it had been said by `at`: messages in order, with the columns that rules ask for."""

    session: Session
    messages: Sequence[Any]
    contact_id: int
    at: datetime
    asked: Any = None
    tags_now: set[str] = field(default_factory=set)

    def so_far(self) -> list[Any]:
        """Those that were there by then, and not taken back."""
        return [one for one in self.messages if one.created_at <= self.at and not (one.cancelled_at and one.cancelled_at <= self.at)]

    def message(self) -> Any:
        """See Facts."""
        wanted = self.asked.message_id if self.asked is not None else None
        found = [one for one in self.so_far() if (one.id == wanted if wanted else one.kind == "incoming")]
        return self.session.get(Message, found[-1].id) if found else None

    def tags(self) -> frozenset[str]:
        """See Facts."""
        return frozenset(self.tags_now)

    def contact(self) -> Contact | None:
        """See Facts; as he is known today."""
        return self.session.get(Contact, self.contact_id)

    def counts(self) -> dict[str, int]:
        """See Facts."""
        found: dict[str, int] = defaultdict(int)
        for one in self.so_far():
            found[one.kind] += 1
        return dict(found)

    def last(self, kinds: tuple[str, ...]) -> datetime | None:
        """See Facts."""
        return max((one.created_at for one in self.so_far() if one.kind in kinds and not one.automatic), default=None)

    def waiting_since(self, *, done: bool) -> datetime | None:
        """See Kept."""
        since: datetime | None = None
        for one in self.so_far():
            if one.kind == "incoming" and not one.auto_reply:
                since = since or one.created_at
            elif one.kind == "outgoing" and not one.automatic:
                since = None
        return None if done else since


@dataclass
class Story:
    """One ticket with its events of a time, oldest first, and how it was before the first of them."""

    ticket: Kept
    events: list[Any]


def stories(session: Session, numbers: list[int], since: datetime) -> list[Story]:
    """The tickets, each as it was at `since`, with everything that has happened to it from then on."""
    rows = session.execute(select(*(getattr(Ticket, name) for name in KEPT)).where(Ticket.id.in_(numbers)).order_by(Ticket.id)).all()
    events = grouped(session.execute(
        select(Event.id, Event.ticket_id, Event.kind, Event.at, Event.actor, Event.agent_id, Event.message_id, Event.data, Event.rule_id,
               Event.depth)
        .where(Event.ticket_id.in_(numbers), Event.at >= since).order_by(Event.id)))  # fmt: skip
    messages = grouped(session.execute(
        select(Message.id, Message.ticket_id, Message.kind, Message.created_at, Message.cancelled_at, Message.automatic, Message.auto_reply)
        .where(Message.ticket_id.in_(numbers)).order_by(Message.id)))  # fmt: skip
    tags = defaultdict(set)
    held = select(ticket_tag.c.ticket_id, Tag.folded).join(Tag, Tag.id == ticket_tag.c.tag_id).where(ticket_tag.c.ticket_id.in_(numbers))
    for number, folded in session.execute(held):
        tags[number].add(folded)
    found = []
    for row in rows:
        said = Said(session, messages[row.id], row.contact_id, since, tags_now=tags[row.id])
        kept = Kept(dict(row._mapping), said.tags_now, said)  # noqa: SLF001  SQLAlchemy's public name for it
        for event in reversed(events[row.id]):
            apply(kept, event, "from")
        found.append(Story(kept, events[row.id]))
    return found


def grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Rows by ticket."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.ticket_id].append(row)
    return found


def apply(ticket: Kept, event: Any, side: str) -> bool:
    """Makes the ticket what the event made it ("to"), or what it was before ("from"); whether that was a change, or no change at all was
    to be made."""
    if event.kind in COLUMNS:
        column, as_kept = COLUMNS[event.kind]
        value = event.data.get(side)
        return ticket.set(column, as_kept(value) if as_kept and value is not None else value)
    if event.kind in ("ticket_tagged", "ticket_untagged"):
        tag, adds = fold(str(event.data.get("tag", "")))[:60], (event.kind == "ticket_tagged") == (side == "to")
        changed = (tag in ticket.tags) != adds
        (ticket.tags.add if adds else ticket.tags.discard)(tag)
        return changed
    return True


def woken(event: Any, before: str) -> Any:
    """The change of status that a customer's message brings about by itself."""
    return SimpleNamespace(id=event.id, ticket_id=event.ticket_id, kind="status_changed", at=event.at, actor="system", agent_id=None,
                           message_id=None, data={"from": before, "to": "open"}, rule_id=None, depth=0)  # fmt: skip


