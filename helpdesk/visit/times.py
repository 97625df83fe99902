"""How moments are written: relative up to an hour, the hour today, weekday up to a week, then the date; with the reader's digits.

Each way of writing is kept by what it depends on, because the same moments stand on page after page.
"""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from flask import g
from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk import clock
from helpdesk.visit.reader import digits, reader

HOUR, SIX_DAYS = timedelta(hours=1), timedelta(days=6)
Phase = tuple[date | None, int]


def short_time(moment: datetime) -> str:
    """ "now", "6 min", "10:24", "Thu", "14 Sep" or "14 Sep 2025" in the reader's language and zone; time.js keeps the same rules."""
    today, number = phase(moment)
    if today is None:
        return digits(ngettext("%(num)s min", "%(num)s min", number)) if number else _("now")
    text, in_numbers = older(moment, today, bool(number), reader().locale, reader().zone)
    return digits(text) if in_numbers else text


def present() -> tuple[datetime, date]:
    """Now, the same on all of a page, and the reader's day."""
    found: tuple[datetime, date] | None = g.get("present")
    if found is None:
        now = clock.now()
        found = g.present = now, now.astimezone(reader().zone).date()
    return found


def phase(moment: datetime) -> Phase:
    """What decides, beside reader and moment, how it is written: None and the minutes since then, or the reader's day and whether the
    moment lies within six days before now."""
    now, today = present()
    age = now - moment
    if timedelta(0) <= age < HOUR:
        return None, int(age.total_seconds() // 60)
    return today, int(timedelta(0) < age < SIX_DAYS)


@lru_cache(maxsize=20_000)
def older(moment: datetime, today: date, near: bool, locale: Locale, zone: tzinfo) -> tuple[str, bool]:
    """A moment more than an hour away, and whether it is written in numbers."""
    then = moment.astimezone(zone)
    if then.date() == today:
        return format_time(then, "H:mm", locale=locale), True
    if near:
        return format_date(then, "EEE" if locale.language == "en" else "EEEE", locale=locale), False
    return format_skeleton("MMMd" if then.year == today.year else "yMMMd", then, tzinfo=zone, locale=locale), True


def clock_time(moment: datetime) -> str:
    """ "10:24" in the reader's zone."""
    return digits(written(moment, "H:mm", reader().locale, reader().zone))


def long_time(moment: datetime) -> str:
    """The absolute time with its zone, shown on hover and focus."""
    return digits(with_offset(moment, reader().locale, reader().zone))


@lru_cache(maxsize=20_000)
def with_offset(moment: datetime, locale: Locale, zone: tzinfo) -> str:
    """See `long_time`."""
    offset = moment.astimezone(zone).strftime("%z")
    return f"{written(moment, 'EEEE d MMMM y, H:mm', locale, zone)} UTC{offset[:3]}:{offset[3:]}"


def day_heading(moment: datetime) -> str:
    """ "Today, Sunday 22 November" between the messages of two days."""
    then, today = moment.astimezone(reader().zone).date(), present()[1]
    day = digits(day_written(then, then.year == today.year, reader().locale))
    return _("Today, %(day)s", day=day) if then == today else day


@lru_cache(maxsize=20_000)
def written(moment: datetime, form: str, locale: Locale, zone: tzinfo) -> str:
    """A moment in one of Babel's forms."""
    return format_datetime(moment.astimezone(zone), with_comma_of(locale, form), locale=locale)


def with_comma_of(locale: Locale, form: str) -> str:
    """One of Babel's forms with the comma of the language."""
    return form.replace(",", "،") if locale.language == "ar" else form


@lru_cache(maxsize=2000)
def day_written(day: date, this_year: bool, locale: Locale) -> str:
    """A day, with its year when it is another."""
    return format_date(day, "EEEE d MMMM" if this_year else "EEEE d MMMM y", locale=locale)
