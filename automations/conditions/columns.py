"""What a word asks of a stored ticket, as SQL on ticket."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Text, cast, func, select

from helpdesk.models import Contact, Message, Tag, Ticket, ticket_tag
from helpdesk.models.ticket import PRIORITIES

Kept = Callable[[str], Any]


@dataclass(frozen=True)
class Column:
    """`fact`: what the word reads, as an expression; NULL is nothing. `kept`: a choice as the database keeps it, None where no row can
    hold it. `rows`: how many rows it looks at for one ticket, beside the ticket's own."""

    fact: Any
    kept: Kept = str
    rows: int = 0


def number(choice: str) -> int | None:
    """The id that a choice names."""
    return int(choice) if choice.isascii() and choice.isdigit() and len(choice) < 10 and str(int(choice)) == choice else None


def rank(choice: str) -> int | None:
    """A priority."""
    return PRIORITIES.index(choice) if choice in PRIORITIES else None


def of_message(column: Any) -> ScalarSelect[Any]:
    """A column of the newest message of the customer."""
    newest = select(column).where(Message.ticket_id == Ticket.id, Message.kind == "incoming").order_by(Message.id.desc()).limit(1)
    return newest.correlate(Ticket).scalar_subquery()


def of_contact(column: Any) -> ScalarSelect[Any]:
    """A column of the customer."""
    return select(column).where(Contact.id == Ticket.contact_id).correlate(Ticket).scalar_subquery()


def said(*kinds: str) -> ScalarSelect[int]:
    """How many messages of these kinds there are, of all without any; answers that were taken back do not count."""
    left = select(func.count()).select_from(Message).where(Message.ticket_id == Ticket.id, Message.cancelled_at.is_(None))
    return (left.where(Message.kind.in_(kinds)) if kinds else left).correlate(Ticket).scalar_subquery()


def last(kinds: tuple[str, ...]) -> ScalarSelect[Any]:
    """When a person of these kinds wrote last."""
    wrote = select(func.max(Message.created_at)).where(
        Message.ticket_id == Ticket.id, Message.kind.in_(kinds), Message.automatic.is_(False), Message.cancelled_at.is_(None))
    return wrote.correlate(Ticket).scalar_subquery()


def tagged(tags: frozenset[str]) -> ScalarSelect[int]:
    """How many of these tags it has."""
    held = select(func.count()).select_from(ticket_tag).join(Tag, Tag.id == ticket_tag.c.tag_id)
    return held.where(ticket_tag.c.ticket_id == Ticket.id, Tag.folded.in_(sorted(tags))).correlate(Ticket).scalar_subquery()


def flagged(name: str) -> ColumnElement[bool]:
    """Whether the newest message of the customer carries a warning."""
    return func.coalesce(of_message(cast(Message.flags, Text)), "").contains(f'"{name}"', autoescape=True)


STATUS, PRIORITY, PLACE, PROMISE = Column(Ticket.status), Column(Ticket.priority, rank), Column(Ticket.place), Column(Ticket.due_state)
TYPE, TEAM, ASSIGNEE = Column(Ticket.type_id, number), Column(Ticket.team_id, number), Column(Ticket.assignee_id, number)
INBOX, ALSO_INBOX, TAGS = Column(Ticket.inbox_id, number), Column(Ticket.also_inbox_id, number), Column(tagged, rows=4)
SNOOZED, RELATED = Column(Ticket.snoozed_until.is_not(None)), Column(Ticket.related_ticket_id.is_not(None))
PROMISED, NOTES = Column(Ticket.due_name), Column(said("note"), rows=12)
MESSAGES, FROM_CUSTOMER, FROM_US = Column(said(), rows=12), Column(said("incoming"), rows=12), Column(said("outgoing"), rows=12)
CHANNEL = Column(func.coalesce(of_message(Message.channel), ""), rows=3)
LANGUAGE = Column(func.coalesce(func.nullif(of_message(Message.language), ""), of_contact(Contact.language), ""), rows=4)
AUTOMATIC = Column(func.coalesce(of_message(Message.auto_reply), "") != "", rows=3)
VERIFIED, STRANGER = Column(of_message(Message.verified).is_(True), rows=3), Column(flagged("stranger"), rows=3)
CONTACT_LANGUAGE = Column(func.coalesce(of_contact(Contact.language), ""), rows=1)
SINCE_CREATED, WAITING = Column(Ticket.created_at), Column(Ticket.waiting_since)
SINCE_CUSTOMER, SINCE_US = Column(last(("incoming",)), rows=12), Column(last(("outgoing",)), rows=12)
