"""Messages that came in become messages of tickets: a list in, one transaction, a receipt for each."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock, search_index
from helpdesk.actions.joining import Set, address_key, joined_ticket, key_of, look_up, related
from helpdesk.actions.record import Actor, by_contact, record
from helpdesk.actions.transaction import transaction
from helpdesk.crash import crash_point
from helpdesk.incoming import Incoming, Person, Receipt, StoredFile, storable
from helpdesk.models import Address, Attachment, Contact, Message, RawMessage, Ticket


def receive(incomings: list[Incoming]) -> list[Receipt]:
    """Writes tickets, messages, files, search rows and events for the list, all or nothing.

    A message that came before (same inbox, external id and content) is a duplicate and changes nothing.
    """
    crash_point("receive.parsed")
    incomings = [kept_as(incoming) for incoming in incomings]
    tokens = [search_index.tokens_of(*words_of(incoming)) for incoming in incomings]
    with transaction() as session:
        found = look_up(session, incomings)
        receipts = [receive_one(session, found, incoming, words) for incoming, words in zip(incomings, tokens, strict=True)]
        search_index.write_many(session, found.rows)
        settle_raw(session, incomings, receipts)
        crash_point("receive.before_commit")
    crash_point("receive.after_commit")
    return receipts


def kept_as(incoming: Incoming) -> Incoming:
    """As both databases keep it; its id is cut here, since the key that tells messages apart is made of it."""
    made: Incoming = storable(incoming)
    return replace(made, external_id=made.external_id[:500])


def receive_one(session: Session, found: Set, incoming: Incoming, words: str) -> Receipt:
    """One message of the list; `words` are its search tokens, made before the writer's turn."""
    if known := found.known.get(key_of(incoming)):
        return Receipt("duplicate", known.ticket_id, known.id)
    contact = contact_of(session, found, incoming)
    ticket, opened = ticket_of(session, found, incoming, contact)
    message = add_message(session, found, incoming, contact, ticket)
    if opened:
        record(session, ticket, "ticket_opened", by_contact(contact.id), {"channel": incoming.channel}, message=message)
    else:
        wake(session, ticket, incoming)
    record(
        session,
        ticket,
        "message_received",
        by_contact(contact.id),
        {"robot": incoming.auto_reply} if incoming.auto_reply else None,
        message=message,
    )
    ticket.hear(clock.now(), snippet_of(incoming), counts=not incoming.auto_reply or opened)
    found.rows.append(search_index.row(ticket.id, message.id, words, search_index.tokens_of(str(ticket.id), contact.name)))
    return Receipt("done", ticket.id, message.id)


def contact_of(session: Session, found: Set, incoming: Incoming) -> Contact:
    """Who wrote, known by the folded address; made when new."""
    kind, value = address_key(incoming)
    address = found.addresses.get((kind, value))
    if address is None:
        contact = Contact(name=incoming.sender.name[:200], language=incoming.language, created_at=clock.now())
        session.add(contact)
        session.flush()
        address = Address(contact_id=contact.id, kind=kind, value=value, shown=incoming.sender.address[:254])
        session.add(address)
        found.addresses[(kind, value)] = address
    contact_ = session.get_one(Contact, address.contact_id)
    contact_.name = contact_.name or incoming.sender.name[:200]
    contact_.language = contact_.language or incoming.language
    return contact_


def ticket_of(session: Session, found: Set, incoming: Incoming, contact: Contact) -> tuple[Ticket, bool]:
    """The ticket it belongs to, and whether it was opened for it. The subject alone never joins."""
    joined = joined_ticket(found, incoming, contact)
    if joined is not None and joined.status != "closed":
        return joined, False
    inbox = found.inboxes[incoming.inbox_id]
    now = clock.now()
    ticket = Ticket(
        inbox_id=inbox.id,
        contact_id=contact.id,
        team_id=inbox.team_id,
        subject=incoming.subject[:500],
        last_at=now,
        created_at=now,
        related_ticket_id=related(found, incoming, joined),
        status="open",
        priority=1,
        place="inbox",
        waiting_since=clock.FAR,
        queue="open",
    )
    session.add(ticket)
    session.flush()
    found.tickets[ticket.id] = ticket
    return ticket, True


