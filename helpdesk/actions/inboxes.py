"""Inboxes: an address of ours, who works on it, and how its mail comes and its answers leave."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpdesk.actions import connection_check
from helpdesk.actions.inbox_servers import (
    NO_MAILBOX,
    NO_SERVER,
    Consent,
    Fetching,
    Sending,
    write_consent,
    write_mailbox,
    write_sending,
)
from helpdesk.actions.sessions import cut_streams
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.models import ConnectionCheck, Inbox, Mailbox, Team, team_agent, team_inbox


@dataclass(frozen=True)
class Servers:
    """How mail comes and goes. `consent` None: by password."""

    fetching: Fetching = NO_MAILBOX
    sending: Sending = NO_SERVER
    consent: Consent | None = None


NO_SERVERS = Servers()


@dataclass(frozen=True)
class InboxChange:
    """All that may be said of an inbox. `servers` None leaves them as they are; `language` "" is the desk's. With `check` the servers are
    tried as soon as it is saved."""

    address: str
    name: str
    name_ar: str
    team_id: int | None = None
    active: bool = True
    language: str = ""
    plus_addressing: bool = False
    authserv_id: str = ""
    acknowledge: bool = False
    promise_hours: int | None = None
    quote_history: bool = False
    agents_forward: bool = False
    servers: Servers | None = NO_SERVERS
    check: bool = False


def create(asked: InboxChange) -> Inbox:
    """A new inbox."""
    with transaction() as session:
        return add_inbox(session, asked)


def add_inbox(session: Session, asked: InboxChange) -> Inbox:
    """The row; part of the caller's transaction."""
    inbox = Inbox(smtp={}, smtp_secret="")
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
    inbox.language, inbox.plus_addressing, inbox.authserv_id = asked.language, asked.plus_addressing, asked.authserv_id
    inbox.acknowledge, inbox.promise_hours = asked.acknowledge, asked.promise_hours
    inbox.quote_history, inbox.agents_forward = asked.quote_history, asked.agents_forward
    try:
        session.flush()
    except IntegrityError as error:
        raise taken from error
    write_servers(session, inbox, asked.servers)
    if asked.check:
        connection_check.ask(session, inbox.id)
    if team is not None:
        show_to(session, team.id, inbox.id)


def write_servers(session: Session, inbox: Inbox, asked: Servers | None) -> None:
    """Mailbox, server for answers, consent. What an earlier test found says nothing about them any more."""
    mailbox = session.scalar(select(Mailbox).where(Mailbox.inbox_id == inbox.id).with_for_update())
    if asked is None:
        if mailbox is not None:
            mailbox.active = inbox.active
        return
    line = asked.fetching.server
    write_consent(session, inbox, asked.consent, (line.host, asked.sending.server.host))
    write_mailbox(session, inbox, asked.fetching, asked.consent is not None)
    write_sending(inbox, asked.sending, line.password)
    session.execute(delete(ConnectionCheck).where(ConnectionCheck.inbox_id == inbox.id))


def show_to(session: Session, team_id: int, inbox_id: int) -> None:
    """The team sees the inbox, if it does not already; its members' pages ask for their streams anew."""
    if session.execute(select(team_inbox).where(team_inbox.c.team_id == team_id, team_inbox.c.inbox_id == inbox_id)).first() is None:
        session.execute(team_inbox.insert().values(team_id=team_id, inbox_id=inbox_id))
        cut_streams(session, *session.scalars(select(team_agent.c.agent_id).where(team_agent.c.team_id == team_id)))
