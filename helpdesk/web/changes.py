"""What an agent changes about a ticket: one small form each, one action each."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk import clock
from helpdesk.actions import change
from helpdesk.errors import Invalid
from helpdesk.fields import id_in
from helpdesk.policy import sees
from helpdesk.visit.access import allow, viewer
from helpdesk.words import choose_time_zone

blueprint = Blueprint("changes", __name__)
PRESETS = {"later": timedelta(hours=3), "tomorrow": timedelta(days=1), "week": timedelta(days=7)}
MORNING = 9


@blueprint.post("/tickets/<int:number>/assignee")
@allow("agent")
def assignee(number: int) -> Response:
    """`assignee`: an agent's id, "me", or "" for nobody."""
    return apply(number, asked("assignee"))


@blueprint.post("/tickets/<int:number>/team")
@allow("agent")
def team(number: int) -> Response:
    """`team`: a team's id, or "" for none."""
    return apply(number, asked("team"))


@blueprint.post("/tickets/<int:number>/status")
@allow("agent")
def status(number: int) -> Response:
    """`status`: one of the five."""
    return apply(number, asked("status"))


@blueprint.post("/tickets/<int:number>/priority")
@allow("agent")
def priority(number: int) -> Response:
    """`priority`: low, normal, high or urgent."""
    return apply(number, asked("priority"))


@blueprint.post("/tickets/<int:number>/type")
@allow("agent")
def kind(number: int) -> Response:
    """`type`: a type's id, or "" for none."""
    return apply(number, asked("type"))


@blueprint.post("/tickets/<int:number>/subject")
@allow("agent")
def subject(number: int) -> Response:
    """`subject`: new words over the ticket."""
    return apply(number, change.set_subject(request.form.get("subject", "")))


@blueprint.post("/tickets/<int:number>/tags")
@allow("agent")
def tags(number: int) -> Response:
    """`add` and `untag`: names of tags, any number of each."""
    added = [change.tag(name) for name in request.form.getlist("add") if name.strip()]
    removed = [change.untag(name) for name in request.form.getlist("untag")]
    return apply(number, *removed, *added)


@blueprint.post("/tickets/<int:number>/place")
@allow("agent")
def place(number: int) -> Response:
    """`place`: inbox, spam or trash."""
    return apply(number, asked("place"))


@blueprint.post("/tickets/<int:number>/snooze")
@allow("agent")
def snooze(number: int) -> Response:
    """`until`: later, tomorrow, week, a local time as a browser writes it, or "" to wake."""
    return apply(number, asked("until"))


def asked(name: str) -> change.Change:
    """The change that a field of this form asks for."""
    return READ[name](request.form.get(name, ""))


def apply(number: int, *changes: change.Change) -> Response:
    """Changes the ticket; a script gets no content (the page hears of it as every page does), a form the page again."""
    ticket = change.change(viewer(), number, *changes)
    gone = not sees(viewer(), ticket)
    if request.headers.get("HX-Request"):
        response = make_response(render_template("tickets/_changed.html", ticket=ticket, gone=gone))
        response.headers["X-Ticket-Changed"] = str(number)
        return response
    flash(_("Saved."))
    return redirect(url_for("tickets.index") if gone else url_for("tickets.show", number=number))


def assign_to(text: str) -> change.Change:
    """An agent's id, "me", or "" for nobody."""
    return change.assign(viewer().agent_id if text == "me" else number_or_none(text, "agent_unknown"))


def number_or_none(text: str, problem: str) -> int | None:
    """An id; None for nothing."""
    if not text:
        return None
    if (found := id_in(text)) is None:
        raise Invalid(problem)
    return found


def time_of(text: str) -> datetime | None:
    """A moment from a preset or from the reader's local time. Presets of days end in the morning."""
    zone = ZoneInfo(choose_time_zone())
    if not text:
        return None
    if text in PRESETS:
        local = (clock.now() + PRESETS[text]).astimezone(zone)
        return local if text == "later" else local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid("snooze_wrong", "until") from error


READ: dict[str, Callable[[str], change.Change]] = {
    "assignee": assign_to,
    "team": lambda text: change.set_team(number_or_none(text, "team_unknown")),
    "status": change.set_status,
    "priority": change.set_priority,
    "type": lambda text: change.set_type(number_or_none(text, "type_unknown")),
    "add": change.tag,
    "untag": change.untag,
    "place": change.move,
    "until": lambda text: change.snooze(time_of(text)),
}
"""Field of a form -> what its value asks for."""
