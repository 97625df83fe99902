"""How moments are written: relative up to an hour, the hour today, weekday up to a week, then the date; with the reader's digits."""

from datetime import datetime, timedelta

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from flask import g
from flask_babel import get_locale, get_timezone, ngettext
from flask_babel import gettext as _

from helpdesk import clock

ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def digits(text: object) -> str:
    """Our own words and counts in the reader's digits. Never for references, addresses or what people wrote."""
    return str(text).translate(ARABIC_INDIC) if g.get("digits") == "arab" else str(text)


def short_time(moment: datetime) -> str:
    """ "now", "6 min", "10:24", "Thu", "14 Sep" or "14 Sep 2025" in the reader's language and zone; time.js keeps the same rules."""
    zone = get_timezone()
    then, today = moment.astimezone(zone), clock.now().astimezone(zone)
    age = today - then
    if timedelta(0) <= age < timedelta(hours=1):
        minutes = int(age.total_seconds() // 60)
        return digits(ngettext("%(num)s min", "%(num)s min", minutes)) if minutes else _("now")
    if then.date() == today.date():
        return digits(format_time(then, "H:mm", locale=locale()))
    if timedelta(0) < age < timedelta(days=6):
        return format_date(then, "EEE" if locale().language == "en" else "EEEE", locale=locale())
    return digits(format_skeleton("MMMd" if then.year == today.year else "yMMMd", then, tzinfo=zone, locale=locale()))


def clock_time(moment: datetime) -> str:
    """ "10:24" in the reader's zone."""
    return digits(format_time(moment.astimezone(get_timezone()), "H:mm", locale=locale()))


def long_time(moment: datetime) -> str:
    """The absolute time with its zone, shown on hover and focus."""
    offset = moment.astimezone(get_timezone()).strftime("%z")
    return digits(f"{format_datetime(moment.astimezone(get_timezone()), 'EEEE d MMMM y, H:mm', locale=locale())} UTC{offset[:3]}:{offset[3:]}")


def day_heading(moment: datetime) -> str:
    """ "Today, Sunday 22 November" between the messages of two days."""
    zone = get_timezone()
    then, today = moment.astimezone(zone), clock.now().astimezone(zone)
    day = digits(format_date(then, "EEEE d MMMM" if then.year == today.year else "EEEE d MMMM y", locale=locale()))
    return _("Today, %(day)s", day=day) if then.date() == today.date() else day


def locale() -> Locale:
    """The reader's."""
    return get_locale() or Locale("en")
