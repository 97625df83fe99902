"""What people type on the pages of business hours: weeks, dates and whose they are."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from automations.sla.presets import PRESETS
from helpdesk import periods
from helpdesk.actions.calendars import CalendarChange, RangeChange
from helpdesk.actions.holidays import STATES, HolidayChange
from helpdesk.errors import Invalid
from helpdesk.fields import Fields
from helpdesk.models import Calendar, CalendarRange, Holiday

CHANNELS = ("email", "sms", "whatsapp", "chat", "phone", "form")
SUNDAY_FIRST = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
EARLIEST, LATEST = 2000, 2076


def read_calendar(fields: Fields) -> CalendarChange:
    """All fields of a calendar; what is wrong is kept in `fields`."""
    name, name_ar = fields.names()
    channels = tuple(channel for channel in CHANNELS if channel in fields.form.getlist("channels"))
    return CalendarChange(
        name, name_ar, fields.zone(), read_week(fields), fields.ids("team_ids"), channels, standard=fields.yes("standard"))


def read_range(fields: Fields, calendar_id: int | None) -> RangeChange:
    """All fields of a range of dates."""
    name, name_ar = fields.names()
    return RangeChange(calendar_id, name, name_ar, read_date(fields, "from_date"), read_date(fields, "to_date"), read_week(fields))


def read_holiday(fields: Fields) -> HolidayChange:
    """All fields of a holiday; a last day that nobody typed is the first."""
    name, name_ar = fields.names()
    calendars, first = fields.ids("calendar_id"), read_date(fields, "from_date")
    last = read_date(fields, "to_date") if fields.form.get("to_date") else first
    return HolidayChange(
        calendars[0] if calendars else None, name, name_ar, first, last, read_periods(fields, "periods"), fields.choice("state", STATES))


def read_week(fields: Fields) -> list[periods.Periods]:
    """Seven fields, Monday first. A usual week that was chosen, where nothing was typed: with a script the page fills it in at once."""
    preset = PRESETS.get(fields.form.get("preset", ""))
    if preset is not None and not any(fields.form.get(day, "").strip() for day in periods.WEEKDAYS):
        return [[list(period) for period in day] for day in preset.week]
    return [read_periods(fields, day) for day in periods.WEEKDAYS]


def read_periods(fields: Fields, name: str) -> periods.Periods:
    """The periods of one day."""
    try:
        return periods.read(fields.form.get(name, ""))
    except Invalid as refusal:
        fields.refuse(name, refusal.sentence)
        return []


def read_date(fields: Fields, name: str) -> date:
    """A day, as the browser's own field writes it."""
    try:
        found = date.fromisoformat(fields.form.get(name, "").strip())
    except ValueError:
        found = None
    if found is None or not EARLIEST <= found.year <= LATEST:
        fields.refuse(name, _("This is no date, such as 2027-03-09."))
        return date(EARLIEST, 1, 1)
    return found


def week_values(week: Sequence[Sequence[Sequence[int]]]) -> dict[str, str]:
    """The seven fields."""
    return {day: periods.written(week[number]) for number, day in enumerate(periods.WEEKDAYS)}


def calendar_values(calendar: Calendar) -> dict[str, Any]:
    """The fields of a calendar as it is."""
    return {
        "name": calendar.name, "name_ar": calendar.name_ar, "time_zone": calendar.time_zone, "team_ids": calendar.team_ids,
        "channels": calendar.channels, "standard": calendar.standard, **week_values(calendar.week),
    }  # fmt: skip


def range_values(found: CalendarRange) -> dict[str, Any]:
    """The fields of a range as it is."""
    dates = {"from_date": found.from_date.isoformat(), "to_date": found.to_date.isoformat()}
    return {"name": found.name, "name_ar": found.name_ar, **dates, **week_values(found.week)}


def holiday_values(found: Holiday) -> dict[str, Any]:
    """The fields of a holiday as it is."""
    return {
        "name": found.name, "name_ar": found.name_ar, "from_date": found.from_date.isoformat(), "to_date": found.to_date.isoformat(),
        "periods": periods.written(found.periods), "state": "confirmed" if found.state == "removed" else found.state,
        "calendar_id": found.calendar_id or "",
    }  # fmt: skip
