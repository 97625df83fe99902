"""Hours as they would be if a calendar, a range or a holiday were another: what a page shows before anybody saves. Writes nothing."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from automations.sla.calendars import as_week, days_of, hours_of
from automations.sla.hours import Hours, Range
from helpdesk.actions.calendars import CalendarChange, RangeChange
from helpdesk.actions.holidays import HolidayChange
from helpdesk.models import Calendar, Holiday
from helpdesk.queries import calendars

Thought = dict[int, Hours]
"""Calendar id -> its hours as they would be."""
NEWEST = 2**31


def with_calendar(session: Session, calendar: Calendar, asked: CalendarChange) -> Thought:
    """Another week or zone. Whose hours they are stays as it is until it is saved."""
    return {calendar.id: replace(hours_of(session, calendar), zone=asked.time_zone, week=as_week(asked.week))}


def with_range(session: Session, known: Sequence[Calendar], asked: RangeChange, range_id: int | None) -> Thought:
    """A range more, or one that is another."""
    found = {}
    for calendar in known:
        rows = [row for row in calendars.ranges_of(session, calendar.id) if row.id != range_id]
        told = [(row.calendar_id, Range(row.from_date, row.to_date, as_week(row.week), row.name, row.name_ar)) for row in rows]
        if asked.calendar_id in (None, calendar.id):
            told.append((asked.calendar_id, Range(asked.from_date, asked.to_date, as_week(asked.week), asked.name, asked.name_ar)))
        told.sort(key=lambda pair: (pair[0] is None, -pair[1].from_date.toordinal()))
        found[calendar.id] = replace(hours_of(session, calendar), ranges=tuple(each for _whose, each in told))
    return found


def with_holiday(session: Session, known: Sequence[Calendar], asked: HolidayChange, holiday_id: int | None) -> Thought:
    """A holiday more, or one that is another."""
    found = {}
    for calendar in known:
        rows = [row for row in calendars.holidays_of(session, calendar.id) if row.id != holiday_id]
        if asked.calendar_id in (None, calendar.id):
            rows.append(Holiday(
                id=holiday_id or NEWEST, name=asked.name, name_ar=asked.name_ar, from_date=asked.from_date, to_date=asked.to_date,
                periods=asked.periods, state=asked.state))
        found[calendar.id] = replace(hours_of(session, calendar), days=days_of(rows))
    return found
