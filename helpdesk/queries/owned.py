"""What belongs to an agent, to a team or to everybody: who sees it, and who may change it."""

from sqlalchemy import ColumnElement, and_, or_, true

from helpdesk.models import CannedReply, Rule
from helpdesk.policy import Viewer


def seen_by(viewer: Viewer, model: type[CannedReply] | type[Rule]) -> ColumnElement[bool]:
    """One's own, those of one's teams, and everybody's; supervisors and admins see every team's. What is personal nobody else sees."""
    teams = true() if viewer.sees_all else or_(model.team_id.is_(None), model.team_id.in_(viewer.team_ids))
    return or_(model.agent_id == viewer.agent_id, and_(model.agent_id.is_(None), teams))


def may_edit(viewer: Viewer, agent_id: int | None, team_id: int | None) -> bool:
    """Whether the viewer may write for that owner: himself, his teams; for everybody only as a supervisor or admin."""
    if agent_id is not None:
        return agent_id == viewer.agent_id
    return viewer.sees_all or (team_id is not None and team_id in viewer.team_ids)
