"""Holidays of a year: confirmed, moved, removed, by hand and from the package, with both calendars side by side. For admins."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from automations.sla import moving
from automations.sla.public_holidays import ARABIC, FIRST_YEAR, LAST_YEAR, of_year
from automations.sla.what_if import with_holidays
from automations.web import calendar_shown, sla_words
from automations.web.calendar_forms import holiday_values, read_holiday
from automations.web.first_shown import before, mark, to_be_shown
from helpdesk import clock, periods
from helpdesk.actions import holidays
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.fields import Fields, problems_of
from helpdesk.models import Holiday
from helpdesk.queries import calendars as known
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.forms import typed
from helpdesk.visit.reader import reader

blueprint = Blueprint("holidays", __name__, template_folder="../templates")
ONE = "/holidays/<int(max=2147483647):holiday_id>"


@blueprint.get("/holidays")
@allow("admin")
def show() -> Response:
    """Those of a year, this one unless said otherwise."""
    return listed(asked_year(request.args.get("year", "")))


@blueprint.get("/holidays/new")
@allow("admin")
def new() -> Response:
    """The form of one by hand."""
    return page(None, {"state": "confirmed"})


@blueprint.post("/holidays")
@allow("admin")
def create() -> Response:
    """One by hand."""
    return store(None)


@blueprint.get(ONE)
@allow("admin")
def edit(holiday_id: int) -> Response:
    """One holiday."""
    return page(holiday_id, holiday_values(known.one_holiday(viewer(), holiday_id)))


@blueprint.post(ONE)
@allow("admin")
def save(holiday_id: int) -> Response:
    """Names, dates, hours and state."""
    return store(holiday_id)


@blueprint.post(f"{ONE}/confirmation")
@allow("admin")
def confirm(holiday_id: int) -> Response:
    """Its dates are certain."""
    found = known.one_holiday(viewer(), holiday_id)
    shown = shown_first(found, [as_change(found)], _("Confirm %(name)s"), _("Confirm"))
    return shown or changed(holiday_id, lambda: holidays.confirm(holiday_id), _("Confirmed. Due times are worked out anew."))


@blueprint.post(f"{ONE}/move")
@allow("admin")
def move(holiday_id: int) -> Response:
    """By so many days from where it was seen, and certain now."""
    try:
        seen, days = date.fromisoformat(request.form.get("seen", "")), int(request.form.get("days", ""))
    except ValueError:
        return listed(known.one_holiday(viewer(), holiday_id).from_date.year, {"": _("This is no date, such as 2027-03-09.")}, 422)
    found, by = known.one_holiday(viewer(), holiday_id), timedelta(days=days if abs(days) <= holidays.FURTHEST else 0)
    there = replace(as_change(found), from_date=found.from_date + by, to_date=found.to_date + by)
    shown = shown_first(found, [there], _("Move and confirm %(name)s"), _("Move and confirm")) if found.from_date == seen else None
    told = _("Moved and confirmed. Due times are worked out anew.")
    return shown or changed(holiday_id, lambda: holidays.move(holiday_id, seen, days), told)


@blueprint.post(f"{ONE}/removal")
@allow("admin")
def remove(holiday_id: int) -> Response:
    """A usual day again."""
    shown = shown_first(known.one_holiday(viewer(), holiday_id), [], _("Remove %(name)s"), _("Remove"))
    return shown or changed(holiday_id, lambda: holidays.remove(holiday_id), _("Removed. Due times are worked out anew."))


@blueprint.post("/holidays/import")
@allow("admin")
def bring_in() -> Response:
    """Those of a country and a year from the package; what is there stays as it is."""
    fields = Fields(request.form)
    year, country = asked_year(request.form.get("year", "")), fields.choice("country", ARABIC)
    if fields.problems:
        return listed(year, fields.problems, 422)
    new = holidays.not_there(db.session(), of_year(country, year))
    asked = [holidays.HolidayChange(None, each.name, each.name_ar, each.from_date, each.to_date, [], each.state) for each in new]
    title, back = _("Bring in the holidays of a year"), url_for("holidays.show", year=year)
    if shown := before(with_holidays(db.session(), asked, None), title, _("Bring in"), back):
        return shown
    number = holidays.bring_in(of_year(country, year))
    flash(ngettext("%(num)s holiday was added.", "%(num)s holidays were added.", number) if number
          else _("Nothing new: the desk has all of them."))
    return redirect(url_for("holidays.show", year=year))


def as_change(found: Holiday) -> holidays.HolidayChange:
    """The holiday as it stands, for what is thought of it."""
    return holidays.HolidayChange(found.calendar_id, found.name, found.name_ar, found.from_date, found.to_date, found.periods)


def shown_first(found: Holiday, asked: list[holidays.HolidayChange], title: str, button: str) -> Response | None:
    """The page of what would move, if the holiday were that instead; with its dates as they would be."""
    note = " · ".join(calendar_shown.dates_words(asked[0])) if asked else ""
    name = (found.name_ar if reader().language == "ar" else "") or found.name
    back = url_for("holidays.show", year=found.from_date.year)
    return before(with_holidays(db.session(), asked, found.id), title % {"name": name}, button, back, note)


def asked_year(text: str) -> int:
    """A year that the package knows, else this one."""
    year = int(text) if text.isdecimal() and len(text) == 4 else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else clock.now().year


def changed(holiday_id: int, change: Any, told: str) -> Response:
    """Does it, and goes back to the year in which the holiday was."""
    year = known.one_holiday(viewer(), holiday_id).from_date.year
    try:
        change()
    except Invalid as refusal:
        return listed(year, problems_of(refusal), 422)
    flash(told)
    return redirect(url_for("holidays.show", year=year))


def listed(year: int, problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The page of a year."""
    asked = viewer()
    found = [(each, *calendar_shown.dates_words(each), periods.written(each.periods)) for each in known.holidays(asked, year)]
    return make_response(render_template(
        "calendars/holidays.html", year=year, holidays=found, problems=problems or {}, countries=countries(),
        calendars={calendar.id: calendar for calendar in known.all_calendars(asked)}), status)


