"""Business hours in words and strips: two weeks of a calendar, whether it is open now, whose it is, and the names of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date, get_day_names
from flask_babel import gettext as _

from automations.hijri import hijri
from automations.sla.hours import Hours, Reason, Stretch, day_of, opened
from automations.sla.wall import seconds_of, shown
from automations.web.calendar_forms import SUNDAY_FIRST
from helpdesk import clock, periods
from helpdesk.actions.holidays import HolidayChange
from helpdesk.models import CalendarRange, Holiday
from helpdesk.visit.reader import digits, reader
from helpdesk.visit.times import written

DAYS, MINUTES = 14, 1440
AHEAD = timedelta(days=31)


@dataclass(frozen=True)
class StripDay:
    """A day of the preview: `bars` are [from, length] in minutes of the wall; `texts` the same in words; `why` a holiday's or range's name;
    `estimated`: nobody has confirmed that holiday."""

    day: date
    name: str
    hijri: str
    bars: list[tuple[int, int]]
    texts: list[str]
    why: str
    estimated: bool
    weekend: bool


@dataclass(frozen=True)
class Now:
    """Whether it is open, and until when it stays so, in words; "": for more than a month."""

    is_open: bool
    until: str


def strip(hours: Hours) -> list[StripDay]:
    """The next two weeks, from the calendar's own today on."""
    today = shown(hours.zone, seconds_of(clock.now())).date()
    return [strip_day(hours, today + timedelta(days=number)) for number in range(DAYS)]


def strip_day(hours: Hours, day: date) -> StripDay:
    """One day from midnight to midnight, with what is left of the night before."""
    pieces = day_of(hours, day)
    bars = [bar for piece in pieces if piece[2] for bar in [on_the_wall(hours, day, piece)] if bar[1] > bar[0]]
    reason = reason_of(pieces)
    texts = [_("%(first)s to %(last)s", first=periods.hour(begin), last=periods.hour(stop)) for begin, stop in joined(bars)]
    return StripDay(
        day, dated(day, "EEE d MMM"), hijri_words(day, year=False),
        [(begin, stop - begin) for begin, stop in bars], [digits(text) for text in texts], name_of(reason), reason.state == "estimated",
        day.weekday() in (4, 5))


def on_the_wall(hours: Hours, day: date, piece: Stretch) -> tuple[int, int]:
    """From and to in minutes after that day's midnight, as the clock shows them."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  a time of the wall
    begin, stop = (int((shown(hours.zone, each) - midnight).total_seconds() // 60) for each in (piece[0], piece[1]))
    return max(begin, 0), min(stop, MINUTES)


def joined(bars: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Bars that touch are one period in words."""
    found: list[tuple[int, int]] = []
    for begin, stop in bars:
        if found and begin <= found[-1][1]:
            begin = found.pop()[0]
        found.append((begin, stop))
    return found


def reason_of(pieces: Sequence[Stretch]) -> Reason:
    """What makes the day unlike a usual one: a holiday before a range."""
    reasons = [reason for _begin, _stop, _open, reason in pieces]
    named = [reason for reason in reasons if reason.name]
    return next((reason for reason in named if reason.kind == "holiday"), next(iter(named), Reason("usual")))


def name_of(reason: Reason) -> str:
    """In the reader's language, where there is one."""
    return (reason.name_ar if reader().language == "ar" else "") or reason.name


def open_now(hours: Hours) -> Now:
    """Looks a month ahead."""
    now = clock.now()
    first: bool | None = None
    for piece in opened(hours, now, now + AHEAD):
        if first is None:
            first = piece.is_open
        if piece.is_open is not first:
            return Now(first, digits(written(piece.from_at, "EEEE, H:mm", reader().locale, reader().zone)))
    return Now(bool(first), "")


def hijri_words(day: date, *, year: bool = True) -> str:
    """The Hijri date in the reader's language and digits."""
    return digits(hijri(day, reader().language, year=year))


def day_labels() -> list[tuple[str, str]]:
    """(field, name) of the days of a week, Sunday first."""
    names = get_day_names("wide", "stand-alone", reader().locale)
    return [(day, str(names[periods.WEEKDAYS.index(day)])) for day in SUNDAY_FIRST]


def channels() -> list[tuple[str, str, str]]:
    """The doors by name."""
    return [
        ("email", _("E-mail"), ""), ("sms", _("SMS"), ""), ("whatsapp", _("WhatsApp"), ""), ("chat", _("Chat"), ""),
        ("phone", _("Phone"), ""), ("form", _("Form"), ""),
    ]  # fmt: skip


def dates_words(found: CalendarRange | Holiday | HolidayChange) -> tuple[str, str]:
    """(Gregorian, Hijri): one day once, several from and to, the year at the end."""
    first, last = found.from_date, found.to_date
    if first == last:
        return dated(last, "EEE d MMM y"), hijri_words(last)
    return (_("%(first)s to %(last)s", first=dated(first, "EEE d MMM" if first.year == last.year else "EEE d MMM y"),
              last=dated(last, "EEE d MMM y")),
            _("%(first)s to %(last)s", first=hijri_words(first, year=False), last=hijri_words(last)))


def dated(day: date, form: str) -> str:
    """A day in one of Babel's forms, in the reader's digits."""
    return digits(format_date(day, form, locale=reader().locale))
