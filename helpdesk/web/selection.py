"""Several tickets of a list at once: chosen by ticks, changed by one form, put back by one press."""

from collections.abc import Callable
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from helpdesk.actions.several import MOST, Outcome, change_several
from helpdesk.errors import Invalid
from helpdesk.fields import ids_in
from helpdesk.models import Ticket
from helpdesk.models.ticket import PRIORITIES
from helpdesk.queries.ticket_list import ticket_rows
from helpdesk.visit.access import allow, viewer
from helpdesk.web import ticket_shown
from helpdesk.web.changes import READ
from helpdesk.words import choose_time_zone

blueprint = Blueprint("selection", __name__)
ALL = "/tickets/selection"


@blueprint.get(ALL)
@allow("agent")
def show() -> Response:
    """A script gets the menus; without one, `number`s are listed with them on a page of their own."""
    if request.headers.get("HX-Request"):
        return make_response(render_template("tickets/_selection.html", choices=ticket_shown.choices(), numbers=(), view=""))
    rows = sorted(ticket_rows(viewer(), chosen()), key=lambda row: row.id)
    return make_response(render_template(
        "tickets/selection.html", choices=ticket_shown.choices(), rows=rows, numbers=[row.id for row in rows], view=view_name()))


@blueprint.post(ALL)
@allow("agent")
def change() -> Response:
    """`number`s, and one field of web.changes.READ."""
    numbers, name = chosen(), next((name for name in READ if name in request.form), None)
    if not numbers or name is None:
        raise Invalid("nothing_chosen")
    value = request.form[name]
    outcome = change_several(viewer(), numbers, READ[name](value), before(name, value))
    return answer(outcome, undo_of(outcome))


@blueprint.post(f"{ALL}/undo")
@allow("agent")
def undo() -> Response:
    """`put`s of the address, each "field:value:numbers": what they were goes back."""
    outcome, left = Outcome(), MOST
    for given in request.args.getlist("put"):
        name, _mark, rest = given.partition(":")
        value, _mark, numbers = rest.rpartition(":")
        if name not in READ:
            raise Invalid("nothing_chosen")
        asked = ids_in(numbers.split(","))[:left]
        left -= len(asked)
        found = change_several(viewer(), asked, READ[name](value), lambda _ticket: "")
        outcome.was |= found.was
        outcome.refused += found.refused
    return answer(outcome)


def chosen() -> list[int]:
    """The ticked tickets, at most MOST."""
    return ids_in(request.values.getlist("number"))[:MOST]


def view_name() -> str:
    """The list to go back to."""
    return request.values.get("view", "")[:20]


def before(name: str, value: str) -> Callable[[Ticket], str]:
    """What puts a ticket back as it was: "field:value"."""
    if name in OPPOSITE:
        return lambda _ticket: f"{OPPOSITE[name]}:{value}"
    return lambda ticket: f"{name}:{'' if (was := TOLD[name](ticket)) is None else was}"


def until(ticket: Ticket) -> str:
    """When it was to wake, as a form has it."""
    return ticket.snoozed_until.astimezone(ZoneInfo(choose_time_zone())).strftime("%Y-%m-%dT%H:%M") if ticket.snoozed_until else ""


OPPOSITE = {"add": "untag", "untag": "add"}
TOLD: dict[str, Callable[[Ticket], object]] = {
    "assignee": lambda ticket: ticket.assignee_id,
    "team": lambda ticket: ticket.team_id,
    "status": lambda ticket: ticket.status,
    "priority": lambda ticket: PRIORITIES[ticket.priority],
    "type": lambda ticket: ticket.type_id,
    "place": lambda ticket: ticket.place,
    "until": until,
}
"""Field -> what a form would have said of a ticket as it was."""


def undo_of(outcome: Outcome) -> str:
    """The address that puts everything back; "" where nothing was changed."""
    numbers: dict[str, list[int]] = {}
    for number, was in outcome.was.items():
        numbers.setdefault(was, []).append(number)
    put = [("put", f"{was}:{','.join(map(str, ones))}") for was, ones in numbers.items()]
    return f"{ALL}/undo?{urlencode(put)}" if put else ""


def answer(outcome: Outcome, undo: str = "") -> Response:
    """What came of it, in a sentence, with the way back."""
    if request.headers.get("HX-Request"):
        return make_response(render_template("_toast.html", words=words_of(outcome), undo=undo))
    flash(words_of(outcome), undo or "message")
    return redirect(url_for("tickets.index", view=view_name() or None), 303)


def words_of(outcome: Outcome) -> str:
    """How many were changed, and what of the others."""
    said = []
    if outcome.was or not (outcome.same or outcome.refused):
        said.append(ngettext("%(num)s ticket was changed.", "%(num)s tickets were changed.", len(outcome.was)))
    if outcome.same:
        said.append(ngettext("%(num)s ticket was so already.", "%(num)s tickets were so already.", len(outcome.same)))
    if outcome.refused:
        said.append(ngettext("%(num)s ticket could not be changed.", "%(num)s tickets could not be changed.", len(outcome.refused)))
    return " ".join(said)
