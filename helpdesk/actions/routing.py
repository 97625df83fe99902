"""Giving a ticket to whoever is chosen, one at a time an agent, so that two workers at once share evenly; and how teams get it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpdesk.actions import change
from helpdesk.actions.people import held_agent
from helpdesk.actions.record import Actor
from helpdesk.actions.stamps import change_stamp
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.errors import NotFound
from helpdesk.models import Agent, Team, Ticket, routing_turn, team_agent


@dataclass(frozen=True)
class RoutingChange:
    """All that is said of how a team gets its work; `method` "" by hand."""

    method: str = ""
    auto: bool = False
    weights: dict[str, int] = field(default_factory=dict)
    return_when_away: bool = False

    def as_kept(self) -> dict[str, Any]:
        """For the team's row."""
        kept = {"method": self.method, "auto": self.auto and bool(self.method), "weights": self.weights}
        return kept | {"return_when_away": self.return_when_away}


def give(session: Session, ticket: Ticket, actor: Actor, team_id: int, choose: Callable[[], tuple[int | None, str]]) -> str:
    """Gives the ticket to whom `choose` names: "done", or its reason for naming nobody. Whoever else gives work to somebody of this
    team, or sends one of them away, waits until the caller's transaction ends; so `choose` reads what is true."""
    hold_members(session, team_id)
    agent_id, why = choose()
    if agent_id is None:
        return why
    change.assign(agent_id)(session, ticket, replace(actor, why=f"routed_{why}"))
    take_turn(session, team_id, agent_id)
    return "done"


def hold_members(session: Session, team_id: int) -> None:
    """Locks them one after the other, so that two teams with the same people cannot wait for each other. The team's own row would not do:
    somebody of two teams could be given his last place twice."""
    members = select(team_agent.c.agent_id).where(team_agent.c.team_id == team_id)
    # no key update: tickets that refer to these rows may be written meanwhile
    held = select(Agent.id).where(Agent.id.in_(members)).order_by(Agent.id).with_for_update(key_share=True)
    session.execute(held).all()


def take_turn(session: Session, team_id: int, agent_id: int) -> None:
    """He comes after everybody else now."""
    last = session.scalar(select(func.max(routing_turn.c.number)).where(routing_turn.c.team_id == team_id)) or 0
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(routing_turn)
    row = insert.values(team_id=team_id, agent_id=agent_id, number=last + 1)
    session.execute(row.on_conflict_do_update(index_elements=["team_id", "agent_id"], set_={"number": last + 1}))


def set_routing(team_id: int, asked: RoutingChange) -> None:
    """How the team gets its work from now on."""
    with transaction() as session:
        team = session.get(Team, team_id, populate_existing=True, with_for_update=True)
        if team is None:
            raise NotFound
        team.routing = asked.as_kept()
        change_stamp(session)
        nudge(session, "route")


def set_ability(agent_id: int, capacity: int | None, skills: list[str]) -> None:
    """How much an agent gets by himself, and what he knows."""
    with transaction() as session:
        agent = held_agent(session, agent_id)
        agent.capacity, agent.skills = capacity, sorted(set(skills))
        nudge(session, "route")