def countries() -> list[tuple[str, str]]:
    """(code, name) in the reader's language; the desk's own first."""
    locale = get_locale()
    return [(code, str(locale.territories.get(code, code) if locale else code)) for code in ARABIC]


def store(holiday_id: int | None) -> Response:
    """What was typed, into the new holiday or into that one."""
    fields = Fields(request.form)
    asked = read_holiday(fields)
    try:
        fields.check()
        holidays.check(asked)
        thought = with_holidays(db.session(), [asked], holiday_id)
        if moved := moving.preview(thought) if "look" in request.form else to_be_shown(thought):
            return page(holiday_id, typed(request.form), moved=moved)
        if holiday_id is None:
            holidays.create(asked)
        else:
            holidays.edit(holiday_id, asked)
    except Invalid as refusal:
        return page(holiday_id, typed(request.form), problems_of(refusal), 422)
    flash(_("Saved. Due times are worked out anew."))
    return redirect(url_for("holidays.show", year=asked.from_date.year))


def page(
    holiday_id: int | None, values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200,
    moved: moving.Preview | None = None,
) -> Response:
    """The form; `holiday_id` None for a new one."""
    found = known.one_holiday(viewer(), holiday_id) if holiday_id is not None else None
    language = str(get_locale() or "ar")
    names = [(str(calendar.id), calendar.shown_name(language)) for calendar in known.all_calendars(viewer())]
    return make_response(render_template(
        "calendars/holiday.html", holiday=found, values=values, problems=problems or {}, calendars=[("", _("All calendars")), *names],
        dates=calendar_shown.dates_words(found) if found else None, moved=moved, mark=mark(), words=sla_words), status)
