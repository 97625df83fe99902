"""Which ticket a message belongs to: everything a list of messages may touch is looked up at once, and joined by proof alone."""

from dataclasses import dataclass, field

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from helpdesk import vault
from helpdesk.folding import fold_email, fold_phone
from helpdesk.incoming import Incoming
from helpdesk.models import Address, Contact, Inbox, Message, Ticket

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


def joined_ticket(found: Set, incoming: Incoming, contact: Contact) -> Ticket | None:
    """By a token or Message-ID that only we could have made; else by a stored Message-ID when its sender is proved and takes part,
    and nothing in it pretends to be ours."""
    for number in tokens_of(incoming):
        if number in found.tickets:
            return found.tickets[number]
    if incoming.verified and not is_forged(found, incoming):
        for name in thread_ids(incoming):
            for message in found.by_external_id.get(name, []):
                ticket = found.tickets.get(message.ticket_id)
                if ticket is not None and contact.id in (message.contact_id, ticket.contact_id):
                    return ticket
    return None


def is_forged(found: Set, incoming: Incoming) -> bool:
    """A token or Message-ID that looks like ours and is not."""
    domain = found.inboxes[incoming.inbox_id].address.rpartition("@")[2]
    return any(map(vault.is_forged, incoming.tokens)) or any(vault.is_forged_message_id(name, domain) for name in thread_ids(incoming))


def related(found: Set, incoming: Incoming, closed: Ticket | None) -> int | None:
    """The ticket a new one seems to follow: shown as a link, joined by nothing."""
    if closed is not None:
        return closed.id
    for name in thread_ids(incoming):
        for message in found.by_external_id.get(name, []):
            return message.ticket_id
    return None


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
