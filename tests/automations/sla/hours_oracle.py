"""Business hours by looking at every minute. Knows the product's words, and none of its code: standard library alone.

A calendar is {"zone", "week": [[(from, to)] x 7], "ranges": [(first, last, week, name)], "days": {date: (periods, name, state)}}. A pause
is (from second, to second or None); moments are seconds since 1970. Rules are looked at minute by minute; only rows of minutes that are
plainly alike are looked at together.

The clock that decides never goes back: in an hour that comes twice it stands still, and what it jumps over comes at the jump.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

START = datetime(1970, 1, 1)
MINUTES_A_DAY, BACK = 1440, 300
MOST_DAYS = 3653


class Oracle:
    """One calendar. `labels` name what a painted minute is: (open, kind, name, state)."""

    def __init__(self, calendar):
        self.zone = ZoneInfo(calendar["zone"])
        self.calendar = calendar
        self.labels = []
        self.walls = {}
        self.painted = {}

    def offset(self, minute):
        return local_offset(self.zone, minute)

    def readings(self, first, count):
        """What the clock that never goes back shows in each of these minutes, in minutes since 1970 on the wall."""
        if self.offset(first - BACK) == self.offset(first) == self.offset(first + count):
            return range(first + self.offset(first), first + self.offset(first) + count)
        most, found = 0, []
        for minute in range(first - BACK, first + count):
            most = max(most, minute + self.offset(minute))
            found.append(most)
        return found[BACK:]

    def code(self, *label):
        if label not in self.labels:
            self.labels.append(label)
        return self.labels.index(label)

    def rule(self, day):
        """(periods, label of open minutes, label of closed ones)"""
        if day in self.calendar["days"]:
            periods, name, state = self.calendar["days"][day]
            return periods, ("holiday", name, state), ("holiday", name, state)
        for first, last, week, name in self.calendar["ranges"]:
            if first <= day <= last:
                return week[day.weekday()], ("range", name, ""), ("outside", name, "")
        return self.calendar["week"][day.weekday()], ("usual", "", ""), ("outside", "", "")

    def wall(self, day):
        """A day of the wall, a byte a minute: closed, then its own periods, then what is left of the night before."""
        if day not in self.walls:
            periods, when_open, when_closed = self.rule(day)
            paint = bytearray([self.code(False, *when_closed)]) * (2 * MINUTES_A_DAY)
            for begin, end in periods:
                paint[begin:end] = bytes([self.code(True, *when_open)]) * (end - begin)
            earlier, when_open, _closed = self.rule(day - timedelta(days=1))
            for begin, end in earlier:
                begin, end = max(begin - MINUTES_A_DAY, 0), end - MINUTES_A_DAY
                if begin < end:
                    paint[begin:end] = bytes([self.code(True, *when_open)]) * (end - begin)
            self.walls[day] = bytes(paint[:MINUTES_A_DAY])
        return self.walls[day]

    def paint(self, chunk):
        """1440 real minutes from chunk * 1440 on, a byte each; and the same as open (1) or closed (0)."""
        if chunk not in self.painted:
            shown = self.readings(chunk * MINUTES_A_DAY, MINUTES_A_DAY)
            if isinstance(shown, range):
                days = {reading // MINUTES_A_DAY for reading in (shown[0], shown[-1])}
                whole = b"".join(self.wall(day_of(day)) for day in sorted(days))
                codes = whole[shown[0] % MINUTES_A_DAY :][:MINUTES_A_DAY]
            else:
                codes = bytes(self.wall(day_of(each // MINUTES_A_DAY))[each % MINUTES_A_DAY] for each in shown)
            is_open = bytes(label[0] for label in self.labels)
            self.painted[chunk] = (codes, codes.translate(is_open.ljust(256, b"\0")))
        return self.painted[chunk]

    def label(self, second):
        chunk, minute = divmod(second // 60, MINUTES_A_DAY)
        return self.labels[self.paint(chunk)[0][minute]]

    def is_open(self, second):
        return self.label(second)[0]

    def open_minutes(self, minute, count):
        """How many of these are open; all of them lie in one chunk."""
        chunk, first = divmod(minute, MINUTES_A_DAY)
        return self.paint(chunk)[1].count(1, first, first + count)

    def first_minute(self, reading):
        """The first real minute at which the clock shows `reading` or more."""
        guess = reading - self.offset(reading - self.offset(reading))
        if self.offset(guess - 1500) == self.offset(guess + 1500):
            return guess
        minute = guess - 1500
        while minute + self.offset(minute) < reading:
            minute += 1
        return minute

    def shifts(self, day):
        """The real minutes [from, to) of a day's own periods, without those that never come."""
        base = (day - START.date()).days * MINUTES_A_DAY
        found = [(self.first_minute(base + begin), self.first_minute(base + end)) for begin, end in self.rule(day)[0]]
        return [(begin, end) for begin, end in found if begin < end]

    def opens_ever(self):
        weeks = [self.calendar["week"], *(each[2] for each in self.calendar["ranges"])]
        return any(day for week in weeks for day in week) or any(day[0] for day in self.calendar["days"].values())

    def day_of_work(self, second):
        """The day whose shift holds the moment: its own day, but the day before in the night of a shift."""
        minute = second // 60
        day = day_of(self.readings(minute, 1)[0] // MINUTES_A_DAY)
        before = day - timedelta(days=1)
        return before if any(begin <= minute < end for begin, end in self.shifts(before)) else day

    def nth_day(self, second, amount):
        """The n-th day after the moment's on which there is work that ends after the moment."""
        day = self.day_of_work(second)
        for _ in range(MOST_DAYS):
            day += timedelta(days=1)
            shifts = self.shifts(day)
            amount -= bool(shifts and max(end for _begin, end in shifts) * 60 > second)
            if amount == 0:
                return day, shifts
        return None

    def showing(self, second):
        return START + timedelta(seconds=second + 60 * self.offset(second // 60))

    def moment(self, wall):
        """The first second at which the clock shows that time or a later one."""
        minute = self.first_minute(int((wall - START).total_seconds()) // 60)
        second = minute * 60
        while self.showing(second) < wall:
            second += 1
        return second

    def owed(self, start, amount, unit):
        """Seconds that are owed, or None."""
        factor = {"minutes": 60, "business_minutes": 60, "hours": 3600, "business_hours": 3600}
        if unit in factor:
            return amount * factor[unit]
        if unit == "calendar_days":
            return self.moment(self.showing(start) + timedelta(days=amount)) - start
        if not self.opens_ever():
            return None
        begin = start
        while unit == "business_days" and not self.is_open(begin):
            begin = begin // 60 * 60 + 60
            if begin > start + MOST_DAYS * 86400:
                return None
        found = self.nth_day(begin, amount)
        if found is None:
            return None
        day, shifts = found
        end = max(last for _first, last in shifts) * 60
        if unit == "business_days":
            since_midnight = self.showing(begin) - datetime.combine(self.day_of_work(begin), datetime.min.time())
            end = self.moment(datetime.combine(day, datetime.min.time()) + since_midnight)
        return self.count(start, end, [], business=True)

    def count(self, start, end, pauses, *, business):
        """The seconds that count in [start, end)."""
        return self.walk(start, None, pauses, end, business=business)[1]

    def due(self, start, amount, unit, pauses):
        """("due", when), ("paused", seconds left) or ("unreachable", None)"""
        owed, business = self.owed(start, amount, unit), unit.startswith(("business", "end"))
        if owed is None or (business and not self.opens_ever()):
            return "unreachable", None
        lasting = [begin for begin, end in pauses if end is None]
        end = min(lasting) if lasting else start + MOST_DAYS * 86400
        when, counted = self.walk(start, owed, pauses, max(end, start), business=business)
        if when is not None:
            return "due", when
        return ("paused", owed - counted) if lasting else ("unreachable", None)

    def walk(self, start, owed, pauses, end, *, business):
        """From second to second until so much is counted or the end is there: (when or None, counted). Steps are long where all of
        their seconds are needed, and get shorter, down to one, where they are not."""
        edges = sorted({edge for pause in pauses for edge in pause if edge is not None} | {end})
        second, counted = start, 0
        while second < end:
            if any(begin <= second and (stop is None or second < stop) for begin, stop in pauses):
                second += next((edge for edge in edges if edge > second), end) - second
                continue
            step, worth = self.step(second, next(edge for edge in edges if edge > second), business)
            while owed is not None and counted + worth >= owed and step > 1:
                step, worth = self.step(second, second + step // 2, business)
            second, counted = second + step, counted + worth
            if owed is not None and counted == owed:
                return second, counted
        return None, counted

    def step(self, second, edge, business):
        """(how far to go, how many seconds of it count): not past the edge or the chunk, and by whole minutes where they are whole."""
        if not business:
            return edge - second, edge - second
        to_minute = -second % 60
        if to_minute:
            length = min(to_minute, edge - second)
            return length, length * self.is_open(second)
        minute = second // 60
        whole = min((edge - second) // 60, MINUTES_A_DAY - minute % MINUTES_A_DAY)
        if whole == 0:
            return edge - second, (edge - second) * self.is_open(second)
        return whole * 60, 60 * self.open_minutes(minute, whole)


def day_of(number):
    return START.date() + timedelta(days=number)


@lru_cache(maxsize=200_000)
def local_offset(zone, minute):
    """Minutes east of UTC at a minute since 1970."""
    return int(datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).utcoffset().total_seconds()) // 60


assert date(1970, 1, 1) == day_of(0)
