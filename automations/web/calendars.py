"""Business hours: calendars with their weeks, whose they are, and what the next two weeks look like. For admins."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from automations.sla import moving
from automations.sla.calendars import hours_of
from automations.sla.presets import PRESETS
from automations.sla.what_if import with_calendar, without_calendar
from automations.web import calendar_shown, sla_words
from automations.web.calendar_forms import calendar_values, read_calendar, week_values
from automations.web.calendar_shown import channels
from automations.web.first_shown import before, mark, to_be_shown
from helpdesk.actions import calendars
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.fields import Fields, problems_of
from helpdesk.queries import calendars as known
from helpdesk.queries import settings_pages
from helpdesk.visit import choices
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.forms import typed
from helpdesk.visit.reader import reader

blueprint = Blueprint("calendars", __name__, template_folder="../templates")
ONE = "/calendars/<int(max=2147483647):calendar_id>"


@blueprint.get("/calendars")
@allow("admin")
def show() -> Response:
    """The list, with whether each is open now, and the ranges of all."""
    asked = viewer()
    found = known.all_calendars(asked)
    return make_response(render_template(
        "calendars/list.html", calendars=[(each, calendar_shown.open_now(hours_of(db.session(), each))) for each in found],
        zone_name=choices.zone_name,
        teams={team.id: team for team in settings_pages.teams(asked)}, channels={key: name for key, name, _note in channels()},
        ranges=[(each, *calendar_shown.dates_words(each)) for each in known.ranges(asked, None)]))


@blueprint.get("/calendars/new")
@allow("admin")
def new() -> Response:
    """The form of a new calendar, in the desk's own zone."""
    return page(None, {"time_zone": settings_pages.desk(viewer()).time_zone, "preset": "office", **week_values(PRESETS["office"].week)})


@blueprint.post("/calendars")
@allow("admin")
def create() -> Response:
    """A new calendar."""
    return store(None)


@blueprint.get(ONE)
@allow("admin")
def edit(calendar_id: int) -> Response:
    """One calendar."""
    return page(calendar_id, calendar_values(known.one(viewer(), calendar_id)))


@blueprint.post(ONE)
@allow("admin")
def save(calendar_id: int) -> Response:
    """Names, zone, week, and whose it is."""
    return store(calendar_id)


@blueprint.post(f"{ONE}/deletion")
@allow("admin")
def delete(calendar_id: int) -> Response:
    """With its ranges and its own holidays."""
    name, back = known.one(viewer(), calendar_id).shown_name(reader().language), url_for("calendars.edit", calendar_id=calendar_id)
    if shown := before(without_calendar(db.session(), calendar_id), _("Delete the calendar %(name)s", name=name), _("Delete"), back):
        return shown
    calendars.delete(calendar_id)
    flash(_("The calendar is deleted. Due times are worked out anew."))
    return redirect(url_for("calendars.show"))


def store(calendar_id: int | None) -> Response:
    """What was typed, into the new calendar or into that one."""
    fields = Fields(request.form)
    asked = read_calendar(fields)
    try:
        fields.check()
        calendars.check(asked)
        thought = with_calendar(db.session(), known.one(viewer(), calendar_id) if calendar_id is not None else None, asked)
        if moved := moving.preview(thought) if "look" in request.form else to_be_shown(thought):
            return page(calendar_id, typed_calendar(), moved=moved)
        if calendar_id is None:
            calendar_id = calendars.create(asked).id
        else:
            calendars.edit(calendar_id, asked)
    except Invalid as refusal:
        return page(calendar_id, typed_calendar(), problems_of(refusal), 422)
    flash(_("Saved. Due times are worked out anew."))
    return redirect(url_for("calendars.edit", calendar_id=calendar_id))


def typed_calendar() -> dict[str, Any]:
    """What was typed, for the form to show again."""
    return typed(request.form) | {"channels": request.form.getlist("channels")}


def page(
    calendar_id: int | None, values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200,
    moved: moving.Preview | None = None,
) -> Response:
    """The form; `calendar_id` None for a new calendar. The strip shows what is saved."""
    asked = viewer()
    calendar = known.one(asked, calendar_id) if calendar_id is not None else None
    ranges = known.ranges(asked, calendar.id) if calendar else []
    return make_response(render_template(
        "calendars/show.html", calendar=calendar, values=values, problems=problems or {}, days=calendar_shown.day_labels(),
        zones=choices.zone_choices(), teams=choices.boxes(settings_pages.teams(asked)), channels=channels(),
        presets={key: (preset.label, week_values(preset.week)) for key, preset in PRESETS.items()},
        strip=calendar_shown.strip(hours_of(db.session(), calendar)) if calendar else [],
        ranges=[(each, *calendar_shown.dates_words(each)) for each in ranges], moved=moved, mark=mark(), words=sla_words), status)
