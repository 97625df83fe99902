"""Plays one story: the rows that the actions would have written, had everything happened at its time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from helpdesk import vault
from helpdesk.clock import FAR
from helpdesk.demo.story import Customer, Step, Story
from helpdesk.demo.timing import rest_until, weekday
from helpdesk.folding import language_of
from helpdesk.models import Ticket
from helpdesk.models.ticket import PRIORITIES

Row = dict[str, Any]
UNDO = timedelta(seconds=10)
TRAVEL = timedelta(seconds=12)


@dataclass(frozen=True)
class Stage:
    """The ids that a story's words stand for; `types` are those of an inbox's tickets."""

    now: datetime
    agents: dict[str, int]
    teams: dict[str, int]
    inboxes: dict[str, Row]
    contacts: dict[str, int]
    customers: dict[str, Customer]
    types: dict[str, int] = field(default_factory=dict)


@dataclass
class Play:
    """A ticket and what happened in it, in order. An event's "message" is the message's row itself, until rows have ids."""

    stage: Stage
    story: Story
    ticket: Ticket
    messages: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    files: list[tuple[Row, str]] = field(default_factory=list)

    def act(self, step: Step, at: datetime) -> None:
        """One step."""
        if step.by:
            self.change(step, at)
            self.write(step, at)
            self.settle(step, at)
        else:
            self.hear(step, at)

    def hear(self, step: Step, at: datetime) -> None:
        """The customer writes, as actions/receive.py does it."""
        message = self.message(step, at, "incoming")
        opened = len(self.messages) == 1
        if opened:
            self.event(at, "ticket_opened", {"channel": "email"}, message=message, contact=True)
        elif self.ticket.status != "open":
            before = self.ticket.status
            self.ticket.set_status("open")
            self.event(at, "status_changed", {"from": before, "to": "open", "why": "customer_wrote"})
        self.event(at, "message_received", {"robot": step.auto} if step.auto else {}, message=message, contact=True)
        self.ticket.hear(at, snippet_of(message["text"]), counts=not step.auto or opened)

    def change(self, step: Step, at: datetime) -> None:
        """What an agent changes before writing."""
        ticket = self.ticket
        if step.assign:
            before, ticket.assignee_id = ticket.assignee_id, self.stage.agents[step.assign]
            self.event(at, "ticket_assigned", {"from": before, "to": ticket.assignee_id}, by=step.by)
            self.retype(step.by, at)
        if step.team:
            before, ticket.team_id = ticket.team_id, self.stage.teams[step.team]
            self.event(at, "team_changed", {"from": before, "to": ticket.team_id}, by=step.by)
        if step.priority:
            before, ticket.priority = ticket.priority, PRIORITIES.index(step.priority)
            self.event(at, "priority_changed", {"from": PRIORITIES[before], "to": step.priority}, by=step.by)
        for tag in step.tags:
            self.tags.append(tag)
            self.event(at, "ticket_tagged", {"tag": tag}, by=step.by)

    def retype(self, by: str, at: datetime) -> None:
        """Whoever takes a ticket says what it is about."""
        kind = self.stage.types.get(self.story.inbox)
        if kind is not None and self.ticket.type_id is None:
            self.ticket.type_id = kind
            self.event(at, "type_changed", {"from": None, "to": kind}, by=by)

    def write(self, step: Step, at: datetime) -> None:
        """An answer or a note, as actions/reply.py does it."""
        if step.note:
            self.event(at, "note_written", {}, by=step.by, message=self.message(step, at, "note"))
        if not step.outgoing:
            return
        message = self.message(step, at, "outgoing")
        waiting_since = self.ticket.waiting_since.isoformat()
        before = {"status_before": self.ticket.status, "waiting_since": waiting_since, "snippet": self.ticket.snippet}
        self.ticket.answer(at, snippet_of(message["text"]))
        self.event(at, "reply_written", before, by=step.by, message=message)
        self.move_status(step.status or "pending", step.by, at)
        self.event(at + UNDO, "reply_released", {}, message=message)
        self.event(at + TRAVEL, "delivery_resolved", {"state": "sent", "words": "250 OK"}, message=message)

    def settle(self, step: Step, at: datetime) -> None:
        """What an agent does with the ticket at the end."""
        if step.status and not step.outgoing:
            self.move_status(step.status, step.by, at)
        if step.place:
            before = self.ticket.place
            self.ticket.move(step.place)
            self.event(at, "ticket_moved", {"from": before, "to": step.place}, by=step.by)
        if step.snooze_seconds:
            until = rest_until(self.stage.now, step.snooze_seconds)
            self.ticket.snooze(until)
            self.event(at, "ticket_snoozed", {"until": until.isoformat()}, by=step.by)

    def move_status(self, status: str, by: str, at: datetime) -> None:
        """To a status, with a word in the history when it is another."""
        if self.ticket.status != status:
            before = self.ticket.status
            self.ticket.set_status(status)
            self.event(at, "status_changed", {"from": before, "to": status}, by=by)

    def event(self, at: datetime, kind: str, data: Row, *, by: str = "", contact: bool = False, message: Row | None = None) -> None:
        """One row of the history."""
        actor = "agent" if by else "contact" if contact else "system"
        self.events.append({
            "ticket_id": self.ticket.id, "kind": kind, "at": at, "actor": actor, "agent_id": self.stage.agents[by] if by else None,
            "contact_id": self.ticket.contact_id if contact else None, "message": message, "data": data,
        })  # fmt: skip

    def message(self, step: Step, at: datetime, kind: str) -> Row:
        """A message's row; it answers the newest public message and names those before it."""
        text = self.filled(step.text, at)
        thread = [row["external_id"] for row in self.messages if row["external_id"]] if kind != "note" else []
        row = {
            "ticket_id": self.ticket.id, "inbox_id": self.ticket.inbox_id, "kind": kind, "channel": "email", "subject": self.subject(kind),
            "text": text, "reply_text": text, "content_hash": sha256(f"{at.isoformat()}\0{text}".encode()).hexdigest(),
            "external_id": self.external_id(kind), "in_reply_to": thread[-1] if thread else "", "references": thread,
            "language": language_of(text), "verified": True, "auto_reply": step.auto, "created_at": at,
            "sent_at": at if kind == "incoming" else None, "release_at": at + UNDO if kind == "outgoing" else None,
            "released_at": at + UNDO if kind == "outgoing" else None, **self.people(step, kind),
        }  # fmt: skip
        self.messages.append(row)
        self.files += [(row, name) for name in step.files]
        return row

    def people(self, step: Step, kind: str) -> Row:
        """From whom, to whom."""
        customer, inbox = self.stage.customers[self.story.customer], self.stage.inboxes[self.story.inbox]
        ours, theirs = {"name": inbox["name"], "address": inbox["address"]}, {"name": customer.name, "address": customer.address}
        if kind == "incoming":
            sender = {"contact_id": self.ticket.contact_id, "agent_id": None, "from_name": customer.name, "from_address": customer.address}
            return {**sender, "to": [ours], "cc": [{"name": "", "address": address} for address in step.cc]}
        sender = {"contact_id": None, "agent_id": self.stage.agents[step.by], "from_name": "", "from_address": inbox["address"]}
        return {**sender, "to": [] if kind == "note" else [theirs], "cc": []}

    def subject(self, kind: str) -> str:
        """As the message's own header says it."""
        again = "رد: " if language_of(self.story.subject) == "ar" else "Re: "
        return again + self.story.subject if kind == "incoming" and self.messages else self.story.subject

    def external_id(self, kind: str) -> str | None:
        """A Message-ID: ours for answers, the customer's program's for mail that came in."""
        if kind == "note":
            return None
        if kind == "outgoing":
            return vault.mint_message_id(self.ticket.id, self.stage.inboxes[self.story.inbox]["address"].rpartition("@")[2])
        return f"demo.{self.ticket.id}.{len(self.messages) + 1}@mail.{self.stage.customers[self.story.customer].address.rpartition('@')[2]}"

    def filled(self, text: str, at: datetime) -> str:
        """The text with the weekdays it promises: {day:2} is two days later, or the next working day."""
        for days in range(1, 5):
            text = text.replace(f"{{day:{days}}}", weekday(at, days, language_of(text)))
        return text


def play(stage: Stage, story: Story, number: int, moments: list[datetime]) -> Play:
    """Plays a story to its end."""
    inbox, opened = stage.inboxes[story.inbox], moments[0]
    ticket = Ticket(
        id=number, inbox_id=inbox["id"], contact_id=stage.contacts[story.customer], team_id=inbox["team_id"],
        subject=story.subject, snippet="", status="open", priority=1, place="inbox", queue="open", last_at=opened, waiting_since=FAR,
        created_at=opened, last_event_id=0,
    )
    played = Play(stage, story, ticket)
    for step, at in zip(story.steps, moments, strict=True):
        played.act(step, at)
    return played


def snippet_of(text: str) -> str:
    """The first words, for the list."""
    return " ".join(text.split())[:200]
