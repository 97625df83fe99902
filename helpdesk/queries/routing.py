"""What routing asks: who could get a ticket, how much each has in hand, whose turn it was, who helped the customer before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.orm import Session

from helpdesk.models import Agent, AgentSession, Event, Inbox, Message, Team, Ticket, routing_turn, team_agent
from helpdesk.queries.canned import language_of_customer
from helpdesk.queries.online import LATELY
from helpdesk.queries.tags import tags_on

MOST_WAITING = 50


@dataclass(frozen=True)
class InHand:
    """One agent's open work of one channel."""

    agent_id: int
    channel: str
    tickets: int


def routings(session: Session) -> dict[int, dict[str, Any]]:
    """Team id -> how it gets its work."""
    return {team.id: team.routing for team in session.execute(select(Team.id, Team.routing).order_by(Team.id))}


def team_members(session: Session, team_id: int) -> list[Agent]:
    """Everybody in the team whose account is switched on."""
    held = select(team_agent.c.agent_id).where(team_agent.c.team_id == team_id)
    rows = select(Agent).where(Agent.id.in_(held), Agent.active).order_by(Agent.id)
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def in_hand(session: Session, agent_ids: Sequence[int]) -> list[InHand]:
    """Open tickets of those agents, counted by the channel of their inbox."""
    counted = (
        select(Ticket.assignee_id, Inbox.channel, func.count())
        .join(Inbox, Inbox.id == Ticket.inbox_id)
        .where(Ticket.assignee_id.in_(agent_ids), Ticket.queue == "open")
        .group_by(Ticket.assignee_id, Inbox.channel)
    )
    return [InHand(agent_id or 0, channel, tickets) for agent_id, channel, tickets in session.execute(counted)]


def turns(session: Session, team_id: int) -> dict[int, int]:
    """Agent id -> the number of his last turn."""
    rows = session.execute(select(routing_turn.c.agent_id, routing_turn.c.number).where(routing_turn.c.team_id == team_id))
    return {row.agent_id: row.number for row in rows}


def channel_of(session: Session, ticket: Ticket) -> str:
    """The door it came through."""
    return session.scalar(select(Inbox.channel).where(Inbox.id == ticket.inbox_id)) or ""


def language_of(session: Session, ticket: Ticket) -> str:
    """In which it is to be answered."""
    return language_of_customer(session, ticket)


def tag_words(session: Session, ticket: Ticket) -> list[str]:
    """Its tags, folded."""
    return sorted(tags_on(session, ticket.id).values())


def last_helper(session: Session, contact_id: int) -> int | None:
    """Who wrote to this customer last, in whichever ticket."""
    wrote = (
        select(Message.agent_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Ticket.contact_id == contact_id, Message.kind == "outgoing", Message.agent_id.is_not(None), Message.cancelled_at.is_(None))
    )
    return session.scalar(wrote.order_by(Message.id.desc()).limit(1))


def given_by_hand(session: Session, ticket: Ticket) -> bool:
    """Whether a person chose the one who has it."""
    newest = select(Event.actor).where(Event.ticket_id == ticket.id, Event.kind == "ticket_assigned").order_by(Event.id.desc()).limit(1)
    return session.scalar(newest) in ("agent", None)


def waiting(session: Session, team_id: int) -> Sequence[Row[int, str]]:
    """(ticket id, channel) of the team's open tickets that nobody has, the longest quiet first."""
    free = (
        select(Ticket.id, Inbox.channel)
        .join(Inbox, Inbox.id == Ticket.inbox_id)
        .where(Ticket.team_id == team_id, Ticket.queue == "open", Ticket.assignee_id.is_(None))
    )
    return session.execute(free.order_by(Ticket.last_at, Ticket.id).limit(MOST_WAITING)).all()


def somebody_could_take_one(team_ids: Sequence[int], now: datetime) -> Select[int]:
    """An open ticket that nobody has, of one of these teams, while somebody of that team is there."""
    seen = select(AgentSession.agent_id).where(AgentSession.last_seen_at >= now - LATELY)
    there = exists().where(
        team_agent.c.team_id == Ticket.team_id, Agent.id == team_agent.c.agent_id, Agent.active, Agent.away_since.is_(None),
        Agent.id.in_(seen))
    return select(Ticket.id).where(Ticket.team_id.in_(team_ids), Ticket.queue == "open", Ticket.assignee_id.is_(None), there)
