"""Slow tasks: how far one has come, and the way to what came of it."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from helpdesk import long_tasks
from helpdesk.queries.long_tasks import find_task
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.safe_urls import safe_next

blueprint = Blueprint("tasks", __name__)


@blueprint.get("/tasks/<int:task_id>")
@allow("agent")
def show(task_id: int) -> str:
    """The page; with `HX-Request` the part of it that asks for itself until the task has ended."""
    task = find_task(viewer(), task_id)
    kind = long_tasks.KINDS.get(task.kind)
    url = task.result.get("url") if task.state == "done" else None
    template = "tasks/_progress.html" if request.headers.get("HX-Request") else "tasks/show.html"
    return render_template(template, task=task, title=kind.title if kind else _("A task of the desk"), url=safe_next(url) if url else None)
