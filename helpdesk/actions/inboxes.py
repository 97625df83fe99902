"""Inboxes: an address of ours, who works on it, and how its answers leave."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpdesk.actions.sessions import cut_streams
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.models import Inbox, Team, team_agent, team_inbox


@dataclass(frozen=True)
class InboxChange:
    """All that may be said of an inbox. `host` "" means the practice post office."""

    address: str
    name: str
    name_ar: str
    team_id: int | None = None
    host: str = ""
    port: int = 587
    active: bool = True


def create(asked: InboxChange) -> Inbox:
    """A new inbox."""
    with transaction() as session:
        return add_inbox(session, asked)


def add_inbox(session: Session, asked: InboxChange) -> Inbox:
    """The row; part of the caller's transaction."""
    inbox = Inbox(smtp={})
    session.add(inbox)
    write(session, inbox, asked)
    return inbox


def edit(inbox_id: int, asked: InboxChange) -> None:
    """Changes an inbox; mail that is under way keeps its way."""
    with transaction() as session:
        inbox = session.get(Inbox, inbox_id, populate_existing=True, with_for_update=True)
        if inbox is None:
            raise NotFound
        write(session, inbox, asked)


def write(session: Session, inbox: Inbox, asked: InboxChange) -> None:
    """Puts everything into the row. The team it goes to sees it; Invalid when another inbox has the address."""
    taken = Invalid(_("Another inbox has this address."), "address")
    with session.no_autoflush:
        if session.scalar(select(Inbox.id).where(Inbox.address == asked.address, Inbox.id != (inbox.id or 0))) is not None:
            raise taken
        team = session.get(Team, asked.team_id) if asked.team_id is not None else None
    inbox.address, inbox.name, inbox.name_ar, inbox.active = asked.address, asked.name, asked.name_ar, asked.active
    inbox.team_id = team.id if team else None
    others = {key: value for key, value in (inbox.smtp or {}).items() if key not in ("host", "port")}
    inbox.smtp = {**others, "host": asked.host, "port": asked.port} if asked.host else {}
    try:
        session.flush()
    except IntegrityError as error:
        raise taken from error
    if team is not None:
        show_to(session, team.id, inbox.id)


def show_to(session: Session, team_id: int, inbox_id: int) -> None:
    """The team sees the inbox, if it does not already; its members' pages ask for their streams anew."""
    if session.execute(select(team_inbox).where(team_inbox.c.team_id == team_id, team_inbox.c.inbox_id == inbox_id)).first() is None:
        session.execute(team_inbox.insert().values(team_id=team_id, inbox_id=inbox_id))
        cut_streams(session, *session.scalars(select(team_agent.c.agent_id).where(team_agent.c.team_id == team_id)))
