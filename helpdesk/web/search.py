"""Search."""

from flask import Blueprint, render_template, request

from helpdesk.queries.search import search
from helpdesk.visit.access import allow, viewer
from helpdesk.web.rows import shown_rows

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@allow("agent")
def show() -> str:
    """What was found, newest first."""
    query = request.args.get("q", "")[:500]
    found = search(viewer(), query) if query.strip() else None
    return render_template("search/show.html", query=query, found=found, rows=shown_rows(found.rows) if found else [])
