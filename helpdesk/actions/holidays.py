"""Holidays: by hand and from the package; confirmed, moved, removed. Every change raises the revision of the calendars that it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import periods
from helpdesk.actions.calendars import changed, held
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.fields import Problems
from helpdesk.models import Holiday

STATES = ("confirmed", "estimated")
MOST_DAYS, FURTHEST = 60, 7


@dataclass(frozen=True)
class HolidayChange:
    """All that is said of a holiday, its last day included; `periods` of a half day, none: closed. `calendar_id` None: of all calendars."""

    calendar_id: int | None
    name: str
    name_ar: str
    from_date: date
    to_date: date
    periods: periods.Periods
    state: str = "confirmed"


@dataclass(frozen=True)
class Known:
    """A holiday of the package; `key` is the same whenever it is asked."""

    key: str
    name: str
    name_ar: str
    from_date: date
    to_date: date
    state: str


def create(asked: HolidayChange) -> Holiday:
    """One by hand."""
    check(asked)
    with transaction() as session:
        return write(session, Holiday(source="hand"), asked)


def edit(holiday_id: int, asked: HolidayChange) -> None:
    """Names, dates, hours and state; one that was removed is kept again."""
    check(asked)
    with transaction() as session:
        found = held_holiday(session, holiday_id)
        changed(session, found.calendar_id)
        write(session, found, asked)


def write(session: Session, found: Holiday, asked: HolidayChange) -> Holiday:
    """Puts everything into the row."""
    if asked.calendar_id is not None:
        held(session, asked.calendar_id)
    session.add(found)
    found.calendar_id, found.name, found.name_ar, found.state = asked.calendar_id, asked.name, asked.name_ar, asked.state
    found.from_date, found.to_date, found.periods = asked.from_date, asked.to_date, [list(period) for period in asked.periods]
    session.flush()
    changed(session, found.calendar_id)
    return found


def confirm(holiday_id: int) -> None:
    """Its dates are certain now; one that was removed is kept again."""
    with transaction() as session:
        found = held_holiday(session, holiday_id)
        if found.state != "confirmed":
            found.state = "confirmed"
            session.flush()
            changed(session, found.calendar_id)


def move(holiday_id: int, seen: date, days: int) -> None:
    """It begins and ends so many days later, or earlier (below zero), and is certain now. `seen`: when it began before; a second press
    finds it moved already and does nothing."""
    if not 1 <= abs(days) <= FURTHEST:
        raise Invalid(_("A holiday moves by a week at most; longer ways are typed."))
    with transaction() as session:
        found = held_holiday(session, holiday_id)
        if found.from_date != seen:
            return
        found.from_date, found.to_date = found.from_date + timedelta(days=days), found.to_date + timedelta(days=days)
        found.state = "confirmed"
        session.flush()
        changed(session, found.calendar_id)


def remove(holiday_id: int) -> None:
    """It is a usual day again. One of the package stays known, so that the next import does not bring it back."""
    with transaction() as session:
        found = held_holiday(session, holiday_id)
        if found.key is None:
            session.delete(found)
        else:
            found.state = "removed"
        session.flush()
        changed(session, found.calendar_id)


def bring_in(known: Sequence[Known]) -> int:
    """Adds those of the package that the desk has never had, for all calendars; says how many. What is there stays as it is."""
    with transaction() as session:
        return add_known(session, known)


def add_known(session: Session, known: Sequence[Known], pack: str = "") -> int:
    """See `bring_in`; part of the caller's transaction."""
    new = not_there(session, known)
    session.add_all([
        Holiday(key=each.key, name=each.name, name_ar=each.name_ar, from_date=each.from_date, to_date=each.to_date, periods=[],
                state=each.state, source="package", pack=pack)
        for each in new
    ])
    session.flush()
    if new:
        changed(session, None)
    return len(new)


def not_there(session: Session, known: Sequence[Known]) -> list[Known]:
    """Those that the desk has never had."""
    there = set(session.scalars(select(Holiday.key).where(Holiday.key.in_([each.key for each in known]))))
    return [each for each in known if each.key not in there]


def held_holiday(session: Session, holiday_id: int) -> Holiday:
    """The holiday, locked; NotFound."""
    found = session.get(Holiday, holiday_id, populate_existing=True, with_for_update=True)
    if found is None:
        raise NotFound
    return found


def check(asked: HolidayChange) -> None:
    """Problems of a holiday by itself."""
    found: dict[str, str] = {}
    if not asked.name:
        found["name"] = _("A name is needed, in one language at least.")
    if asked.to_date < asked.from_date:
        found["to_date"] = _("The last day is before the first.")
    elif (asked.to_date - asked.from_date).days >= MOST_DAYS:
        found["to_date"] = ngettext("At most %(num)s day; a longer time is a range of dates.",
                                    "At most %(num)s days; a longer time is a range of dates.", MOST_DAYS)
    if asked.state not in STATES:
        found["state"] = _("Choose one of the list.")
    try:
        periods.check(asked.periods)
    except Invalid as refusal:
        found["periods"] = refusal.sentence
    if found:
        raise Problems(found)
