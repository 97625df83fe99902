"""Slow tasks: what is due, and how far one has come."""

from datetime import datetime

from sqlalchemy import Select, and_, or_, select

from helpdesk import clock
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import LongTask
from helpdesk.policy import Viewer
from helpdesk.queries.due import any_row


def tasks_due(now: datetime) -> Select[int]:
    """Ids of those that nobody works on, the oldest first; nothing while another is being done, so that a worker stays for the rest."""
    held = select(LongTask.id).where(LongTask.state == "running", LongTask.lease_until > now)
    free = or_(LongTask.state == "waiting", and_(LongTask.state == "running", LongTask.lease_until <= now))
    return select(LongTask.id).where(free, ~held.correlate(None).exists()).order_by(LongTask.id)


def task_is_due() -> bool:
    """Somebody asked for slow work that nobody does."""
    return any_row(tasks_due(clock.now()))


def find_task(viewer: Viewer, task_id: int) -> LongTask:
    """A task that the viewer asked for; supervisors see all. Else NotFound."""
    task = db.session.get(LongTask, task_id)
    if task is None or (task.agent_id != viewer.agent_id and not viewer.sees_all):
        raise NotFound
    return task
