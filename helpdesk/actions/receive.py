"""Messages that came in become messages of tickets: a list in, one transaction, a receipt for each."""

from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk import clock, search_index
from helpdesk.actions.arrivals import Arrival, Arrivals, Happening, settle, write
from helpdesk.actions.joining import (
    DOUBTS,
    Evidence,
    Kept,
    address_key,
    as_the_house_sees_it,
    awaitable,
    decided,
    evidence_of,
    key_of,
    look_up,
    suggested,
)  # fmt: skip
from helpdesk.actions.proof import Decision
from helpdesk.actions.record import SYSTEM, Actor
from helpdesk.actions.transaction import transaction
from helpdesk.crash import crash_point
from helpdesk.incoming import Incoming, Person, Receipt, storable
from helpdesk.models import Contact, Ticket

BY_CONTACT, WHY = Actor("contact"), Actor("system", why="customer_wrote")


@dataclass(frozen=True)
class Reading:
    """One message of the list with what was made of it before the writer's turn: what it proves, and its search tokens."""

    incoming: Incoming
    evidence: Evidence
    words: str


@dataclass(frozen=True)
class Outcome:
    """What became of one message of the list: the ticket and the message, new or not; neither of one that is held."""

    state: str
    ticket: Ticket | None = None
    kept: Kept | None = None


def receive(incomings: list[Incoming]) -> list[Receipt]:
    """Writes tickets, messages, files, search rows and events for the list, all or nothing.

    A message that came before, at whichever inbox, is a duplicate: it changes nothing but for who sees the ticket.
    """
    crash_point("receive.parsed")
    incomings = [kept_as(incoming) for incoming in incomings]
    readings = [Reading(one, evidence_of(one), one.search_tokens or search_index.tokens_of(*words_of(one))) for one in incomings]
    with transaction() as session:
        new = Arrivals(look_up(session, incomings, [reading.evidence for reading in readings]))
        outcomes = [take(new, reading) for reading in readings]
        write(session, new)
        receipts = [receipt_of(new, outcome) for outcome in outcomes]
        raws = [(one.raw_message_id, got.state, got.message_id) for one, got in zip(incomings, receipts, strict=True)]
        settle(session, raws)
        crash_point("receive.before_commit")
    crash_point("receive.after_commit")
    return receipts


def kept_as(incoming: Incoming) -> Incoming:
    """As both databases keep it; its id is cut here, since the key that tells messages apart is made of it."""
    made: Incoming = storable(incoming)
    return replace(made, external_id=made.external_id[:500])


def take(new: Arrivals, reading: Reading) -> Outcome:
    """One message of the list."""
    incoming = reading.incoming
    if kept := new.found.known.get(key_of(incoming)):
        share(new, kept, incoming)
        return Outcome("duplicate", new.found.tickets[kept.ticket_id], kept)
    incoming, passed_on = as_the_house_sees_it(new.found, incoming)
    contact = contact_of(new, incoming)
    decision = decided(new.found, incoming, reading.evidence, contact.id, passed_on=passed_on)
    ticket = new.found.tickets[decision.joins] if decision.joins is not None else None
    if ticket is not None and ticket.status == "closed" and incoming.opens_ticket and not incoming.backfilled:
        ticket = None  # what is closed stays so: a new ticket follows it
    if ticket is None and not incoming.opens_ticket:
        new.held.append(incoming)
        return Outcome("held")
    opened = ticket is None
    ticket = ticket or open_ticket(new, incoming, contact, decision)
    kept = add_message(new, replace(reading, incoming=incoming), contact, ticket, decision)
    tell(new, incoming, contact, ticket, opened=opened)
    return Outcome("done", ticket, kept)


def share(new: Arrivals, kept: Kept, incoming: Incoming) -> None:
    """The same mail at another inbox of ours: its teams see the ticket too. A ticket has one such inbox at most, the first; and a stranger,
    who holds a token of somebody else, shows nobody's ticket to anybody."""
    ticket = new.found.tickets[kept.ticket_id]
    if ticket.also_inbox_id is None and incoming.inbox_id not in (ticket.inbox_id, kept.inbox_id) and "stranger" not in kept.flags:
        ticket.also_inbox_id = incoming.inbox_id
        data = {"inbox": incoming.inbox_id}
        new.events.append(Happening(ticket, "inbox_added", clock.now(), SYSTEM, data=data, quiet=incoming.backfilled))


def contact_of(new: Arrivals, incoming: Incoming) -> Contact:
    """Who wrote, known by the folded address; made when new."""
    kind, value = address_key(incoming)
    contact = new.found.contacts.get((kind, value))
    if contact is None:
        contact = Contact(id=new.next_number(), name=incoming.sender.name[:200], language=incoming.language[:5], created_at=clock.now())
        new.found.contacts[(kind, value)] = contact
        new.contacts[contact.id] = (contact, {"kind": kind, "value": value, "shown": incoming.sender.address[:254]})
    contact.name = contact.name or incoming.sender.name[:200]
    contact.language = contact.language or incoming.language[:5]
    return contact


def open_ticket(new: Arrivals, incoming: Incoming, contact: Contact, decision: Decision) -> Ticket:
    """One of its own, linked to the one that it names. A mail older than the desk is history: solved, and nobody waits for an answer."""
    inbox, at = new.found.inboxes[incoming.inbox_id], moment_of(incoming)
    state = "solved" if incoming.backfilled else "open"
    ticket = Ticket(
        id=new.next_number(), inbox_id=inbox.id, contact_id=contact.id, team_id=inbox.team_id, assignee_id=None,
        subject=incoming.subject[:500], snippet="", last_at=at, created_at=at, related_ticket_id=decision.names, also_inbox_id=None,
        status=state, priority=1, place="inbox", snoozed_until=None, waiting_since=clock.FAR, queue=state, last_event_id=0,
    )  # fmt: skip
    new.tickets[ticket.id] = new.found.tickets[ticket.id] = ticket
    new.found.participants[ticket.id] = {address_key(incoming)[1]}
    return ticket


