"""Hours as they would be if a calendar, a range or a holiday were another: what a page shows before anything is changed. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from automations.sla.calendars import as_week, days_of, hours_of, made
from automations.sla.hours import Hours, Range
from automations.sla.which_hours import Instead
from helpdesk.actions.calendars import CalendarChange, RangeChange
from helpdesk.actions.holidays import HolidayChange
from helpdesk.models import Calendar, Holiday
from helpdesk.queries import calendars
from helpdesk.queries.calendars import Whose

NEW = 2**31 - 1
"""The number of what is not there yet: after all others."""


@dataclass(frozen=True)
class Thought:
    """Whose hours a calendar would be."""

    id: int
    team_ids: tuple[int, ...]
    channels: tuple[str, ...]
    standard: bool


def with_calendar(session: Session, calendar: Calendar | None, asked: CalendarChange) -> Instead:
    """Another week, zone, or whose it is; or one more."""
    number, known = calendar.id if calendar else NEW, calendars.every(session)
    standard = asked.standard or not any(each.standard for each in known)
    mine = Thought(number, asked.team_ids, asked.channels, standard)
    others: list[Whose] = [Thought(each.id, tuple(each.team_ids), tuple(each.channels), each.standard and not standard) for each in known
                           if each.id != number]  # fmt: skip
    return Instead({number: hours_like(session, calendar, asked)}, sorted([*others, mine], key=lambda each: each.id))


def hours_like(session: Session, calendar: Calendar | None, asked: CalendarChange) -> Hours:
    """Its own ranges and holidays stay; a new one has those of all."""
    if calendar is not None:
        return replace(hours_of(session, calendar), zone=asked.time_zone, week=as_week(asked.week))
    new = Calendar(time_zone=asked.time_zone, week=[list(day) for day in asked.week])
    return made(new, calendars.ranges_of(session, NEW), calendars.holidays_of(session, NEW))


def without_calendar(session: Session, calendar_id: int) -> Instead:
    """As if it were deleted."""
    return Instead(calendars=[each for each in calendars.every(session) if each.id != calendar_id])


def with_range(session: Session, asked: RangeChange | None, range_id: int | None) -> Instead:
    """A range more, one that is another, or one less (`asked` None)."""
    found = {}
    for calendar in calendars.every(session):
        rows = [row for row in calendars.ranges_of(session, calendar.id) if row.id != range_id]
        told = [(row.calendar_id, Range(row.from_date, row.to_date, as_week(row.week), row.name, row.name_ar)) for row in rows]
        if asked is not None and asked.calendar_id in (None, calendar.id):
            told.append((asked.calendar_id, Range(asked.from_date, asked.to_date, as_week(asked.week), asked.name, asked.name_ar)))
        told.sort(key=lambda pair: (pair[0] is None, -pair[1].from_date.toordinal()))
        found[calendar.id] = replace(hours_of(session, calendar), ranges=tuple(each for _whose, each in told))
    return Instead(found)


def with_holidays(session: Session, asked: Sequence[HolidayChange], holiday_id: int | None) -> Instead:
    """Holidays more, one that is another, or one less (nothing asked)."""
    found = {}
    for calendar in calendars.every(session):
        rows = [row for row in calendars.holidays_of(session, calendar.id) if row.id != holiday_id]
        rows += [
            Holiday(id=holiday_id or NEW, name=each.name, name_ar=each.name_ar, from_date=each.from_date, to_date=each.to_date,
                    periods=each.periods, state=each.state)
            for each in asked if each.calendar_id in (None, calendar.id)
        ]  # fmt: skip
        found[calendar.id] = replace(hours_of(session, calendar), days=days_of(rows))
    return Instead(found)
