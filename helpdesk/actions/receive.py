"""Messages that came in become messages of tickets: a list in, one transaction, a receipt for each."""

from dataclasses import dataclass, field

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from helpdesk import clock, search_index, vault
from helpdesk.actions.record import Actor, by_contact, record
from helpdesk.actions.transaction import transaction
from helpdesk.crash import crash_point
from helpdesk.folding import fold_email, fold_phone
from helpdesk.incoming import Incoming, Person, Receipt
from helpdesk.models import Address, Attachment, Contact, Inbox, Message, RawMessage, Ticket

Key = tuple[int, str, str]


@dataclass
class Set:
    """What was looked up for a whole list of messages at once."""

    known: dict[Key, Message] = field(default_factory=dict)
    addresses: dict[tuple[str, str], Address] = field(default_factory=dict)
    by_external_id: dict[str, list[Message]] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    inboxes: dict[int, Inbox] = field(default_factory=dict)
    rows: list[dict[str, object]] = field(default_factory=list)


def receive(incomings: list[Incoming]) -> list[Receipt]:
    """Writes tickets, messages, files, search rows and events for the list, all or nothing.

    A message that came before (same inbox, external id and content) is a duplicate and changes nothing.
    """
    crash_point("receive.parsed")
    with transaction() as session:
        found = look_up(session, incomings)
        receipts = [receive_one(session, found, incoming) for incoming in incomings]
        search_index.write_many(session, found.rows)
        settle_raw(session, incomings, receipts)
        crash_point("receive.before_commit")
    crash_point("receive.after_commit")
    return receipts


def look_up(session: Session, incomings: list[Incoming]) -> Set:
    """Everything the list may touch, by a handful of queries; tickets are locked in the order of their numbers."""
    found = Set()
    keys = [key_of(incoming) for incoming in incomings]
    found.known = {
        (message.inbox_id, message.external_id or "", message.content_hash): message
        for message in session.scalars(select(Message).where(tuple_(Message.inbox_id, Message.external_id, Message.content_hash).in_(keys)))
    }
    wanted = {address_key(incoming) for incoming in incomings}
    found.addresses = {
        (address.kind, address.value): address
        for address in session.scalars(select(Address).where(tuple_(Address.kind, Address.value).in_(sorted(wanted))))
    }
    named = {name for incoming in incomings for name in thread_ids(incoming)}
    for message in session.scalars(select(Message).where(Message.external_id.in_(sorted(named)), Message.kind != "note")) if named else []:
        found.by_external_id.setdefault(message.external_id or "", []).append(message)
    numbers = {number for incoming in incomings for number in tokens_of(incoming)}
    numbers |= {message.ticket_id for messages in found.by_external_id.values() for message in messages}
    locked = select(Ticket).where(Ticket.id.in_(sorted(numbers))).order_by(Ticket.id).with_for_update()
    found.tickets = {ticket.id: ticket for ticket in session.scalars(locked.execution_options(populate_existing=True))}
    found.inboxes = {inbox.id: inbox for inbox in session.scalars(select(Inbox))}
    return found


def receive_one(session: Session, found: Set, incoming: Incoming) -> Receipt:
    """One message of the list."""
    if known := found.known.get(key_of(incoming)):
        return Receipt("duplicate", known.ticket_id, known.id)
    contact = contact_of(session, found, incoming)
    ticket, opened = ticket_of(session, found, incoming, contact)
    message = add_message(session, found, incoming, contact, ticket)
    if opened:
        record(session, ticket, "ticket_opened", by_contact(contact.id), message=message, channel=incoming.channel)
    else:
        wake(session, ticket, incoming, contact)
    record(session, ticket, "message_received", by_contact(contact.id), message=message, **({"robot": incoming.auto_reply} if incoming.auto_reply else {}))
    ticket.hear(clock.now(), snippet_of(incoming), counts=not incoming.auto_reply or opened)
    found.rows.append(search_index.row(ticket.id, message.id, str(ticket.id), incoming.subject, incoming.sender.name, incoming.sender.address,
                                       contact.name, incoming.text, *(file.name for file in incoming.files)))
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
        inbox_id=inbox.id, contact_id=contact.id, team_id=inbox.team_id, subject=incoming.subject[:500], last_at=now, created_at=now,
        related_ticket_id=related(found, incoming, joined), status="open", priority=1, place="inbox", waiting_since=clock.FAR, queue="open",
    )
    session.add(ticket)
    session.flush()
    found.tickets[ticket.id] = ticket
    return ticket, True


