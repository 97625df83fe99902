"""From the rows of a calendar to hours that can be reckoned with; kept until the calendar's revision is another."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from automations.sla.hours import ALWAYS, Day, Hours, Range, Week, stretches
from automations.sla.wall import seconds_of
from helpdesk.models import Calendar, CalendarRange, Desk, Holiday
from helpdesk.queries import calendars

Kept = dict[int, tuple[int, Hours]]
KEPT: "WeakKeyDictionary[object, Kept]" = WeakKeyDictionary()
"""Database -> calendar id -> revision and hours."""
DESKS_ZONE = "Asia/Riyadh"


def hours_for(session: Session, team_id: int | None, channel: str) -> tuple[Calendar | None, Hours]:
    """Whose hours count for a ticket of that team and channel. A desk without such a calendar is always open: (None, hours)."""
    calendar = calendars.calendar_for(session, team_id, channel)
    return (None, always(session)) if calendar is None else (calendar, hours_of(session, calendar))


def is_open(session: Session, team_id: int | None, channel: str, now: datetime) -> bool:
    """Whether the hours that count for that team and channel are open at a moment."""
    second = seconds_of(now)
    return any(is_open for _begin, _stop, is_open, _reason in stretches(hours_for(session, team_id, channel)[1], second, second + 1))


def hours_of(session: Session, calendar: Calendar) -> Hours:
    """The hours of a calendar as they are in this transaction."""
    kept = KEPT.setdefault(session.get_bind(), {})
    revision, hours = kept.get(calendar.id, (None, None))
    if hours is None or revision != calendar.revision:
        hours = made(calendar, calendars.ranges_of(session, calendar.id), calendars.holidays_of(session, calendar.id))
        kept[calendar.id] = (calendar.revision, hours)
    return hours


def always(session: Session) -> Hours:
    """Around the clock, in the desk's own zone, which says what a day is."""
    desk = session.get(Desk, 1)
    zone = desk.time_zone if desk is not None else DESKS_ZONE
    revision, hours = KEPT.setdefault(session.get_bind(), {}).get(0, (None, None))
    if hours is None or hours.zone != zone:
        hours = Hours(zone, ALWAYS)
        KEPT[session.get_bind()][0] = (revision or 0, hours)
    return hours


def made(calendar: Calendar, ranges: Iterable[CalendarRange], holidays: Iterable[Holiday]) -> Hours:
    """The rows as pure hours. `ranges` come in the order in which they count."""
    return Hours(
        calendar.time_zone, as_week(calendar.week),
        tuple(Range(each.from_date, each.to_date, as_week(each.week), each.name, each.name_ar) for each in ranges), days_of(holidays))


def as_week(week: Sequence[Sequence[Sequence[int]]]) -> Week:
    """A week that nobody changes any more."""
    return tuple(tuple((begin, end) for begin, end in day) for day in week)


def days_of(holidays: Iterable[Holiday]) -> dict[date, Day]:
    """Date -> its rule. Of two holidays on one day a closed one counts before a half day, else the older."""
    found: dict[date, Day] = {}
    for each in sorted(holidays, key=lambda holiday: (bool(holiday.periods), holiday.id)):
        rule = Day(tuple((begin, end) for begin, end in each.periods), each.name, each.name_ar, each.state)
        for number in range((each.to_date - each.from_date).days + 1):
            found.setdefault(each.from_date + timedelta(days=number), rule)
    return found
