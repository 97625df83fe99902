"""Ranges of dates with hours of their own, such as Ramadan: of one calendar, or of all. For admins."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from automations.sla import moving
from automations.sla.what_if import with_range
from automations.web import calendar_shown, sla_words
from automations.web.calendar_forms import range_values, read_range
from automations.web.first_shown import before, mark, to_be_shown
from helpdesk.actions import calendars
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.fields import Fields, problems_of
from helpdesk.models import Calendar
from helpdesk.queries import calendars as known
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.forms import typed
from helpdesk.visit.reader import reader

blueprint = Blueprint("calendar_ranges", __name__, template_folder="../templates")
ONE = "/calendars/ranges/<int(max=2147483647):range_id>"


@blueprint.get("/calendars/ranges/new")
@allow("admin")
def new() -> Response:
    """The form of a new range; ?calendar=ID: of that one, else of all."""
    calendar = asked_calendar(request.args.get("calendar", type=int))
    return page(None, calendar, {})


@blueprint.post("/calendars/ranges")
@allow("admin")
def create() -> Response:
    """A new range."""
    return store(None, asked_calendar(request.form.get("calendar_id", type=int)))


@blueprint.get(ONE)
@allow("admin")
def edit(range_id: int) -> Response:
    """One range."""
    found = known.one_range(viewer(), range_id)
    return page(range_id, asked_calendar(found.calendar_id), range_values(found))


@blueprint.post(ONE)
@allow("admin")
def save(range_id: int) -> Response:
    """Dates, names and hours; whose it is stays."""
    return store(range_id, asked_calendar(known.one_range(viewer(), range_id).calendar_id))


@blueprint.post(f"{ONE}/deletion")
@allow("admin")
def delete(range_id: int) -> Response:
    """Its dates have their usual hours again."""
    found = known.one_range(viewer(), range_id)
    calendar_id, name = found.calendar_id, (found.name_ar if reader().language == "ar" else "") or found.name
    title, here = _("Delete the range %(name)s", name=name), url_for("calendar_ranges.edit", range_id=range_id)
    if shown := before(with_range(db.session(), None, range_id), title, _("Delete"), here):
        return shown
    calendars.delete_range(range_id)
    flash(_("The range is deleted. Due times are worked out anew."))
    return redirect(back(calendar_id))


def asked_calendar(calendar_id: int | None) -> Calendar | None:
    """The calendar a range belongs to; None: all."""
    return known.one(viewer(), calendar_id) if calendar_id is not None and 0 < calendar_id < 2**31 else None


def back(calendar_id: int | None) -> str:
    """The page on which the range is listed."""
    return url_for("calendars.edit", calendar_id=calendar_id) if calendar_id is not None else url_for("calendars.show")


def store(range_id: int | None, calendar: Calendar | None) -> Response:
    """What was typed, into the new range or into that one."""
    fields = Fields(request.form)
    calendar_id = calendar.id if calendar else None
    asked = read_range(fields, calendar_id)
    try:
        fields.check()
        calendars.check_range(asked)
        thought = with_range(db.session(), asked, range_id)
        if moved := moving.preview(thought) if "look" in request.form else to_be_shown(thought):
            return page(range_id, calendar, typed(request.form), moved=moved)
        if range_id is None:
            calendars.create_range(asked)
        else:
            calendars.edit_range(range_id, asked)
    except Invalid as refusal:
        return page(range_id, calendar, typed(request.form), problems_of(refusal), 422)
    flash(_("Saved. Due times are worked out anew."))
    return redirect(back(calendar_id))


def page(
    range_id: int | None, calendar: Calendar | None, values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200,
    moved: moving.Preview | None = None,
) -> Response:
    """The form; `range_id` None for a new range."""
    return make_response(render_template(
        "calendars/range.html", range=known.one_range(viewer(), range_id) if range_id is not None else None, calendar=calendar,
        values=values, problems=problems or {}, days=calendar_shown.day_labels(),
        back=back(calendar.id if calendar else None), moved=moved, mark=mark(), words=sla_words), status)
