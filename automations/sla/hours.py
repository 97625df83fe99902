"""Business hours: time as a row of open and closed pieces, each with its reason. Pure: no database, no clock.

A day of its own (a holiday, a half day) decides before a range of dates (Ramadan), and a range before the usual week. A period belongs to
the day on which it begins, also past midnight: the night before a holiday is worked to its end, the holiday's own night is not. Local wall
time is what counts, lengths are real (see wall.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from automations.sla.wall import DAY, first_moment, local_day, moment_of, seconds_of

Period = tuple[int, int]
Week = tuple[tuple[Period, ...], ...]
"""Monday first: periods [from, to) in minutes after local midnight; `to` may pass 1440, into the next day (2880 at most)."""
KEPT_DAYS = 10_000
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reason:
    """Why a piece is as it is. `kind`: "usual" or "range" where it is open, "outside" where it is closed, "holiday" where a day of its own
    decides either way, "pause" where a promise rests. Names are those of range or holiday; `state` is the holiday's."""

    kind: str
    name: str = ""
    name_ar: str = ""
    state: str = ""


@dataclass(frozen=True)
class Range:
    """Dates, the last one included, with a week of their own."""

    from_date: date
    to_date: date
    week: Week
    name: str = ""
    name_ar: str = ""


@dataclass(frozen=True)
class Day:
    """A day with periods of its own; none: closed. `state` is "estimated" or "confirmed"."""

    periods: tuple[Period, ...] = ()
    name: str = ""
    name_ar: str = ""
    state: str = "confirmed"


@dataclass(frozen=True)
class Interval:
    """A piece of time in UTC, without its last moment."""

    from_at: datetime
    to_at: datetime
    is_open: bool
    reason: Reason


Stretch = tuple[int, int, bool, Reason]
"""The same in seconds since 1970."""
USUAL, OUTSIDE = Reason("usual"), Reason("outside")


@dataclass(frozen=True)
class Hours:
    """Hours of a zone (IANA name). Of several ranges that hold a date the first counts. Never changed, so what was worked out is kept."""

    zone: str
    week: Week
    ranges: tuple[Range, ...] = ()
    days: Mapping[date, Day] = field(default_factory=dict)

    @cached_property
    def kept(self) -> dict[date, tuple[Stretch, ...]]:
        """Days that were worked out."""
        return {}

    @cached_property
    def ever_open(self) -> bool:
        """Whether there is a period at all, in any week or on any day."""
        weeks = (self.week, *(each.week for each in self.ranges))
        return any(periods for week in weeks for periods in week) or any(day.periods for day in self.days.values())


ALWAYS: Week = (((0, 1440),),) * 7


def opened(hours: Hours, start: datetime, end: datetime) -> Iterator[Interval]:
    """[start, end) in pieces without a hole; neighbours differ in being open or in their reason. Moments are cut to the second."""
    for begin, stop, is_open, reason in merged(stretches(hours, seconds_of(start), seconds_of(end))):
        yield Interval(moment_of(begin), moment_of(stop), is_open, reason)


def first_open(hours: Hours, start: datetime, end: datetime) -> datetime | None:
    """When [start, end) is open for the first time; None when it never is. Walks no further than that."""
    found = stretches(hours, seconds_of(start), seconds_of(end))
    return next((moment_of(begin) for begin, _stop, is_open, _reason in found if is_open), None)


def stretches(hours: Hours, start: int, end: int) -> Iterator[Stretch]:
    """[start, end) in pieces of at most a day."""
    day = local_day(hours.zone, start)
    while True:
        for begin, stop, is_open, reason in day_of(hours, day):
            if begin >= end:
                return
            if stop > start:
                yield max(begin, start), min(stop, end), is_open, reason
        day += ONE_DAY


def day_of(hours: Hours, day: date) -> tuple[Stretch, ...]:
    """A local day in pieces, from its midnight to the next; kept."""
    found = hours.kept.get(day)
    if found is None:
        if len(hours.kept) > KEPT_DAYS:
            hours.kept.clear()
        found = hours.kept[day] = tuple(pieces(hours, day))
    return found


def pieces(hours: Hours, day: date) -> Iterator[Stretch]:
    """What is left of the night before, then the day's own periods, and the gaps between them."""
    at, end = first_moment(hours.zone, day, 0), first_moment(hours.zone, day, DAY)
    closed = plan(hours, day)[2]
    nights = [stretch for stretch in own(hours, day - ONE_DAY) if stretch[1] > at]
    for begin, stop, _open, reason in (*nights, *own(hours, day)):
        begin, stop = max(begin, at), min(stop, end)
        if begin < stop:
            if at < begin:
                yield at, begin, False, closed
            yield begin, stop, True, reason
            at = stop
    if at < end:
        yield at, end, False, closed


def own(hours: Hours, day: date) -> list[Stretch]:
    """The open pieces that began on that day, also past its midnight, in order; periods that overlap or touch are one."""
    periods, reason, _closed = plan(hours, day)
    moments = ((first_moment(hours.zone, day, begin * 60), first_moment(hours.zone, day, stop * 60)) for begin, stop in sorted(periods))
    return list(merged((begin, stop, True, reason) for begin, stop in moments if begin < stop))


def plan(hours: Hours, day: date) -> tuple[tuple[Period, ...], Reason, Reason]:
    """The periods of a day, why it is open in them, and why it is closed outside them."""
    special = hours.days.get(day)
    if special is not None:
        reason = Reason("holiday", special.name, special.name_ar, special.state)
        return special.periods, reason, reason
    for each in hours.ranges:
        if each.from_date <= day <= each.to_date:
            return each.week[day.weekday()], Reason("range", each.name, each.name_ar), Reason("outside", each.name, each.name_ar)
    return hours.week[day.weekday()], USUAL, OUTSIDE


def merged(parts: Iterable[Stretch]) -> Iterator[Stretch]:
    """Neighbours that touch or overlap and are alike become one."""
    held: Stretch | None = None
    for part in parts:
        if held is not None and part[0] <= held[1] and part[2] is held[2] and part[3] == held[3]:
            held = (held[0], max(held[1], part[1]), held[2], held[3])
            continue
        if held is not None:
            yield held
        held = part
    if held is not None:
        yield held
