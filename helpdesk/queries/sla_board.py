"""What falls due in the next hours, by team: along the index of due times."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, case, func, select

from helpdesk.extensions import db
from helpdesk.models import Ticket
from helpdesk.policy import Viewer, visible

MOST = 50


class DueRow(Protocol):
    """A ticket on the board."""

    id: int
    subject: str
    status: str
    due_at: datetime
    due_name: str
    due_state: str
    assignee_id: int | None
    due_counted: list[list[int]] | None


def within(viewer: Viewer, now: datetime, hours: int) -> list[ColumnElement[bool]]:
    """Late, or due within so many hours, and seen by the viewer."""
    return [Ticket.due_at <= now + timedelta(hours=hours), visible(viewer)]


def teams(viewer: Viewer, now: datetime, hours: int) -> list[tuple[int | None, int, int]]:
    """(team or None, how many are late, how many fall due), the most late first."""
    late = func.sum(case((Ticket.due_at <= now, 1), else_=0))
    rows = db.session.execute(
        select(Ticket.team_id, late, func.count()).where(*within(viewer, now, hours)).group_by(Ticket.team_id).order_by(late.desc()))
    found = [(team_id, int(late_ones), int(every) - int(late_ones)) for team_id, late_ones, every in rows]
    return sorted(found, key=lambda one: one[0] is None)


def rows(viewer: Viewer, team_id: int | None, now: datetime, hours: int) -> Sequence[Any]:
    """The MOST that fall due first."""
    due = (Ticket.due_at, Ticket.due_name, Ticket.due_state, Ticket.due_counted)
    columns = (Ticket.id, Ticket.subject, Ticket.status, *due, Ticket.assignee_id)
    mine = Ticket.team_id == team_id if team_id is not None else Ticket.team_id.is_(None)
    found = select(*columns).where(mine, *within(viewer, now, hours)).order_by(Ticket.due_at, Ticket.id)
    return db.session.execute(found.limit(MOST)).all()
