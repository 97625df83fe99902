"""Saved views: who sees and changes which, in the order of whoever asks."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select, true

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Agent, SavedView
from helpdesk.policy import Viewer

MOST_SHOWN, MOST_BESIDE = 600, 12
"""How many a page of them shows, and how many stand beside every page."""


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """One's own, those of one's teams, and everybody's; supervisors and admins see every team's. What is personal nobody else sees."""
    teams = true() if viewer.sees_all else or_(SavedView.team_id.is_(None), SavedView.team_id.in_(viewer.team_ids))
    own = or_(SavedView.agent_id == viewer.agent_id, and_(SavedView.agent_id.is_(None), teams))
    return and_(SavedView.deleted_at.is_(None), own)


def may_edit(viewer: Viewer, agent_id: int | None) -> bool:
    """Whether the viewer may write views of that owner: his own; a team's and everybody's only as a supervisor or admin."""
    return agent_id == viewer.agent_id if agent_id is not None else viewer.sees_all


def saved_view(viewer: Viewer, view_id: int) -> SavedView:
    """One that the viewer sees, else NotFound."""
    found: SavedView | None = db.session.scalar(select(SavedView).where(SavedView.id == view_id, seen_by(viewer)))
    if found is None:
        raise NotFound
    return found


def saved_views(viewer: Viewer) -> list[SavedView]:
    """All that the viewer sees, in his order."""
    order = db.session.scalar(select(Agent.view_order).where(Agent.id == viewer.agent_id)) or []
    found = db.session.scalars(select(SavedView).where(seen_by(viewer)).order_by(SavedView.id).limit(MOST_SHOWN))
    return in_order(found.all(), order)


def beside(viewer: Viewer, order: Sequence[int]) -> tuple[list[Row[Any]], bool]:
    """(id, name, name_ar, revision) of the first few that stand beside every page, and whether there are more: one's own, those of one's
    own teams and everybody's. `order` is the agent's."""
    wanted = select(SavedView.id, SavedView.name, SavedView.name_ar, SavedView.revision).where(
        SavedView.deleted_at.is_(None),
        or_(SavedView.agent_id == viewer.agent_id,
            and_(SavedView.agent_id.is_(None), or_(SavedView.team_id.is_(None), SavedView.team_id.in_(viewer.team_ids)))))  # fmt: skip
    found = in_order(db.session.execute(wanted.order_by(SavedView.id).limit(MOST_SHOWN)).all(), order)
    return found[:MOST_BESIDE], len(found) > MOST_BESIDE


def in_order(rows: Sequence[Any], order: Sequence[int]) -> list[Any]:
    """As their reader has put them; those he has not touched follow, the oldest first."""
    places = {number: place for place, number in enumerate(order)}
    return sorted(rows, key=lambda row: places.get(row.id, len(places)))
