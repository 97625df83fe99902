"""What becomes of somebody's work when he goes away."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models import Team, Ticket


def goes_back(session: Session, agent_id: int, most: int = 1000) -> Sequence[int]:
    """His open tickets of teams that take work back from those who are away, oldest first."""
    teams = [team.id for team in session.execute(select(Team.id, Team.routing)) if team.routing.get("return_when_away")]
    held = select(Ticket.id).where(Ticket.assignee_id == agent_id, Ticket.queue == "open", Ticket.team_id.in_(teams))
    return session.scalars(held.order_by(Ticket.id).limit(most)).all()
