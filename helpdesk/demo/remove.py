"""Takes the demo away and leaves what people added: their inboxes, agents, teams and the tickets of those inboxes."""

from typing import Any

from sqlalchemy import Column, bindparam, delete, exists, not_, select, text, update
from sqlalchemy.orm import Session

from helpdesk import store
from helpdesk.actions import packs
from helpdesk.actions.transaction import transaction
from helpdesk.demo import shelf
from helpdesk.demo.story import Cast, read_cast
from helpdesk.extensions import Base
from helpdesk.models import (
    Agent,
    AgentSession,
    Attachment,
    Contact,
    Delivery,
    Desk,
    Event,
    Inbox,
    Message,
    OneTimeLink,
    Pack,
    PracticeMail,
    RawMessage,
    Screening,
    Tag,
    Team,
    Ticket,
    team_agent,
    ticket_tag,
)

FORGET = text("DELETE FROM search_row WHERE ticket_id IN (SELECT id FROM ticket WHERE inbox_id IN :inboxes)")


def remove() -> bool:
    """Removes the demo; whether a desk is left. Without an admin of one's own none is, and the first-run page opens."""
    cast = read_cast()
    with transaction() as session:
        files = set(session.scalars(select(Attachment.sha256)))
        places = Inbox.address.in_([inbox["address"] for inbox in cast.inboxes])
        remove_tickets(session, list(session.scalars(select(Inbox.id).where(places))))
        installed = session.get(Pack, shelf.PACK) is not None
    if installed:
        packs.remove(shelf.PACK)  # after the tickets, to which its policies promised something, and before its author
    with transaction() as session:
        remove_people(session, cast)
        remains = settle_desk(session)
        files -= set(session.scalars(select(Attachment.sha256)))
    for digest in files:
        store.path_of(digest).unlink(missing_ok=True)
    return remains


def remove_tickets(session: Session, inboxes: list[int]) -> None:
    """The demo's inboxes, their tickets with all that hangs on them, and contacts and tags that nothing names any more."""
    session.execute(FORGET.bindparams(bindparam("inboxes", expanding=True)), {"inboxes": inboxes})
    session.execute(delete(Ticket).where(Ticket.inbox_id.in_(inboxes)))
    session.execute(delete(Delivery).where(Delivery.inbox_id.in_(inboxes), Delivery.message_id.is_(None)))
    raws = RawMessage.inbox_id.in_(inboxes)
    session.execute(delete(Screening).where(Screening.raw_message_id.in_(select(RawMessage.id).where(raws))))
    session.execute(delete(RawMessage).where(raws))
    session.execute(delete(PracticeMail))
    named = exists().where(Message.inbox_id == Inbox.id)  # by a ticket of another inbox
    session.execute(update(Inbox).where(Inbox.id.in_(inboxes)).values(active=False))
    session.execute(delete(Inbox).where(Inbox.id.in_(inboxes), not_(named)))
    kept = [exists().where(column == Contact.id) for column in (Ticket.contact_id, Message.contact_id, Event.contact_id)]
    session.execute(delete(Contact).where(*map(not_, kept)))
    session.execute(delete(Tag).where(not_(exists().where(ticket_tag.c.tag_id == Tag.id))))


def remove_people(session: Session, cast: Cast) -> None:
    """The demo's agents and teams; one whom a remaining ticket names stays, and can no longer come in."""
    emails = Agent.email.in_(cast.addresses())
    ours = select(Agent.id).where(emails)
    session.execute(delete(AgentSession).where(AgentSession.agent_id.in_(ours)))
    session.execute(delete(OneTimeLink).where(OneTimeLink.agent_id.in_(ours)))
    shelf.clear(session, ours)
    session.execute(delete(team_agent).where(team_agent.c.agent_id.in_(ours)))
    session.execute(update(Agent).where(emails).values(active=False, password_hash=None))
    named = [exists().where(column == Agent.id) for column in naming(Agent)]
    session.execute(delete(Agent).where(emails, *map(not_, named)))
    used = [exists().where(column == Team.id) for column in (team_agent.c.team_id, *naming(Team))]
    session.execute(delete(Team).where(Team.name.in_([team["name"] for team in cast.teams]), *map(not_, used)))


def naming(model: type[Agent] | type[Team]) -> list[Column[Any]]:
    """Every column that names one of them and does not go with them: what somebody did for the desk outlives the demo."""
    keys = (key for table in Base.metadata.tables.values() for key in table.foreign_keys)
    return [key.parent for key in keys if key.column.table.name == model.__tablename__ and key.ondelete is None]


def settle_desk(session: Session) -> bool:
    """The desk goes on without the demo when somebody can still look after it."""
    admin = session.scalar(select(Agent.id).where(Agent.role == "admin", Agent.active, Agent.password_hash.is_not(None)).limit(1))
    if admin is None:
        session.execute(delete(Desk))
    else:
        session.execute(update(Desk).values(demo=False))
    return admin is not None
