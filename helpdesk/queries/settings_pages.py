"""What the settings pages list. All of it is for admins."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Agent, ConnectionCheck, Desk, Inbox, Mailbox, MailboxMark, OAuthGrant, Team, Ticket, team_agent
from helpdesk.policy import Viewer
from helpdesk.queries.people import only_admins


def desk(viewer: Viewer) -> Desk:
    """The desk."""
    only_admins(viewer)
    found = db.session.get(Desk, 1)
    if found is None:
        raise NotFound
    return found


def teams(viewer: Viewer) -> list[Team]:
    """All teams with their inboxes, by name."""
    only_admins(viewer)
    return list(db.session.scalars(select(Team).options(selectinload(Team.inboxes)).order_by(Team.name, Team.id)))


def team(viewer: Viewer, team_id: int) -> Team:
    """One team; NotFound."""
    only_admins(viewer)
    found = db.session.get(Team, team_id)
    if found is None:
        raise NotFound
    return found


def members(viewer: Viewer) -> dict[int, list[int]]:
    """Team id -> ids of the agents in it."""
    only_admins(viewer)
    found: dict[int, list[int]] = {}
    for team_id, agent_id in db.session.execute(select(team_agent.c.team_id, team_agent.c.agent_id).order_by(team_agent.c.agent_id)):
        found.setdefault(team_id, []).append(agent_id)
    return found


def agents(viewer: Viewer) -> list[Agent]:
    """All agents, those that are switched on first, by name."""
    only_admins(viewer)
    return list(db.session.scalars(select(Agent).order_by(Agent.active.desc(), Agent.name, Agent.id)))


def inboxes(viewer: Viewer) -> list[Inbox]:
    """All inboxes in the order in which they were made."""
    only_admins(viewer)
    return list(db.session.scalars(select(Inbox).order_by(Inbox.id)))


def inbox(viewer: Viewer, inbox_id: int) -> Inbox:
    """One inbox; NotFound."""
    only_admins(viewer)
    found = db.session.get(Inbox, inbox_id)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Servers:
    """How an inbox's mail comes and goes, what the last test found, and how far the numbering of today is fetched."""

    inbox: Inbox
    mailbox: Mailbox | None
    grant: OAuthGrant | None
    check: ConnectionCheck | None
    mark: MailboxMark | None


def servers(viewer: Viewer, inbox_id: int) -> Servers:
    """Those of one inbox; NotFound."""
    found = inbox(viewer, inbox_id)
    mailbox = db.session.scalar(select(Mailbox).where(Mailbox.inbox_id == inbox_id))
    grant = db.session.scalar(select(OAuthGrant).where(OAuthGrant.inbox_id == inbox_id))
    mark = db.session.get(MailboxMark, (mailbox.id, mailbox.uidvalidity)) if mailbox and mailbox.uidvalidity is not None else None
    return Servers(found, mailbox, grant, db.session.get(ConnectionCheck, inbox_id), mark)


def mailboxes(viewer: Viewer) -> dict[int, Mailbox]:
    """Inbox id -> its mailbox."""
    only_admins(viewer)
    return {mailbox.inbox_id: mailbox for mailbox in db.session.scalars(select(Mailbox))}


@dataclass(frozen=True)
class DemoContents:
    """What goes with the demo. `starts_anew`: no admin of one's own is there, so nobody could look after what is left."""

    tickets: int
    inboxes: int
    agents: int
    starts_anew: bool


def demo_contents(viewer: Viewer, addresses: list[str], emails: list[str]) -> DemoContents:
    """Counted by the addresses of the demo's inboxes and agents."""
    only_admins(viewer)
    ours = select(Inbox.id).where(Inbox.address.in_(addresses))
    count = select(func.count())
    own = count.select_from(Agent).where(Agent.email.not_in(emails), Agent.role == "admin", Agent.active, Agent.password_hash.is_not(None))
    return DemoContents(
        tickets=db.session.scalar(count.select_from(Ticket).where(Ticket.inbox_id.in_(ours))) or 0,
        inboxes=db.session.scalar(count.select_from(Inbox).where(Inbox.address.in_(addresses))) or 0,
        agents=db.session.scalar(count.select_from(Agent).where(Agent.email.in_(emails))) or 0,
        starts_anew=not db.session.scalar(own))
