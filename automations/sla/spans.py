"""What a promise says: so many minutes, hours or days, and the moment that it names while nothing rests. Pure.

Every unit comes down to an amount that is owed, in seconds:

- minutes, hours: that much real time.
- business_minutes, business_hours: that much open time.
- calendar_days: the real time until the wall clock shows the same n days later.
- business_days: the open time until the wall clock shows the same on the n-th business day after the day of the start; a start outside
  the hours is one at the next opening. Where it is closed at that time, the last open moment before it is meant.
- end_of_business_day: the open time until the last period closes of the n-th business day after the day of the start; the day of the start
  is none of them, so "within two business days" said on a Sunday morning is Tuesday's close.

A business day is one on which a period begins that is open for a while. A moment in the night of a shift belongs to the day that began it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from automations.sla.hours import ONE_DAY, Hours, Stretch, own, stretches
from automations.sla.wall import DAY, first_moment, local_day, shown

ELAPSED = ("minutes", "hours", "calendar_days")
BUSINESS = ("business_minutes", "business_hours", "business_days", "end_of_business_day")
UNITS = (*ELAPSED, *BUSINESS)
SECONDS = {"minutes": 60, "hours": 3600, "business_minutes": 60, "business_hours": 3600}
HORIZON_SECONDS = 3653 * DAY
"""Ten years: what is due later is due never."""


@dataclass(frozen=True)
class Span:
    """`amount` of a unit, at least one. ValueError for anything else."""

    amount: int
    unit: str

    def __post_init__(self) -> None:
        if self.amount < 1 or self.unit not in UNITS:
            raise ValueError(f"no such span: {self.amount} {self.unit}")

    @property
    def in_hours(self) -> bool:
        """Whether only open time counts."""
        return self.unit in BUSINESS


def owed(hours: Hours, start: int, span: Span) -> int | None:
    """The seconds that the span is worth when it begins at `start`; None when that is not within ten years."""
    if span.in_hours and not hours.ever_open:
        return None
    if span.unit in SECONDS:
        amount = span.amount * SECONDS[span.unit]
        return amount if amount <= HORIZON_SECONDS else None
    if span.unit == "calendar_days":
        return days_later(hours, start, span.amount)
    end = (closing if span.unit == "end_of_business_day" else same_time)(hours, start, span.amount)
    return None if end is None else sum(stop - begin for begin, stop, is_open, _reason in stretches(hours, start, end) if is_open)


def days_later(hours: Hours, start: int, amount: int) -> int | None:
    """The seconds until the clock shows the same, days later."""
    if amount * DAY > HORIZON_SECONDS:
        return None
    here = shown(hours.zone, start)
    return first_moment(hours.zone, here.date() + timedelta(days=amount), since_midnight(here, here.date())) - start


def closing(hours: Hours, start: int, amount: int) -> int | None:
    """When the n-th business day after the day of the start closes."""
    found = business_day(hours, start, amount)
    return None if found is None else found[1][-1][1]


def same_time(hours: Hours, start: int, amount: int) -> int | None:
    """When the clock shows what it shows now, or at the next opening, on the n-th business day after."""
    begin = next_open(hours, start)
    found = None if begin is None else business_day(hours, begin, amount)
    if begin is None or found is None:
        return None
    return first_moment(hours.zone, found[0], since_midnight(shown(hours.zone, begin), day_of_work(hours, begin)))


def next_open(hours: Hours, start: int) -> int | None:
    """`start` itself while it is open, else the next opening."""
    return next((begin for begin, _stop, is_open, _reason in stretches(hours, start, start + HORIZON_SECONDS) if is_open), None)


def business_day(hours: Hours, start: int, amount: int) -> tuple[date, list[Stretch]] | None:
    """The n-th business day after the day of `start` that closes after it, with its open pieces."""
    for day in days_after(day_of_work(hours, start)):
        shifts = own(hours, day)
        if shifts and shifts[-1][1] > start:
            amount -= 1
        if amount == 0:
            return day, shifts
    return None


def days_after(day: date) -> Iterator[date]:
    """Ten years of them."""
    return (day + number * ONE_DAY for number in range(1, HORIZON_SECONDS // DAY))


def day_of_work(hours: Hours, moment: int) -> date:
    """The local day, or the day before while a shift of its night lasts."""
    day = local_day(hours.zone, moment)
    night = any(begin <= moment < stop for begin, stop, _open, _reason in own(hours, day - ONE_DAY))
    return day - ONE_DAY if night else day


def since_midnight(there: datetime, day: date) -> int:
    """Seconds on the wall since that day's midnight."""
    return int((there - datetime.combine(day, time())).total_seconds())
