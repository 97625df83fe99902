"""Teams: their names, who is in them, and the inboxes they see."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpdesk.actions.sessions import cut_streams
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.models import Agent, Inbox, Team, team_agent


@dataclass(frozen=True)
class TeamChange:
    """All that is said of a team."""

    name: str
    name_ar: str
    agent_ids: tuple[int, ...] = ()
    inbox_ids: tuple[int, ...] = ()


def create(asked: TeamChange) -> Team:
    """A new team."""
    team = Team()
    with transaction() as session:
        session.add(team)
        write(session, team, asked)
    return team


def edit(team_id: int, asked: TeamChange) -> None:
    """Names, members and inboxes. The open pages of all who were or are in it ask for their streams anew."""
    with transaction() as session:
        team = session.get(Team, team_id, populate_existing=True, with_for_update=True)
        if team is None:
            raise NotFound
        write(session, team, asked)


def write(session: Session, team: Team, asked: TeamChange) -> None:
    """Puts everything into the rows; Invalid when another team has that name."""
    taken = Invalid(_("Another team has this name."), "name")
    with session.no_autoflush:
        if session.scalar(select(Team.id).where(Team.name == asked.name, Team.id != (team.id or 0))) is not None:
            raise taken
    team.name, team.name_ar = asked.name, asked.name_ar
    team.inboxes = list(session.scalars(select(Inbox).where(Inbox.id.in_(asked.inbox_ids))))
    try:
        session.flush()
    except IntegrityError as error:
        raise taken from error
    set_members(session, team.id, asked.agent_ids)


def set_members(session: Session, team_id: int, agent_ids: tuple[int, ...]) -> None:
    """These agents and nobody else."""
    before = set(session.scalars(select(team_agent.c.agent_id).where(team_agent.c.team_id == team_id)))
    after = set(session.scalars(select(Agent.id).where(Agent.id.in_(agent_ids))))
    if gone := before - after:
        session.execute(team_agent.delete().where(team_agent.c.team_id == team_id, team_agent.c.agent_id.in_(gone)))
    if come := after - before:
        session.execute(team_agent.insert(), [{"team_id": team_id, "agent_id": agent_id} for agent_id in sorted(come)])
    cut_streams(session, *sorted(before | after))
