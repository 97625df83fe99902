"""Who is signed in, and who works here."""

import re
from dataclasses import dataclass
from datetime import datetime

from flask import session as cookie
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import selectinload

from helpdesk import clock, vault
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Agent, AgentSession, Desk, OneTimeLink, team_agent, team_inbox
from helpdesk.models.types import Moment
from helpdesk.policy import Viewer

SIGNED = select(AgentSession, Agent).join(Agent, Agent.id == AgentSession.agent_id).where(
    AgentSession.token_hash == bindparam("token"), AgentSession.expires_at > bindparam("now", type_=Moment()), Agent.active)
SCOPES = select(team_agent.c.team_id, team_inbox.c.inbox_id).outerjoin(team_inbox, team_inbox.c.team_id == team_agent.c.team_id).where(
    team_agent.c.agent_id == bindparam("agent"))
"""Two statements of every request, built once."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True)
class Signed:
    """The agent of this request, the session that proves it, and what decides what may be seen."""

    agent: Agent
    session: AgentSession
    viewer: Viewer


def signed_in() -> Signed | None:
    """The session named by the cookie, if it stands in the table, has not ended, and its agent is active."""
    token = cookie.get("token")
    if not isinstance(token, str):
        return None
    row = db.session.execute(SIGNED, {"token": vault.hash_token(token), "now": clock.now()}).first()
    if row is None:
        return None
    return Signed(row.Agent, row.AgentSession, viewer_of(row.Agent))


def viewer_of(agent: Agent) -> Viewer:
    """The agent with teams and inboxes, read anew, so that a lost membership counts at once."""
    rows = db.session.execute(SCOPES, {"agent": agent.id}).all()
    teams = tuple(sorted({row.team_id for row in rows}))
    inboxes = tuple(sorted({row.inbox_id for row in rows if row.inbox_id is not None}))
    return Viewer(agent.id, agent.role, teams, inboxes, agent.language)


def desk_exists() -> bool:
    """Whether the first-run page is done."""
    return db.session.execute(select(Desk.id)).first() is not None


def own_sessions(viewer: Viewer) -> list[AgentSession]:
    """Where the viewer is signed in, the latest seen first."""
    return list(db.session.scalars(
        select(AgentSession).where(AgentSession.agent_id == viewer.agent_id, AgentSession.expires_at > clock.now())
        .order_by(AgentSession.last_seen_at.desc(), AgentSession.id.desc())))


@dataclass(frozen=True)
class Colleague:
    """A row of the list of agents; `last_seen_at` None: never, or signed out everywhere."""

    agent: Agent
    last_seen_at: datetime | None


def colleagues(viewer: Viewer) -> list[Colleague]:
    """All agents with their teams, those who can come in first. For admins."""
    only_admins(viewer)
    seen = select(AgentSession.agent_id, func.max(AgentSession.last_seen_at).label("at")).group_by(AgentSession.agent_id).subquery()
    rows = db.session.execute(
        select(Agent, seen.c.at).outerjoin(seen, seen.c.agent_id == Agent.id).options(selectinload(Agent.teams))
        .order_by(Agent.active.desc(), Agent.name, Agent.id)).all()
    return [Colleague(row.Agent, row.at) for row in rows]


def colleague(viewer: Viewer, agent_id: int) -> Agent:
    """One agent; NotFound. For admins."""
    only_admins(viewer)
    agent = db.session.get(Agent, agent_id)
    if agent is None:
        raise NotFound
    return agent


def only_admins(viewer: Viewer) -> None:
    """A missing right looks like a missing page."""
    if viewer.role != "admin":
        raise NotFound


def owner_of_link(purpose: str, token: str) -> Agent:
    """The agent whom an unused link of that purpose lets in. NotFound whatever is wrong with it: empty, unknown, used, too old, for
    another purpose, or the agent switched off."""
    if not TOKEN.fullmatch(token):
        raise NotFound
    agent: Agent | None = db.session.scalar(
        select(Agent).join(OneTimeLink, OneTimeLink.agent_id == Agent.id)
        .where(OneTimeLink.token_hash == vault.hash_token(token), OneTimeLink.purpose == purpose, OneTimeLink.used_at.is_(None),
               OneTimeLink.expires_at > clock.now(), Agent.active))
    if agent is None:
        raise NotFound
    return agent
