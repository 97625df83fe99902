"""Who is at work: seen lately, switched on, and not away."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models import Agent, AgentSession

LATELY = timedelta(minutes=10)


def agents_online(session: Session, now: datetime) -> list[int]:
    """Their ids, lowest first."""
    seen = select(AgentSession.agent_id).where(AgentSession.last_seen_at >= now - LATELY)
    there = select(Agent.id).where(Agent.active, Agent.away_since.is_(None), Agent.id.in_(seen)).order_by(Agent.id)
    return list(session.scalars(there))
