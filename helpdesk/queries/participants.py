"""Who takes part in a ticket: its contact, and whom an agent wrote to. Who was only named by somebody else does not."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from helpdesk.folding import fold_email
from helpdesk.incoming import Person
from helpdesk.models import Address, Contact, Message, Ticket

MOST_SUGGESTED = 6
# Built once: building a statement takes longer than asking it.
OWN = select(Address.contact_id, Address.value).where(Address.contact_id.in_(bindparam("contacts", expanding=True)))
WRITTEN_TO = select(Message.ticket_id, Message.to, Message.cc).where(
    Message.ticket_id.in_(bindparam("tickets", expanding=True)), Message.kind == "outgoing", Message.released_at.is_not(None)
)


def participants(session: Session, ticket: Ticket) -> set[str]:
    """Their folded addresses."""
    return participants_of(session, [ticket])[ticket.id]


def participants_of(session: Session, tickets: Iterable[Ticket]) -> dict[int, set[str]]:
    """Ticket -> folded addresses of those who take part, by two queries for all of them. An answer that has not left adds nobody."""
    contacts = {ticket.id: ticket.contact_id for ticket in tickets}
    if not contacts:
        return {}
    own: dict[int, set[str]] = {}
    for contact_id, value in session.execute(OWN, {"contacts": sorted(set(contacts.values()))}):
        own.setdefault(contact_id, set()).add(value)
    found = {number: set(own.get(contact, ())) for number, contact in contacts.items()}
    for number, to, cc in session.execute(WRITTEN_TO, {"tickets": sorted(contacts)}):
        found[number].update(fold_email(one["address"]) for one in [*to, *cc])
    return found


def taking_part(contact: Contact, messages: Sequence[Message]) -> set[str]:
    """The same of one ticket whose contact and messages are here already."""
    written = [one for message in messages if message.released_at is not None for one in [*message.to, *message.cc]]
    return {*(address.value for address in contact.addresses), *(fold_email(one["address"]) for one in written)}


def default_recipient(contact: Contact, messages: Sequence[Message]) -> list[Person]:
    """Whom an answer goes to unless its author says otherwise: the contact, or the proved participant who wrote last; never a stranger,
    whatever his mail says. Empty where nobody has an address."""
    own, all_of_them = {address.value for address in contact.addresses}, taking_part(contact, messages)
    for message in reversed(messages):
        writer = fold_email(message.from_address)
        if message.kind != "incoming" or writer not in all_of_them:
            continue
        if message.verified:
            return [Person(message.from_name, message.from_address)]
        if writer in own:
            break
    mail = [address for address in contact.addresses if address.kind == "email"]
    return [Person(contact.name, address.shown or address.value) for address in mail[:1]]


def default_copies(messages: Sequence[Message]) -> list[Person]:
    """Who was in copy of our last answer that left: whom an agent has taken in stays in until one takes him out."""
    for message in reversed(messages):
        if message.kind == "outgoing" and message.released_at is not None and not message.automatic:
            return [Person(one.get("name", ""), one["address"]) for one in message.cc]
    return []


def also_addressed(contact: Contact, messages: Sequence[Message]) -> list[Person]:
    """Whom mails of the ticket were also sent to and who takes no part, newest first: an agent may add them with a click."""
    all_of_them, found = taking_part(contact, messages), dict[str, Person]()
    for message in reversed(messages):
        for one in message.suggested_cc:
            if (value := fold_email(one["address"])) not in all_of_them:
                found.setdefault(value, Person(one.get("name", ""), one["address"]))
    return list(found.values())[:MOST_SUGGESTED]
