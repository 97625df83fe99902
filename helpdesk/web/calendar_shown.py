"""Events of a mail's calendar in words: when, in the reader's language, zone and digits."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from babel.dates import format_date, format_datetime
from flask_babel import gettext as _

from helpdesk.models import Message
from helpdesk.visit.reader import digits, reader
from helpdesk.visit.times import with_comma_of

DAY, CLOCK = "EEEE d MMMM y", "H:mm"


@dataclass(frozen=True)
class Happening:
    """One event: `what` it is (an invitation, a cancellation), `when` in words ("" when the mail does not say), and where and who."""

    what: str
    cancelled: bool
    summary: str
    when: str
    location: str
    organizer: str


def happenings(message: Message) -> list[Happening]:
    """The events of a message, as its calendar column keeps them."""
    return [
        Happening(kind(one.get("method", "")), one.get("method") == "CANCEL", one.get("summary", ""),
                  digits(span(one.get("start", ""), one.get("end", ""))), one.get("location", ""), one.get("organizer", ""))
        for one in message.calendar or []
    ]


def kind(method: str) -> str:
    """What the sender wants with the event (RFC 5546 section 1.4)."""
    return {
        "REQUEST": _("Invitation"), "CANCEL": _("Cancelled event"), "REPLY": _("Answer to an invitation"),
        "COUNTER": _("Another time is proposed"), "ADD": _("Invitation"),
    }.get(method, _("Event"))


def span(start: str, end: str) -> str:
    """From when to when; one day is written once."""
    try:
        return days(start, end) if len(start) == 10 else hours(start, end)
    except ValueError:
        return ""


def days(start: str, end: str) -> str:
    """Whole days; the calendar's `end` is the day after."""
    first = date.fromisoformat(start)
    last = date.fromisoformat(end[:10]) - timedelta(days=1) if end else first
    locale = reader().locale
    words = format_date(first, DAY, locale=locale)
    return words if last <= first else f"{words} – {format_date(last, DAY, locale=locale)}"


def hours(start: str, end: str) -> str:
    """Moments in the reader's zone; those of no known zone as they stand, and said so."""
    if not start:
        return ""
    begins, ends = datetime.fromisoformat(start), datetime.fromisoformat(end) if len(end) > 10 else None
    zone = reader().zone if begins.tzinfo else None
    words = written(begins, f"{DAY}, {CLOCK}", zone)
    if ends and bool(ends.tzinfo) == bool(begins.tzinfo) and ends > begins:
        same = placed(begins, zone).date() == placed(ends, zone).date()
        words += f" – {written(ends, CLOCK if same else f'{DAY}, {CLOCK}', zone)}"
    return words if zone else _("%(time)s (the mail names no time zone)", time=words)


def placed(moment: datetime, zone: tzinfo | None) -> datetime:
    """In that zone; without one as it is."""
    return moment.astimezone(zone) if zone else moment


def written(moment: datetime, form: str, zone: tzinfo | None) -> str:
    """In one of Babel's forms."""
    locale = reader().locale
    return str(format_datetime(placed(moment, zone).replace(tzinfo=None), with_comma_of(locale, form), locale=locale))
