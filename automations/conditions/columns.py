"""What a word asks of a stored ticket, as SQL on ticket."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Text, bindparam, cast, exists, func, select
from sqlalchemy.orm import aliased

from helpdesk.models import Address, Contact, Event, Message, SlaTarget, Tag, Ticket, ticket_tag
from helpdesk.models.ticket import PRIORITIES
from helpdesk.models.types import Moment

Kept = Callable[[str], Any]
NOW = "ago_now"


@dataclass(frozen=True)
class Column:
    """`fact`: what the word reads, as an expression; NULL is nothing; of tags and of what is counted, a function that makes one. `kept`: a
    choice as the database keeps it, None where no row can hold it. `rows`: how many rows it looks at for one ticket, beside the ticket's
    own. `side`: of a moment, that it only counts "ahead" of now or "behind" it. `by_now`: the expression asks for the bound value NOW."""

    fact: Any
    kept: Kept = str
    rows: int = 0
    side: str = ""
    by_now: bool = False


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


def since_event(*kinds: str) -> Column:
    """When something of these kinds happened to the ticket last; its events are found by its number."""
    at = select(func.max(Event.at)).where(Event.ticket_id == Ticket.id, Event.kind.in_(kinds))
    return Column(at.correlate(Ticket).scalar_subquery(), rows=16)


def promise(name: str) -> Any:
    """How the newest promise of that name stands; one that was given up is none."""
    newest = select(SlaTarget.state).where(SlaTarget.ticket_id == Ticket.id, SlaTarget.name == name).order_by(SlaTarget.id.desc()).limit(1)
    return func.coalesce(func.nullif(newest.correlate(Ticket).scalar_subquery(), "cancelled"), "")


def noted(column: Any) -> ColumnElement[bool]:
    """Whether this stands at one of the customer's addresses."""
    return exists().where(Address.contact_id == Ticket.contact_id, column.is_not(None)).correlate(Ticket)


def tickets_by_now(most: int) -> ScalarSelect[int]:
    """How many tickets the customer had by now, counted no further than this."""
    other = aliased(Ticket)
    had = select(other.id).where(other.contact_id == Ticket.contact_id, other.created_at <= bindparam(NOW, None, type_=Moment()))
    return select(func.count()).select_from(had.limit(most).correlate(Ticket).subquery()).scalar_subquery()


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
SINCE_NOTE, SINCE_ANY = Column(last(("note",)), rows=12), Column(last(("incoming", "outgoing", "note")), rows=12)
SINCE_CONTACT = Column(of_contact(Contact.created_at), rows=1)
UNTIL_DUE, OVERDUE = Column(Ticket.due_at, side="ahead"), Column(Ticket.due_at, side="behind")
POLICY, CUSTOMERS_TICKETS = Column(Ticket.sla_policy_id, number), Column(tickets_by_now, rows=6, by_now=True)
FIRST_RESPONSE, NEXT_RESPONSE = Column(promise("first_response"), rows=3), Column(promise("next_response"), rows=3)
RESOLUTION = Column(promise("resolution"), rows=3)
BLOCKED, UNDELIVERABLE = Column(noted(Address.blocked_at), rows=2), Column(noted(Address.undeliverable_at), rows=2)
MESSAGE_KIND, BY_DESK = Column(func.coalesce(of_message(Message.kind), ""), rows=3), Column(of_message(Message.automatic).is_(True), rows=3)
AUTHENTICATION = Column(func.coalesce(of_message(Message.authentication), ""), rows=3)
SIGNATURE = Column(func.coalesce(of_message(Message.signature), ""), rows=3)
UNVERIFIED, FORGED = Column(flagged("unverified"), rows=3), Column(flagged("forged"), rows=3)
SAME_ID, FORWARDED = Column(flagged("same_id"), rows=3), Column(flagged("forwarded_by_agent"), rows=3)
