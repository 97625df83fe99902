"""The inbox: lists of tickets, and the ticket."""

from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from helpdesk.errors import NotFound
from helpdesk.fields import ids_in
from helpdesk.presence import present_in_list
from helpdesk.queries.counts import counts
from helpdesk.queries.saved_lists import rows_in_saved, saved_page
from helpdesk.queries.ticket_list import Page, newest_event, ticket_page, ticket_rows_in_view
from helpdesk.queries.views import QUEUE_OF_VIEW, SORTS, VIEWS
from helpdesk.visit.access import allow, signed_in_now, viewer
from helpdesk.visit.reader import reader
from helpdesk.visit.times import digits
from helpdesk.web import saved, ticket_shown
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
    others = [number for number in ids_in(request.args.get("ids", "").split(",")) if number not in first]
    view = opened()
    kept = rows_in_saved(viewer(), view.asked, others) if view else ticket_rows_in_view(viewer(), view_name(), others)
    return render_template("tickets/_rows.html", **found | {"rows": [*found["rows"], *shown_rows(kept)], "counts": numbers(view)})


@blueprint.get("/tickets/counts")
@allow("agent")
def all_counts() -> Response:
    """{view: text}: asked for by a page on which something was not counted yet."""
    return jsonify(numbers())


def numbers(here: saved.Opened | None = None) -> dict[str, str]:
    """The counts of all views as they stand beside a page; `here`: the one that is open."""
    signed = signed_in_now()
    found = {name: capped(number) for name, number in counts(viewer()).items()}
    if signed is not None:
        found |= saved.counted(signed, here.view.id if here else None)
    return {name: digits(text) for name, text in found.items()}


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
    found = opened()
    shown = [row.id for row in page_of(found).rows]
    later = shown[shown.index(number) + 1:] if number in shown else shown
    target, view = next((one for one in later if one != number), None), names_of(found)["view"]
    return redirect(url_for("tickets.show", number=target, view=view) if target else url_for("tickets.index", view=view), 303)


def list_context() -> dict[str, Any]:
    """For tickets/list.html and tickets/_rows.html: view, view_name, sort, sorts, rows, after, cut, present, and saved (web.saved.Opened)
    where the view is one that somebody made."""
    view = opened()
    page = page_of(view)
    shown: list[ShownRow] = shown_rows(page.rows)
    return names_of(view) | {
        "rows": shown, "after": page.after, "cut": page.cut, "saved": view, "present": present_in_list(row.id for row in page.rows)}


def opened() -> saved.Opened | None:
    """The saved view asked for; None for a fixed one. Beside a ticket, one that is gone meanwhile is a fixed one."""
    try:
        return saved.opened(viewer(), request.args.get("view", ""), request.args.get("sort", ""))
    except NotFound:
        if request.view_args:
            return None
        raise


def page_of(view: saved.Opened | None) -> Page:
    """The page asked for."""
    after = request.args.get("after", "")
    return saved_page(viewer(), view.asked, after) if view else ticket_page(viewer(), view_name(), sort_name(), after)


def names_of(view: saved.Opened | None) -> dict[str, Any]:
    """What the view is called and how it can be sorted."""
    if view is not None:
        name = view.view.shown_name(reader().language)
        return {"view": f"v{view.view.id}", "view_name": name, "sort": view.asked.sort, "sorts": view.sorts}
    key = view_name()
    sorts = SORTS if QUEUE_OF_VIEW[key] == "open" else ("newest",)
    return {"view": key, "view_name": view_names()[key], "sort": sort_name(), "sorts": sorts}


def view_name() -> str:
    """The view asked for; what is unknown is "open"."""
    given = request.args.get("view", "open")
    return given if given in VIEWS else "open"


def sort_name() -> str:
    """The order asked for; what is unknown is "newest"."""
    given = request.args.get("sort", "newest")
    return given if given in SORTS else "newest"
