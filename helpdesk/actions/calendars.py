"""Business hours: calendars, and ranges of dates with other hours. Every change raises the revision of the calendars that it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk import clock, jobs, periods
from helpdesk.actions.stamps import change_stamp
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.fields import Problems, zones
from helpdesk.models import Calendar, CalendarRange
from helpdesk.queries import calendars

PLAN_ANEW = "sla_calendars"
"""The drain that moves due times."""


@dataclass(frozen=True)
class CalendarChange:
    """All that is said of a calendar; `week` Monday first, in minutes."""

    name: str
    name_ar: str
    time_zone: str
    week: Sequence[periods.Periods]
    team_ids: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    standard: bool = False
    pack: str = ""


@dataclass(frozen=True)
class RangeChange:
    """All that is said of a range of dates, the last one included; `calendar_id` None: of all calendars."""

    calendar_id: int | None
    name: str
    name_ar: str
    from_date: date
    to_date: date
    week: Sequence[periods.Periods]


def create(asked: CalendarChange) -> Calendar:
    """A new calendar; the first is standard. Invalid says which day is wrong."""
    with transaction() as session:
        return add(session, asked)


def add(session: Session, asked: CalendarChange) -> Calendar:
    """See `create`; part of the caller's transaction."""
    check(asked)
    calendar = Calendar(pack=asked.pack, revision=0)
    session.add(calendar)
    with session.no_autoflush:
        first = session.scalar(select(Calendar.id).where(Calendar.standard).limit(1)) is None
    write(session, calendar, asked, standard=asked.standard or first)
    return calendar


def edit(calendar_id: int, asked: CalendarChange) -> None:
    """Names, zone, week, and whose it is."""
    check(asked)
    with transaction() as session:
        write(session, held(session, calendar_id), asked, standard=asked.standard)


def write(session: Session, calendar: Calendar, asked: CalendarChange, *, standard: bool) -> None:
    """Puts everything into the row; one calendar at most is standard."""
    if standard:
        session.execute(update(Calendar).where(Calendar.standard).values(standard=False))
    calendar.name, calendar.name_ar, calendar.time_zone = asked.name, asked.name_ar, asked.time_zone
    calendar.week, calendar.standard = [list(day) for day in asked.week], standard
    calendar.team_ids, calendar.channels = list(asked.team_ids), list(asked.channels)
    session.flush()
    changed(session, None)  # all of them: whose hours count may be another's now


def delete(calendar_id: int) -> None:
    """With its ranges and holidays; whoever went by it goes by the next that fits."""
    with transaction() as session:
        session.delete(held(session, calendar_id))
        session.flush()
        changed(session, None)


def create_range(asked: RangeChange) -> CalendarRange:
    """A new range of dates."""
    check_range(asked)
    with transaction() as session:
        return write_range(session, CalendarRange(), asked)


def edit_range(range_id: int, asked: RangeChange) -> None:
    """Dates, names and hours."""
    check_range(asked)
    with transaction() as session:
        found = held_range(session, range_id)
        changed(session, found.calendar_id)
        write_range(session, found, asked)


def write_range(session: Session, found: CalendarRange, asked: RangeChange) -> CalendarRange:
    """Puts everything into the row."""
    if asked.calendar_id is not None:
        held(session, asked.calendar_id)
    session.add(found)
    found.calendar_id, found.name, found.name_ar = asked.calendar_id, asked.name, asked.name_ar
    found.from_date, found.to_date, found.week = asked.from_date, asked.to_date, [list(day) for day in asked.week]
    session.flush()
    changed(session, found.calendar_id)
    return found


def delete_range(range_id: int) -> None:
    """Its dates have their usual hours again."""
    with transaction() as session:
        found = held_range(session, range_id)
        session.delete(found)
        session.flush()
        changed(session, found.calendar_id)


def held(session: Session, calendar_id: int) -> Calendar:
    """The calendar, locked; NotFound."""
    found = session.get(Calendar, calendar_id, populate_existing=True, with_for_update=True)
    if found is None:
        raise NotFound
    return found


def held_range(session: Session, range_id: int) -> CalendarRange:
    """The range, locked; NotFound."""
    found = session.get(CalendarRange, range_id, populate_existing=True, with_for_update=True)
    if found is None:
        raise NotFound
    return found


def check(asked: CalendarChange) -> None:
    """Problems of a calendar by itself."""
    found = periods.week_problems(asked.week)
    if not asked.name:
        found["name"] = _("A name is needed, in one language at least.")
    if asked.time_zone not in zones():
        found["time_zone"] = _("Choose one of the list.")
    if found:
        raise Problems(found)


def check_range(asked: RangeChange) -> None:
    """Problems of a range by itself."""
    found = periods.week_problems(asked.week)
    if not asked.name:
        found["name"] = _("A name is needed, in one language at least.")
    if asked.to_date < asked.from_date:
        found["to_date"] = _("The last day is before the first.")
    if found:
        raise Problems(found)


def changed(session: Session, calendar_id: int | None) -> None:
    """Raises the revision of that calendar, or of all; refuses one that would never open; has due times planned anew."""
    concerned = Calendar.id == calendar_id if calendar_id is not None else Calendar.id > 0
    session.execute(update(Calendar).where(concerned).values(revision=Calendar.revision + 1))
    for calendar in session.scalars(select(Calendar).where(concerned).execution_options(populate_existing=True)):
        if not opens(session, calendar):
            raise Invalid(_("“%(name)s” would have no open minute in a year.", name=calendar.name))
    change_stamp(session)
    if PLAN_ANEW in jobs.DRAINS:
        nudge(session, PLAN_ANEW)


def opens(session: Session, calendar: Calendar) -> bool:
    """Whether it is open at some time within a year from now."""
    ranges, days = calendars.ranges_of(session, calendar.id), calendars.holidays_of(session, calendar.id)
    return periods.opens_within_a_year(
        calendar.week, [(each.from_date, each.to_date, each.week) for each in ranges],
        [(each.from_date, each.to_date, each.periods) for each in days], clock.now().date())