def add_message(new: Arrivals, reading: Reading, contact: Contact, ticket: Ticket, decision: Decision) -> Kept:
    """The message as the list knows it from now on; and what it says of messages that are here, or are not."""
    found, incoming = new.found, reading.incoming
    flags = [*decision.flags, *(["same_id"] if incoming.external_id and found.named.get(incoming.external_id) else [])]
    copied = suggested(found, incoming, ticket, stranger="stranger" in flags)
    arrival = Arrival(incoming, reading.words, contact, ticket, columns_of(incoming) | {"flags": flags, "suggested_cc": people(copied)})
    kept = Kept(new.next_number(), ticket.id, incoming.inbox_id, "incoming", flags)
    new.messages[kept.id] = arrival
    found.known[key_of(incoming)] = kept
    if incoming.external_id:
        found.named.setdefault(incoming.external_id, []).append(kept)
    for name in reading.evidence.names:
        new.proofs |= {one.id for one in found.named.get(name, ()) if one.kind == "outgoing" and one.ticket_id == ticket.id}
    for name in awaitable(reading.evidence):
        if name not in found.named:
            new.awaited.append((name, arrival))
            if not DOUBTS & set(flags):
                found.awaited.setdefault(name, []).append(ticket.id)
    return kept


def tell(new: Arrivals, incoming: Incoming, contact: Contact, ticket: Ticket, *, opened: bool) -> None:
    """What happened, in order, and what it makes of the ticket. Of older mail nobody is told, and nobody is woken by it."""
    arrival, at = next(reversed(new.messages.values())), moment_of(incoming)
    if incoming.backfilled:
        new.events.append(Happening(ticket, "message_backfilled", at, BY_CONTACT, contact, arrival=arrival, quiet=True))
        ticket.remember(at, snippet_of(incoming))
        return
    if opened:
        new.events.append(Happening(ticket, "ticket_opened", at, BY_CONTACT, contact, {"channel": incoming.channel}, arrival))
    elif not incoming.auto_reply:
        wake(new, ticket)
    robot = {"robot": incoming.auto_reply} if incoming.auto_reply else {}
    new.events.append(Happening(ticket, "message_received", at, BY_CONTACT, contact, robot, arrival))
    ticket.hear(at, snippet_of(incoming), counts=not incoming.auto_reply or opened)


def wake(new: Arrivals, ticket: Ticket) -> None:
    """A person's message to a resting, solved or thrown away ticket brings it back, with a word in its history."""
    at = clock.now()
    if ticket.place == "trash":
        ticket.move("inbox")
        new.events.append(Happening(ticket, "ticket_moved", at, WHY, data={"from": "trash", "to": "inbox"}))
    if ticket.snoozed_until is not None:
        ticket.wake()
        new.events.append(Happening(ticket, "ticket_woken", at, WHY))
    if ticket.status != "open":
        before = ticket.status
        ticket.set_status("open")
        new.events.append(Happening(ticket, "status_changed", at, WHY, data={"from": before, "to": "open"}))


def receipt_of(new: Arrivals, outcome: Outcome) -> Receipt:
    """By the numbers that everything has now."""
    kept, ticket = outcome.kept, outcome.ticket
    message_id = new.messages[kept.id].number if kept and kept.id < 0 else kept.id if kept else 0
    return Receipt(outcome.state, ticket.id if ticket else 0, message_id)


def moment_of(incoming: Incoming) -> datetime:
    """When it came; of a mail older than the desk, when it was written, as far as that can be."""
    now = clock.now()
    return min(incoming.sent_at or now, now) if incoming.backfilled else now


def columns_of(incoming: Incoming) -> dict[str, object]:
    """What the message table keeps of it as it came, cut to what the columns hold."""
    return {
        "inbox_id": incoming.inbox_id, "channel": incoming.channel, "raw_message_id": incoming.raw_message_id,
        "from_name": incoming.sender.name[:200], "from_address": incoming.sender.address[:254],
        "to_people": people(incoming.to), "cc_people": people(incoming.cc), "subject": incoming.subject[:500],
        "text": incoming.text, "reply_text": incoming.reply_text, "html": incoming.html, "language": incoming.language[:5],
        "external_id": incoming.external_id, "content_hash": incoming.content_hash,
        "in_reply_to": incoming.in_reply_to[:500], "reference_ids": incoming.references[-50:],
        "verified": incoming.verified, "auto_reply": incoming.auto_reply[:60], "sent_at": incoming.sent_at,
        "authentication": incoming.authentication, "signature": incoming.signature[:12], "calendar": incoming.calendar,
        "backfilled": incoming.backfilled, "created_at": moment_of(incoming),
    }  # fmt: skip


def people(found: list[Person]) -> list[dict[str, str]]:
    """As the message table keeps them."""
    return [{"name": person.name[:200], "address": person.address[:254]} for person in found[:200]]


def snippet_of(incoming: Incoming) -> str:
    """The first words, for the list."""
    return " ".join((incoming.reply_text or incoming.text)[:4000].split())[:200]


def words_of(incoming: Incoming) -> list[str]:
    """What a message can be found by."""
    return [incoming.subject, incoming.sender.name, incoming.sender.address, incoming.text, *(file.name for file in incoming.files)]
