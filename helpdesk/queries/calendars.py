"""Business hours as they stand: whose hours count, and what the settings pages list."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Calendar, CalendarRange, Holiday
from helpdesk.policy import Viewer
from helpdesk.queries.people import only_admins

OLDEST_FIRST = select(Calendar).order_by(Calendar.id)


class Whose(Protocol):
    """What of a calendar says whose hours it is."""

    @property
    def id(self) -> int: ...

    @property
    def team_ids(self) -> Sequence[int]: ...

    @property
    def channels(self) -> Sequence[str]: ...

    @property
    def standard(self) -> bool: ...


W = TypeVar("W", bound=Whose)


def calendar_for(session: Session, team_id: int | None, channel: str) -> Calendar | None:
    """The first that names the team, else the first that names the channel, else the standard one; None when there is none of them."""
    return first_for(every(session), team_id, channel)


def first_for(known: Sequence[W], team_id: int | None, channel: str) -> W | None:
    """The same among these, which come in the order in which they were made."""
    of_team = (calendar for calendar in known if team_id is not None and team_id in calendar.team_ids)
    of_channel = (calendar for calendar in known if channel in calendar.channels)
    standard = (calendar for calendar in known if calendar.standard)
    return next(of_team, None) or next(of_channel, None) or next(standard, None)


def every(session: Session) -> list[Calendar]:
    """All of the desk, in the order in which they were made."""
    return list(session.scalars(OLDEST_FIRST))


def ranges_of(session: Session, calendar_id: int) -> list[CalendarRange]:
    """The calendar's own before those of all, and those that begin later before the others: the order in which they count."""
    order = (CalendarRange.calendar_id.is_(None), CalendarRange.from_date.desc(), CalendarRange.id)
    return list(session.scalars(select(CalendarRange).where(belongs(CalendarRange.calendar_id, calendar_id)).order_by(*order)))


def holidays_of(session: Session, calendar_id: int) -> list[Holiday]:
    """The calendar's own and those of all, but for the removed ones."""
    kept = (belongs(Holiday.calendar_id, calendar_id), Holiday.state != "removed")
    return list(session.scalars(select(Holiday).where(*kept).order_by(Holiday.from_date, Holiday.id)))


def belongs(column: InstrumentedAttribute[int | None], calendar_id: int) -> ColumnElement[bool]:
    """A condition: of this calendar, or of all."""
    return or_(column == calendar_id, column.is_(None))


def all_calendars(viewer: Viewer) -> list[Calendar]:
    """In the order in which they were made."""
    only_admins(viewer)
    return list(db.session.scalars(OLDEST_FIRST))


def one(viewer: Viewer, calendar_id: int) -> Calendar:
    """One calendar; NotFound."""
    only_admins(viewer)
    found = db.session.get(Calendar, calendar_id)
    if found is None:
        raise NotFound
    return found


def ranges(viewer: Viewer, calendar_id: int | None) -> list[CalendarRange]:
    """The ranges of that calendar alone, or those of all (None), by date."""
    only_admins(viewer)
    whose = CalendarRange.calendar_id == calendar_id if calendar_id is not None else CalendarRange.calendar_id.is_(None)
    return list(db.session.scalars(select(CalendarRange).where(whose).order_by(CalendarRange.from_date, CalendarRange.id)))


def one_range(viewer: Viewer, range_id: int) -> CalendarRange:
    """One range; NotFound."""
    only_admins(viewer)
    found = db.session.get(CalendarRange, range_id)
    if found is None:
        raise NotFound
    return found


def holidays(viewer: Viewer, year: int) -> list[Holiday]:
    """Those that touch the year, the removed ones too, by date."""
    only_admins(viewer)
    within = (Holiday.from_date <= date(year, 12, 31), Holiday.to_date >= date(year, 1, 1))
    return list(db.session.scalars(select(Holiday).where(*within).order_by(Holiday.from_date, Holiday.id)))


def one_holiday(viewer: Viewer, holiday_id: int) -> Holiday:
    """One holiday; NotFound."""
    only_admins(viewer)
    found = db.session.get(Holiday, holiday_id)
    if found is None:
        raise NotFound
    return found