def joined_ticket(found: Set, incoming: Incoming, contact: Contact) -> Ticket | None:
    """By a token or Message-ID that only we could have made; else by a stored Message-ID when its sender is proved and takes part."""
    for number in tokens_of(incoming):
        if number in found.tickets:
            return found.tickets[number]
    if incoming.verified:
        for name in thread_ids(incoming):
            for message in found.by_external_id.get(name, []):
                if message.contact_id == contact.id:
                    return found.tickets.get(message.ticket_id)
    return None


def related(found: Set, incoming: Incoming, closed: Ticket | None) -> int | None:
    """The ticket a new one seems to follow: shown as a link, joined by nothing."""
    if closed is not None:
        return closed.id
    for name in thread_ids(incoming):
        for message in found.by_external_id.get(name, []):
            return message.ticket_id
    return None


def add_message(session: Session, found: Set, incoming: Incoming, contact: Contact, ticket: Ticket) -> Message:
    """The message and its files."""
    message = Message(
        ticket_id=ticket.id, inbox_id=incoming.inbox_id, kind="incoming", channel=incoming.channel, contact_id=contact.id,
        from_name=incoming.sender.name[:200], from_address=incoming.sender.address[:254], to=people(incoming.to), cc=people(incoming.cc),
        subject=incoming.subject[:500], text=incoming.text, reply_text=incoming.reply_text, html=incoming.html,
        external_id=incoming.external_id, in_reply_to=incoming.in_reply_to[:500], references=incoming.references[-50:],
        content_hash=incoming.content_hash, language=incoming.language, verified=incoming.verified, auto_reply=incoming.auto_reply[:60],
        sent_at=incoming.sent_at, created_at=clock.now(), raw_message_id=incoming.raw_message_id,
    )
    session.add(message)
    session.flush()
    found.known[key_of(incoming)] = message
    found.by_external_id.setdefault(incoming.external_id, []).append(message)
    session.add_all(Attachment(message_id=message.id, name=file.name, content_type=file.content_type, size=file.size, sha256=file.sha256,
                               inline=file.inline, content_id=file.content_id) for file in incoming.files)
    return message


def wake(session: Session, ticket: Ticket, incoming: Incoming, contact: Contact) -> None:
    """A person's message to a resting, solved or thrown away ticket brings it back, with a word in its history."""
    if incoming.auto_reply:
        return
    why = Actor("system", why="customer_wrote")
    if ticket.place == "trash":
        ticket.move("inbox")
        record(session, ticket, "ticket_moved", why, **{"from": "trash", "to": "inbox"})
    if ticket.snoozed_until is not None:
        ticket.wake()
        record(session, ticket, "ticket_woken", why)
    if ticket.status != "open":
        before = ticket.status
        ticket.set_status("open")
        record(session, ticket, "status_changed", why, **{"from": before, "to": "open"})


def settle_raw(session: Session, incomings: list[Incoming], receipts: list[Receipt]) -> None:
    """The raw messages are dealt with, in the same transaction."""
    wanted = [incoming.raw_message_id for incoming in incomings if incoming.raw_message_id]
    raws = {raw.id: raw for raw in session.scalars(select(RawMessage).where(RawMessage.id.in_(wanted)))}
    for incoming, receipt in zip(incomings, receipts, strict=True):
        if raw := raws.get(incoming.raw_message_id or 0):
            raw.state, raw.message_id, raw.reason, raw.lease_until = receipt.state, receipt.message_id, "", None


def key_of(incoming: Incoming) -> Key:
    """What makes two arrivals the same message."""
    return incoming.inbox_id, incoming.external_id, incoming.content_hash


def address_key(incoming: Incoming) -> tuple[str, str]:
    """The sender's folded address."""
    fold = fold_email if incoming.sender_kind == "email" else fold_phone
    return incoming.sender_kind, fold(incoming.sender.address)[:254]


def thread_ids(incoming: Incoming) -> list[str]:
    """Message-IDs it answers, nearest first."""
    return list(dict.fromkeys(name for name in [incoming.in_reply_to, *reversed(incoming.references)] if name))[:20]


def tokens_of(incoming: Incoming) -> list[int]:
    """Tickets named by tokens or Message-IDs of ours, genuine ones only."""
    by_address = [ticket for token in incoming.tokens if (read := vault.read_reply_token(token)) for ticket in read[:1]]
    by_id = [ticket for name in thread_ids(incoming) if (ticket := vault.ticket_of_message_id(name)) is not None]
    return by_address + by_id


def people(found: list[Person]) -> list[dict[str, str]]:
    """As the message table keeps them."""
    return [{"name": person.name[:200], "address": person.address[:254]} for person in found[:200]]


def snippet_of(incoming: Incoming) -> str:
    """The first words, for the list."""
    return " ".join((incoming.reply_text or incoming.text).split())[:200]


