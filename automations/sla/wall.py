"""From a clock on the wall to moments: whole seconds since 1970 in UTC on the one side, days and minutes of a zone on the other.

A time of the wall means the first moment at which the local clock shows it or a later one. So a time that the clock skips is the moment of
the jump, an hour that comes twice belongs to what was going on before it, and what is later on the wall is never earlier in fact.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY, MIDNIGHT = 86_400, time()
EPOCH_DAY = date(1970, 1, 1).toordinal()


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name."""
    return ZoneInfo(name)


def seconds_of(moment: datetime) -> int:
    """A moment, cut to the second: what is less never counts."""
    return int(moment.timestamp() // 1)


def moment_of(seconds: int) -> datetime:
    """The same back, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def shown(zone: str, seconds: int) -> datetime:
    """What the local clock shows at that moment, without a zone."""
    return datetime.fromtimestamp(seconds, zone_of(zone)).replace(tzinfo=None)


def first_moment(zone: str, day: date, wall_seconds: int) -> int:
    """The first moment at which the clock shows so many seconds after that day's midnight, or more."""
    there = datetime.combine(day, MIDNIGHT, zone_of(zone)) + timedelta(seconds=wall_seconds)
    before, after = offset(there), offset(there.replace(fold=1))
    flat = (day.toordinal() - EPOCH_DAY) * DAY + wall_seconds
    return flat - before if before >= after else the_jump(zone, flat - after, flat - before)


def offset(there: datetime) -> int:
    """East of UTC, in seconds."""
    found = there.utcoffset()
    return (found.days * DAY + found.seconds) if found is not None else 0


def the_jump(zone: str, early: int, late: int) -> int:
    """The moment after `early`, and not after `late`, at which the clock is put on (PEP 495: between the two readings of a gap)."""
    old = offset(datetime.fromtimestamp(early, zone_of(zone)))
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (middle, late) if offset(datetime.fromtimestamp(middle, zone_of(zone))) == old else (early, middle)
    return late


def local_day(zone: str, seconds: int) -> date:
    """The day that moment belongs to: from the first moment of its midnight to that of the next."""
    day = shown(zone, seconds).date()
    if seconds < first_moment(zone, day, 0):
        return day - timedelta(days=1)
    return day + timedelta(days=1) if seconds >= first_moment(zone, day, DAY) else day
