"""Random calendars and promises, each made from its number alone, and their judgement by the oracle."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from automations.sla.due import Due, due
from automations.sla.hours import Day, Hours, Range, Week, opened
from automations.sla.spans import UNITS, Span
from tests.automations.sla.hours_oracle import Oracle

FIRST, YEARS = date(2024, 1, 1), 7


def turning() -> tuple[str, ...]:
    """Every zone of the world whose clock is turned within these years."""
    days = [datetime(FIRST.year + number // 12, number % 12 + 1, 15, 12, tzinfo=UTC) for number in range(12 * YEARS)]
    return tuple(
        name for name in sorted(available_timezones() - {"localtime"})
        if len({day.astimezone(ZoneInfo(name)).utcoffset() for day in days}) > 1
    )  # fmt: skip


ZONES = (
    "Asia/Riyadh", "Asia/Riyadh", "Africa/Cairo", "Africa/Casablanca", "Europe/Berlin", "America/New_York", "Asia/Kathmandu",
    "Australia/Lord_Howe", "America/Havana", "Pacific/Chatham", "America/St_Johns", *turning()[::12],
)
EVERY_ZONE = turning()
RAMADAN = (date(2024, 3, 11), date(2025, 3, 1), date(2026, 2, 18), date(2027, 2, 8), date(2028, 1, 28), date(2029, 1, 16), date(2030, 1, 6))
FASTING = [(600, 960)], [(600, 900), (1260, 1500)], [(780, 1020), (1290, 1560)]
"""Hours in Ramadan: a short day, a day and an evening, an afternoon and a night."""
MOST = {"minutes": 3000, "hours": 200, "business_minutes": 3000, "business_hours": 60, "calendar_days": 20}
TURNS = (
    date(2025, 3, 30), date(2025, 10, 26), date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5), date(2026, 10, 4), date(2026, 4, 24),
    date(2026, 10, 30), date(2025, 2, 23), date(2025, 4, 6), date(2026, 2, 15), date(2026, 3, 22), date(2030, 1, 1), date(2028, 2, 29),
)
"""Around these some zone turns its clocks, Cairo's and Casablanca's too, which goes back for Ramadan; or a leap day comes."""


def some_day(chance: random.Random) -> date:
    """Of seven years: half of them near a turn of clocks, some in Ramadan, the rest any."""
    kind = chance.random()
    if kind < 0.5:
        return chance.choice(TURNS)
    if kind < 0.65:
        return chance.choice(RAMADAN) + timedelta(days=chance.randint(-5, 34))
    return FIRST + timedelta(days=chance.randint(0, 365 * YEARS))


def some_periods(chance: random.Random) -> list[tuple[int, int]]:
    """A working day, a split one, a night, an odd one, one of overlapping periods, or none."""
    begin = chance.randrange(0, 1200, chance.choice((1, 15, 60)))
    return chance.choice((
        lambda: [(540, 1020)], lambda: [(540, 1020)], lambda: [(600, 780), (960, 1380)], lambda: [(1320, 1560)], list,
        lambda: [(begin, begin + chance.randint(1, 600))], lambda: [(begin, begin + 90), (begin + 30, begin + 200)], lambda: [(0, 1440)],
    ))()


def some_week(chance: random.Random) -> list[list[tuple[int, int]]]:
    """The same every day but for the weekend, or a new one each day."""
    if chance.random() < 0.5:
        same, weekend = some_periods(chance), chance.choice(((4, 5), (5, 6), (4,), ()))
        return [[] if day in weekend else same for day in range(7)]
    return [some_periods(chance) for _ in range(7)]


def some_calendar(chance: random.Random, around: date) -> dict[str, Any]:
    """As the oracle takes it."""
    ranges = []
    for number in range(chance.choice((0, 0, 1, 2))):
        first = around + timedelta(days=chance.randint(-20, 20))
        ranges.append((first, first + timedelta(days=chance.randint(0, 30)), some_week(chance), f"range {number}"))
    if chance.random() < 0.3:
        first, hours = min(RAMADAN, key=lambda day: abs(day - around)), chance.choice(FASTING)
        weekend, last = chance.choice(((4, 5), (4,))), first + timedelta(days=chance.choice((28, 29)))
        ranges.append((first, last, [[] if day in weekend else hours for day in range(7)], "Ramadan"))
    days = {}
    for number in range(chance.choice((0, 1, 2))):
        first = around + timedelta(days=chance.randint(-3, 12))
        periods = chance.choice(([], [], [(540, 720)], some_periods(chance)))
        for after in range(chance.randint(1, 5)):
            days[first + timedelta(days=after)] = (periods, f"holiday {number}", chance.choice(("estimated", "confirmed")))
    zone = chance.choice(ZONES if chance.random() < 0.8 else EVERY_ZONE)
    return {"zone": zone, "week": some_week(chance), "ranges": ranges, "days": days}


def hours_of(calendar: dict[str, Any]) -> Hours:
    """The same calendar as the product takes it."""
    return Hours(
        calendar["zone"], as_week(calendar["week"]),
        tuple(Range(first, last, as_week(week), name) for first, last, week, name in calendar["ranges"]),
        {day: Day(tuple(periods), name, state=state) for day, (periods, name, state) in calendar["days"].items()})


def as_week(week: list[list[tuple[int, int]]]) -> Week:
    return tuple(tuple(periods) for periods in week)


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def some_pauses(chance: random.Random, start: int) -> list[tuple[int, int | None]]:
    """Up to four rests, some before the start or within each other; the last may have no end."""
    found: list[tuple[int, int | None]] = []
    for _ in range(chance.choice((0, 0, 1, 2, 4))):
        begin = start + chance.randint(-7200, 6 * 86_400)
        found.append((begin, begin + chance.choice((60, 3600, 7 * 3600, 86_400, 3 * 86_400)) + chance.randint(0, 3600)))
    if found and chance.random() < 0.25:
        found[-1] = (found[-1][0], None)
    return found


def differences(number: int) -> Iterator[str]:
    """What the product and the oracle do not agree on in that case: a target that begins, rests, goes on, and is changed on the way."""
    chance = random.Random(number)
    around = some_day(chance)
    calendar = some_calendar(chance, around)
    oracle, hours = Oracle(calendar), hours_of(calendar)
    start = int(datetime(around.year, around.month, around.day, tzinfo=UTC).timestamp()) + chance.randint(-86_400, 86_400)
    start = start // 60 * 60 if chance.random() < 0.5 else start
    pauses = some_pauses(chance, start)
    for stage in range(chance.choice((1, 1, 2, 3))):  # the policy promises something else: the same start, the rests known by then
        unit = chance.choice(UNITS)
        span, known = Span(chance.randint(1, MOST.get(unit, 8)), unit), pauses[: len(pauses) - stage] if stage else pauses
        rests = [(at(begin), None if end is None else at(end), "rest") for begin, end in known]
        found = due(hours, at(start), span, rests, at(start + 90 * 86_400))
        yield from (f"case {number}, {span}: {each}" for each in against(oracle, start, span, known, found))
    yield from (f"case {number}: {each}" for each in (minutes(oracle, hours, start) if number % 10 == 0 else ()))


def against(oracle: Oracle, start: int, span: Span, pauses: list[tuple[int, int | None]], found: Due) -> Iterator[str]:
    """State, due time and what is left; and whether the pieces add up, lie side by side and are what they say."""
    state, value = oracle.due(start, span.amount, span.unit, pauses)
    ours = {"due": found.at and int(found.at.timestamp()), "paused": found.left_seconds, "unreachable": None}[found.state]
    if (found.state, ours) != (state, value):
        yield f"{found.state} {ours} and not {state} {value}"
    elif state == "due":
        pieces = sorted([*found.counted, *found.skipped], key=lambda piece: piece.from_at)
        ends = [at(start), *(piece.to_at for piece in pieces)]
        if sum(piece.seconds for piece in found.counted) != found.owed_seconds:
            yield "the counted pieces do not add up"
        if [piece.from_at for piece in pieces] != ends[:-1] or found.at != ends[-1]:
            yield "the pieces do not lie side by side"
        for piece in found.counted if span.in_hours else ():
            begin, end = int(piece.from_at.timestamp()), int(piece.to_at.timestamp())
            if oracle.count(begin, end, pauses, business=True) != piece.seconds:
                yield f"{piece} is not open throughout"


def minutes(oracle: Oracle, hours: Hours, start: int) -> Iterator[str]:
    """Three days of pieces, minute by minute, with their reasons."""
    begin = start // 60 * 60
    for piece in opened(hours, at(begin), at(begin + 3 * 86_400)):
        ours = (piece.is_open, piece.reason.kind, piece.reason.name, piece.reason.state)
        for second in range(begin, int(piece.to_at.timestamp()), 60):
            if oracle.label(second) != ours:
                yield f"{at(second)} is {oracle.label(second)} and not {ours}"
                return
        begin = int(piece.to_at.timestamp())
    if begin != start // 60 * 60 + 3 * 86_400:
        yield "a part of the time is missing"
