"""The inbox: lists of tickets, and the ticket."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from helpdesk.fields import ids_in
from helpdesk.presence import present_in_list
from helpdesk.queries.counts import counts
from helpdesk.queries.ticket_list import newest_event, ticket_page, ticket_rows_in_view
from helpdesk.queries.views import QUEUE_OF_VIEW, SORTS, VIEWS
from helpdesk.visit.access import allow, viewer
from helpdesk.web import ticket_shown
from helpdesk.web.frame import capped, view_names
from helpdesk.web.rows import ShownRow, shown_rows

blueprint = Blueprint("tickets", __name__)


@blueprint.get("/")
@allow("agent")
def home() -> Response:
    """The inbox is the home of whoever is signed in."""
    return redirect(url_for("tickets.index"))


@blueprint.get("/tickets")
@allow("agent")
def index() -> str:
    """A view, 25 tickets a page."""
    return render_template("tickets/list.html", newest=newest_event(), **list_context())


@blueprint.get("/tickets/rows")
@allow("agent")
def rows() -> str:
    """The first page's rows, those of `ids` that are still in the view, and the counts: for a list that stays true."""
    found = list_context()
    first = {row.number for row in found["rows"]}
    asked = ids_in(request.args.get("ids", "").split(","))
    kept = ticket_rows_in_view(viewer(), view_name(), [number for number in asked if number not in first])
    numbers = {name: capped(number) for name, number in counts(viewer()).items()}
    return render_template("tickets/_rows.html", **found | {"rows": [*found["rows"], *shown_rows(kept)], "counts": numbers})


@blueprint.get("/tickets/<int:number>")
@allow("agent")
def show(number: int) -> Response:
    """The ticket beside its list; a script gets the ticket alone."""
    newest = newest_event()
    found = ticket_shown.context(viewer(), number, everything=bool(request.args.get("all")))
    if request.headers.get("HX-Request"):
        return make_response(render_template("tickets/show.html", **found))
    return make_response(render_template("tickets/list.html", newest=newest, **list_context(), **found))


@blueprint.get("/tickets/<int:number>/thread")
@allow("agent")
def thread(number: int) -> str:
    """Head and conversation, to be morphed into an open page; `own`: into the ticket's own page, where its subject is the heading."""
    level = 1 if "own" in request.args else 2
    return render_template("tickets/_thread.html", fragment=True, ticket_level=level, **ticket_shown.context(viewer(), number))


@blueprint.get("/tickets/<int:number>/next")
@allow("agent")
def following(number: int) -> Response:
    """The ticket after this one in the view, else the list."""
    page = ticket_page(viewer(), view_name(), sort_name())
    numbers = [row.id for row in page.rows]
    later = numbers[numbers.index(number) + 1:] if number in numbers else numbers
    target = next((one for one in later if one != number), None)
    return redirect(url_for("tickets.show", number=target, view=view_name()) if target else url_for("tickets.index", view=view_name()), 303)


def list_context() -> dict[str, Any]:
    """For tickets/list.html and tickets/_rows.html: view, view_name, sort, sorts, rows, after, present."""
    view, sort = view_name(), sort_name()
    page = ticket_page(viewer(), view, sort, request.args.get("after", ""))
    shown: list[ShownRow] = shown_rows(page.rows)
    return {"view": view, "view_name": view_names()[view], "sort": sort, "sorts": SORTS if QUEUE_OF_VIEW[view] == "open" else ("newest",),
            "rows": shown, "after": page.after, "present": present_in_list(row.id for row in page.rows)}


def view_name() -> str:
    """The view asked for; what is unknown is "open"."""
    given = request.args.get("view", "open")
    return given if given in VIEWS else "open"


def sort_name() -> str:
    """The order asked for; what is unknown is "newest"."""
    given = request.args.get("sort", "newest")
    return given if given in SORTS else "newest"
