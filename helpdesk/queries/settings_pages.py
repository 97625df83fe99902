"""What the settings pages list. All of it is for admins."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Agent, Desk, Inbox, Team, team_agent
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
