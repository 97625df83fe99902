"""One ticket as its page shows it: the history in one line, the contact, what was begun."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.incoming import Person
from helpdesk.models import Attachment, Contact, Draft, Event, Message, Ticket
from helpdesk.policy import Viewer, sees, visible
from helpdesk.queries.participants import also_addressed, default_copies, default_recipient

IN_MESSAGES = (
    "ticket_opened", "message_received", "message_backfilled", "reply_written", "note_written", "reply_cancelled", "reply_released",
)  # fmt: skip
"""Kinds that the message itself shows."""
MOST_ENTRIES, EARLIER = 200, 5
NUMBER = bindparam("number", type_=Integer())
# Built once: building a statement takes longer than asking it.
CONTACT = select(Contact).where(Contact.id == bindparam("contact")).options(selectinload(Contact.addresses))
EVENTS = select(Event).where(Event.ticket_id == NUMBER).order_by(Event.id)
MESSAGES = (
    select(Message)
    .where(Message.ticket_id == NUMBER, Message.cancelled_at.is_(None))
    .order_by(Message.id)
    .options(selectinload(Message.attachments), joinedload(Message.delivery))
)
DRAFTS = select(Draft).where(Draft.ticket_id == NUMBER, Draft.agent_id == bindparam("agent")).options(selectinload(Draft.attachments))


@dataclass(frozen=True)
class Entry:
    """One thing in the timeline: a message (with its files and delivery) or an event in words."""

    at: datetime
    order: int
    message: Message | None = None
    event: Event | None = None


@dataclass(frozen=True)
class TicketPage:
    """All that the page needs. `hidden` counts older entries that were left out. `to` and `cc` are whom an answer goes to unless its author
    says otherwise, `also_addressed` who was written to beside us and takes no part. `names` is the ticket that its first mail names,
    `named_by` those whose first mails name it; each only where the viewer sees it."""

    ticket: Ticket
    contact: Contact
    entries: list[Entry]
    hidden: int
    earlier: Sequence[Ticket]
    drafts: dict[str, Draft] = field(default_factory=dict)
    to: list[Person] = field(default_factory=list)
    cc: list[Person] = field(default_factory=list)
    also_addressed: list[Person] = field(default_factory=list)
    names: Ticket | None = None
    named_by: Sequence[Ticket] = ()


def find_ticket(viewer: Viewer, number: int) -> Ticket:
    """The ticket; NotFound also where the viewer may not see it."""
    ticket = db.session.get(Ticket, number)
    if ticket is None or not sees(viewer, ticket):
        raise NotFound
    return ticket


def ticket_page(viewer: Viewer, number: int, *, everything: bool = False) -> TicketPage:
    """The ticket with its timeline, newest last; the latest MOST_ENTRIES unless everything is wanted."""
    ticket = find_ticket(viewer, number)
    contact = db.session.scalars(CONTACT, {"contact": ticket.contact_id}).one()
    entries = timeline(number)
    shown = entries if everything else entries[-MOST_ENTRIES:]
    drafts = db.session.scalars(DRAFTS, {"number": number, "agent": viewer.agent_id})
    messages = [entry.message for entry in entries if entry.message]
    return TicketPage(
        ticket, contact, shown, len(entries) - len(shown), earlier_tickets(viewer, ticket), {draft.kind: draft for draft in drafts},
        default_recipient(contact, messages), default_copies(messages), also_addressed(contact, messages),
        named_ticket(viewer, ticket), naming_tickets(viewer, ticket),
    )  # fmt: skip


def timeline(number: int) -> list[Entry]:
    """Messages and the events that no message shows, in the order in which they happened."""
    events = db.session.scalars(EVENTS, {"number": number}).all()
    messages = db.session.scalars(MESSAGES, {"number": number}).all()
    born = {event.message_id: event.id for event in reversed(events) if event.message_id and event.kind in IN_MESSAGES}
    entries = [Entry(message.created_at, born.get(message.id, 0), message=message) for message in messages]
    entries += [Entry(event.at, event.id, event=event) for event in events if event.kind not in IN_MESSAGES and is_shown(event)]
    return in_order(entries)


def in_order(entries: list[Entry]) -> list[Entry]:
    """As it happened. A mail older than the desk came in later than it was written: it stands before what happened after it."""
    older = deque(sorted((entry for entry in entries if entry.message and entry.message.backfilled), key=lambda entry: entry.at))
    found: list[Entry] = []
    for entry in sorted(entries, key=lambda entry: (entry.order, entry.at)):
        if entry.message is None or not entry.message.backfilled:
            while older and older[0].at < entry.at:
                found.append(older.popleft())
            found.append(entry)
    return [*found, *older]


def is_shown(event: Event) -> bool:
    """A delivery that went as it should is a word under its message, not a line of its own."""
    return event.kind != "delivery_resolved" or "by_hand" in event.data or "how" in event.data


def earlier_tickets(viewer: Viewer, ticket: Ticket) -> Sequence[Ticket]:
    """Other tickets of the same contact that the viewer may see, newest first."""
    return db.session.scalars(
        select(Ticket)
        .where(Ticket.contact_id == ticket.contact_id, Ticket.id != ticket.id, visible(viewer))
        .order_by(Ticket.id.desc())
        .limit(EARLIER)
    ).all()


def named_ticket(viewer: Viewer, ticket: Ticket) -> Ticket | None:
    """The ticket that its first mail names and did not join, where the viewer sees that, too."""
    named = db.session.get(Ticket, ticket.related_ticket_id) if ticket.related_ticket_id is not None else None
    return named if named is not None and sees(viewer, named) else None


def naming_tickets(viewer: Viewer, ticket: Ticket) -> Sequence[Ticket]:
    """Tickets that the viewer sees and whose first mail names this one, newest first."""
    naming = select(Ticket).where(Ticket.related_ticket_id == ticket.id, visible(viewer))
    return db.session.scalars(naming.order_by(Ticket.id.desc()).limit(EARLIER)).all()


def unseen_entries(viewer: Viewer, number: int, seen_event_id: int) -> list[Entry]:
    """What happened after an event, for the panel of a stopped send."""
    find_ticket(viewer, number)
    return [entry for entry in timeline(number) if entry.order > seen_event_id]


def find_message(viewer: Viewer, message_id: int) -> Message:
    """A message of a ticket the viewer sees, else NotFound."""
    message = db.session.get(Message, message_id)
    if message is None:
        raise NotFound
    find_ticket(viewer, message.ticket_id)
    return message


def find_attachment(viewer: Viewer, attachment_id: int) -> Attachment:
    """A file of a message the viewer sees, or of the viewer's own draft; else NotFound."""
    attachment = db.session.get(Attachment, attachment_id)
    if attachment is None:
        raise NotFound
    if attachment.message_id:
        find_message(viewer, attachment.message_id)
    elif (draft := db.session.get(Draft, attachment.draft_id or 0)) is None or draft.agent_id != viewer.agent_id:
        raise NotFound
    return attachment