def add_message(session: Session, found: Set, incoming: Incoming, contact: Contact, ticket: Ticket) -> Message:
    """The message and its files."""
    message = Message(ticket_id=ticket.id, contact_id=contact.id, kind="incoming", created_at=clock.now(), **columns_of(incoming))
    session.add(message)
    session.flush()
    found.known[key_of(incoming)] = message
    found.by_external_id.setdefault(incoming.external_id, []).append(message)
    session.add_all(attachment_of(message, file) for file in incoming.files)
    return message


def attachment_of(message: Message, file: StoredFile) -> Attachment:
    """The row of a file, cut to what the columns hold."""
    return Attachment(
        message_id=message.id, name=file.name[:255], content_type=file.content_type[:100], size=file.size, sha256=file.sha256,
        inline=file.inline, content_id=file.content_id[:300],
    )  # fmt: skip


def columns_of(incoming: Incoming) -> dict[str, Any]:
    """What the message table keeps of it as it came, cut to what the columns hold."""
    return {
        "inbox_id": incoming.inbox_id, "channel": incoming.channel, "raw_message_id": incoming.raw_message_id,
        "from_name": incoming.sender.name[:200], "from_address": incoming.sender.address[:254],
        "to": people(incoming.to), "cc": people(incoming.cc), "subject": incoming.subject[:500],
        "text": incoming.text, "reply_text": incoming.reply_text, "html": incoming.html, "language": incoming.language[:5],
        "external_id": incoming.external_id, "content_hash": incoming.content_hash,
        "in_reply_to": incoming.in_reply_to[:500], "references": incoming.references[-50:],
        "verified": incoming.verified, "auto_reply": incoming.auto_reply[:60], "sent_at": incoming.sent_at,
    }  # fmt: skip


def wake(session: Session, ticket: Ticket, incoming: Incoming) -> None:
    """A person's message to a resting, solved or thrown away ticket brings it back, with a word in its history."""
    if incoming.auto_reply:
        return
    why = Actor("system", why="customer_wrote")
    if ticket.place == "trash":
        ticket.move("inbox")
        record(session, ticket, "ticket_moved", why, {"from": "trash", "to": "inbox"})
    if ticket.snoozed_until is not None:
        ticket.wake()
        record(session, ticket, "ticket_woken", why)
    if ticket.status != "open":
        before = ticket.status
        ticket.set_status("open")
        record(session, ticket, "status_changed", why, {"from": before, "to": "open"})


def settle_raw(session: Session, incomings: list[Incoming], receipts: list[Receipt]) -> None:
    """The raw messages are dealt with, in the same transaction."""
    wanted = [incoming.raw_message_id for incoming in incomings if incoming.raw_message_id]
    raws = {raw.id: raw for raw in session.scalars(select(RawMessage).where(RawMessage.id.in_(wanted)))}
    for incoming, receipt in zip(incomings, receipts, strict=True):
        if raw := raws.get(incoming.raw_message_id or 0):
            raw.state, raw.message_id, raw.reason, raw.lease_until = receipt.state, receipt.message_id, "", None


def people(found: list[Person]) -> list[dict[str, str]]:
    """As the message table keeps them."""
    return [{"name": person.name[:200], "address": person.address[:254]} for person in found[:200]]


def snippet_of(incoming: Incoming) -> str:
    """The first words, for the list."""
    return " ".join((incoming.reply_text or incoming.text).split())[:200]


def words_of(incoming: Incoming) -> list[str]:
    """What a message can be found by."""
    return [incoming.subject, incoming.sender.name, incoming.sender.address, incoming.text, *(file.name for file in incoming.files)]
