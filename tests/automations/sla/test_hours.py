"""Business hours and due times: a table made by hand, and random cases that a brute force judges which shares no code with them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from automations.sla.due import due
from automations.sla.hours import Day, Hours, Range, Week, opened
from automations.sla.spans import Span
from tests.automations.sla.flight_cases import every_difference

CASES, PARTS = 10_000, 4


def week(text: str, days: str = "1111001") -> Week:
    """ "9-17" or "10-13 16-23" on the days, Monday first, that are 1."""
    periods = tuple(tuple(int(float(hour) * 60) for hour in period.split("-")) for period in text.split())
    return tuple(periods if day == "1" else () for day in days)  # type: ignore[return-value]


OFFICE, SHOP, NIGHTS, EVERY = week("9-17"), week("10-13 16-23", "1111111"), week("22-26"), "1111111"
RAMADAN = Range(date(2026, 2, 18), date(2026, 3, 19), week("10-16"), "Ramadan", "رمضان")
EID = {date(2026, 3, day): Day((), "Eid al-Fitr", "عيد الفطر", "estimated") for day in range(19, 24)}
HALF = {date(2026, 11, 24): Day(((540, 720),), "Half day")}
RIYADH = Hours("Asia/Riyadh", OFFICE)
RETAIL, NIGHT = Hours("Asia/Riyadh", SHOP), Hours("Asia/Riyadh", NIGHTS)
BERLIN, NEW_YORK = Hours("Europe/Berlin", week("0-24", EVERY)), Hours("America/New_York", week("1.5-3", EVERY))
SHIFTS = Hours("Europe/Berlin", week("22-30", EVERY))


@dataclass(frozen=True)
class Case:
    """Local times: begun, promised, rests; due when."""

    name: str
    hours: Hours
    start: str
    amount: int
    unit: str
    wanted: str
    pauses: tuple[tuple[str, str | None], ...] = ()


TABLE = (  # 22 November 2026 is a Sunday
    Case("the same day", RIYADH, "2026-11-22 10:00", 4, "business_hours", "2026-11-22 14:00"),
    Case("over the night", RIYADH, "2026-11-22 15:30", 4, "business_hours", "2026-11-23 11:30"),
    Case("over the weekend", RIYADH, "2026-11-26 16:00", 2, "business_hours", "2026-11-29 10:00"),
    Case("begun at the weekend", RIYADH, "2026-11-27 12:00", 30, "business_minutes", "2026-11-29 09:30"),
    Case("begun at the opening", RIYADH, "2026-11-22 09:00", 8, "business_hours", "2026-11-22 17:00"),
    Case("begun at the close", RIYADH, "2026-11-22 17:00", 1, "business_minutes", "2026-11-23 09:01"),
    Case("ends at the close, not at the next opening", RIYADH, "2026-11-22 16:00", 1, "business_hours", "2026-11-22 17:00"),
    Case("seconds are counted", RIYADH, "2026-11-22 16:59:30", 1, "business_minutes", "2026-11-23 09:00:30"),
    Case("real hours go through the night", RIYADH, "2026-11-22 15:30", 4, "hours", "2026-11-22 19:30"),
    Case("48 hours", RIYADH, "2026-11-26 15:30", 48, "hours", "2026-11-28 15:30"),
    Case("a split day", RETAIL, "2026-11-22 12:30", 1, "business_hours", "2026-11-22 16:30"),
    Case("within the break", RETAIL, "2026-11-22 14:00", 8, "business_hours", "2026-11-23 11:00"),
    Case("a night", NIGHT, "2026-11-22 23:00", 4, "business_hours", "2026-11-23 23:00"),
    Case("the night of the last day is worked", NIGHT, "2026-11-26 23:30", 2, "business_hours", "2026-11-27 01:30"),
    Case("Ramadan, then Eid, then usual hours", Hours("Asia/Riyadh", OFFICE, (RAMADAN,), EID),
         "2026-03-18 13:40", 4, "business_hours", "2026-03-24 10:40"),
    Case("into Ramadan", Hours("Asia/Riyadh", OFFICE, (RAMADAN,)), "2026-02-17 16:00", 8, "business_hours", "2026-02-19 11:00"),
    Case("a half day", Hours("Asia/Riyadh", OFFICE, (), HALF), "2026-11-23 16:00", 5, "business_hours", "2026-11-25 10:00"),
    Case("the night before a holiday is worked to its end", Hours("Asia/Riyadh", NIGHTS, (), {date(2026, 11, 24): Day()}),
         "2026-11-23 23:00", 4, "business_hours", "2026-11-25 23:00"),
    Case("the night before Ramadan is a usual one", Hours("Asia/Riyadh", NIGHTS, (RAMADAN,)),
         "2026-02-17 23:00", 4, "business_hours", "2026-02-18 11:00"),
    Case("Berlin loses an hour", BERLIN, "2026-03-29 00:00", 4, "business_hours", "2026-03-29 05:00"),
    Case("Berlin wins an hour", BERLIN, "2026-10-25 00:00", 6, "business_hours", "2026-10-25 05:00"),
    Case("a night of seven hours", SHIFTS, "2026-03-28 22:00", 8, "business_hours", "2026-03-29 23:00"),
    Case("a night of nine hours", SHIFTS, "2026-10-24 22:00", 9, "business_hours", "2026-10-25 06:00"),
    Case("opens in the hour that is skipped: at the jump", Hours("America/New_York", week("2.5-4", EVERY)),
         "2026-03-08 00:00", 1, "business_hours", "2026-03-08 04:00"),
    Case("closes in the hour that is skipped: at the jump", NEW_YORK, "2026-03-08 00:00", 60, "business_minutes", "2026-03-09 02:00"),
    Case("opens in the hour that comes twice: the first time", NEW_YORK, "2026-11-01 00:00", 150, "business_minutes", "2026-11-01 03:00"),
    Case("Kathmandu, at a quarter", Hours("Asia/Kathmandu", week("9-17", EVERY)), "2026-11-22 16:45", 30, "business_minutes",
         "2026-11-23 09:15"),
    Case("calendar days at the same time", RIYADH, "2026-11-22 10:07:30", 7, "calendar_days", "2026-11-29 10:07:30"),
    Case("a calendar day of 23 hours", BERLIN, "2026-03-28 12:00", 1, "calendar_days", "2026-03-29 12:00"),
    Case("a calendar day of 25 hours", BERLIN, "2026-10-24 12:00", 1, "calendar_days", "2026-10-25 12:00"),
    Case("end of the second business day", RIYADH, "2026-11-22 09:30", 2, "end_of_business_day", "2026-11-24 17:00"),
    Case("the day of the start is none, before its opening either", RIYADH,
         "2026-11-22 06:00", 1, "end_of_business_day", "2026-11-23 17:00"),
    Case("begun at the weekend: the next day at work is the first", RIYADH,
         "2026-11-27 06:00", 1, "end_of_business_day", "2026-11-29 17:00"),
    Case("the end of a half day", Hours("Asia/Riyadh", OFFICE, (), HALF),
         "2026-11-22 10:00", 2, "end_of_business_day", "2026-11-24 12:00"),
    Case("the end of a night", NIGHT, "2026-11-22 23:00", 1, "end_of_business_day", "2026-11-24 02:00"),
    Case("begun in the night of the day before", NIGHT, "2026-11-23 01:00", 1, "end_of_business_day", "2026-11-24 02:00"),
    Case("the same time, three business days on", RIYADH, "2026-11-25 11:15", 3, "business_days", "2026-11-30 11:15"),
    Case("begun while closed: from the opening, so a whole day", RIYADH, "2026-11-27 11:15", 1, "business_days", "2026-11-29 17:00"),
    Case("closed at that time: the end before", Hours("Asia/Riyadh", OFFICE, (), HALF), "2026-11-23 15:00", 1, "business_days",
         "2026-11-24 12:00"),
    Case("not open yet at that time: the close before", Hours("Asia/Riyadh", OFFICE, (), {date(2026, 11, 24): Day(((720, 900),))}),
         "2026-11-23 09:30", 1, "business_days", "2026-11-23 17:00"),
    Case("a rest", RIYADH, "2026-11-22 10:00", 4, "business_hours", "2026-11-22 15:00",
         (("2026-11-22 11:00", "2026-11-22 12:00"),)),
    Case("a rest over the night", RIYADH, "2026-11-22 15:00", 4, "business_hours", "2026-11-23 13:00",
         (("2026-11-22 16:00", "2026-11-23 10:00"),)),
    Case("a rest while closed moves nothing", RIYADH, "2026-11-22 15:00", 4, "business_hours", "2026-11-23 11:00",
         (("2026-11-22 18:00", "2026-11-23 08:00"),)),
    Case("rests within each other count once", RIYADH, "2026-11-22 09:00", 2, "business_hours", "2026-11-22 13:00",
         (("2026-11-22 10:00", "2026-11-22 12:00"), ("2026-11-22 10:30", "2026-11-22 11:00"), ("2026-11-22 11:30", "2026-11-22 12:00"))),
    Case("begun within a rest", RIYADH, "2026-11-22 10:00", 1, "business_hours", "2026-11-22 12:00",
         (("2026-11-22 09:00", "2026-11-22 11:00"),)),
    Case("a rest moves the end of a day by open time", RIYADH, "2026-11-22 10:00", 1, "end_of_business_day", "2026-11-24 10:30",
         (("2026-11-23 11:00", "2026-11-23 12:30"),)),
    Case("a rest of a calendar day", RIYADH, "2026-11-22 10:00", 7, "calendar_days", "2026-11-30 11:00",
         (("2026-11-23 11:00", "2026-11-24 12:00"),)),
    Case("a rest to the second", RIYADH, "2026-11-22 10:00", 1, "hours", "2026-11-22 11:00:07",
         (("2026-11-22 10:10:05", "2026-11-22 10:10:12"),)),
    Case("a rest that lasts begins after the end", RIYADH, "2026-11-22 10:00", 1, "hours", "2026-11-22 11:00",
         (("2026-11-22 11:00", None),)),
)  # fmt: skip


def moment(hours: Hours, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(hours.zone)).astimezone(UTC)


def test_by_hand() -> None:
    wrong = []
    for case in TABLE:
        pauses = [(moment(case.hours, begin), end and moment(case.hours, end), "rest") for begin, end in case.pauses]
        start = moment(case.hours, case.start)
        found = due(case.hours, start, Span(case.amount, case.unit), pauses, start)  # type: ignore[arg-type]
        if found.at != moment(case.hours, case.wanted):
            wrong.append((case.name, found.at and str(found.at.astimezone(ZoneInfo(case.hours.zone))), case.wanted))
    assert wrong == []


@pytest.mark.parametrize("part", range(PARTS))
def test_like_looking_at_every_minute(part: int) -> None:
    assert [told for number in range(part, CASES, PARTS) for told in every_difference(number)] == []


def test_what_is_told() -> None:
    """Counted and skipped pieces with their reasons; the rest covers what it overlaps."""
    hours = Hours("Asia/Riyadh", OFFICE, (RAMADAN,), EID)
    start, now = moment(hours, "2026-03-18 13:40"), moment(hours, "2026-03-18 14:00")
    rest = (moment(hours, "2026-03-18 15:00"), moment(hours, "2026-03-21 12:00"), "waiting for the customer")
    found = due(hours, start, Span(3, "business_hours"), [rest], now)
    counted = [(piece.minutes, piece.reason.kind, piece.reason.name) for piece in found.counted]
    assert counted == [(80, "range", "Ramadan"), (100, "usual", "")]
    assert [(piece.reason.kind, piece.reason.name, piece.reason.state) for piece in found.skipped] == [
        ("pause", "waiting for the customer", ""), ("holiday", "Eid al-Fitr", "estimated"), ("outside", "", "")]
    assert [piece.to_at for piece in found.skipped] == [moment(hours, f"2026-03-{day}") for day in ("21 12:00", "24 00:00", "24 09:00")]
    assert (found.at, found.owed_seconds, found.left_seconds) == (moment(hours, "2026-03-24 10:40"), 10_800, 9600)
    assert due(hours, start.replace(microsecond=999_999), Span(3, "business_hours"), [rest], now) == found
    assert found.reached(5400) == moment(hours, "2026-03-24 09:10")
    days = (moment(hours, "2026-03-18 00:00"), moment(hours, "2026-03-25 00:00"))
    pieces = [(piece.is_open, piece.reason.kind) for piece in opened(hours, *days)]
    assert pieces == [(False, "outside"), (True, "range"), (False, "outside"), (False, "holiday"), (False, "outside"), (True, "usual"),
                    (False, "outside")]


def test_no_due_time() -> None:
    """A rest that lasts; a calendar that never opens, that is closed for twenty years, a promise of more than ten."""
    start = moment(RIYADH, "2026-11-22 10:00")
    rest = (moment(RIYADH, "2026-11-22 12:00"), None, "waiting")
    found = due(RIYADH, start, Span(8, "business_hours"), [rest], moment(RIYADH, "2026-11-23 11:00"))
    assert (found.state, found.at, found.left_seconds, found.skipped[-1].minutes) == ("paused", None, 6 * 3600, 23 * 60)
    closed = Hours("Asia/Riyadh", OFFICE, (Range(date(2020, 1, 1), date(2040, 1, 1), week("9-17", "0000000")),))
    for hours in (Hours("Asia/Riyadh", ((),) * 7), closed):
        for unit in ("business_minutes", "business_days", "end_of_business_day"):
            assert due(hours, start, Span(1, unit), [], start).state == "unreachable"
    for span in (Span(20_000_000, "minutes"), Span(4000, "calendar_days"), Span(4000, "business_days"), Span(30_000, "business_hours")):
        assert due(RIYADH, start, span, [], start).state == "unreachable"
    for amount, unit in ((0, "hours"), (-1, "hours"), (1, "fortnights")):
        with pytest.raises(ValueError, match="no such span"):
            Span(amount, unit)
