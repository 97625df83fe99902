"""What the settings pages let people choose from, in the reader's language."""

from collections.abc import Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask_babel import get_locale
from flask_babel import gettext as _

from helpdesk import clock
from helpdesk.fields import zones
from helpdesk.models import Agent, Inbox, Team

Choices = list[tuple[str, str]]
Boxes = list[tuple[int, str, str]]


def languages() -> Choices:
    """Each in its own name, so that whoever reads only one finds it."""
    return [("ar", "العربية"), ("en", "English")]


def roles() -> Choices:
    """What agents may be."""
    return [("agent", _("Agent")), ("supervisor", _("Supervisor")), ("admin", _("Admin"))]


def themes() -> Choices:
    """Light, dark, or as the device says."""
    return [("system", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))]


def digit_choices() -> Choices:
    """How numbers of ours are written on Arabic pages."""
    return [("latn", "0123456789"), ("arab", "٠١٢٣٤٥٦٧٨٩")]


def zone_choices() -> Choices:
    """Every time zone by its name, with how far it is from UTC today."""
    now, language = clock.now(), str(get_locale() or "ar")
    named = [(name, f"{zone_name(name, language)} ({offset(now.astimezone(ZoneInfo(name)).strftime('%z'))})") for name in zones()]
    return sorted(named, key=lambda pair: pair[1])


@lru_cache(maxsize=2000)
def zone_name(name: str, language: str) -> str:
    """ "Asia/Riyadh"; in Arabic the city alone, where its Arabic name is known."""
    city = "" if language == "en" else get_timezone_location(name, locale=language, return_city=True)
    return name.replace("_", " ") if city.isascii() else city


def offset(text: str) -> str:
    """+0300 as UTC+3, +0530 as UTC+5:30."""
    hours, minutes = int(text[1:3]), text[3:5]
    return f"UTC{text[0]}{hours}" + (f":{minutes}" if minutes != "00" else "") if text[1:] != "0000" else "UTC"


def boxes(rows: Sequence[Agent] | Sequence[Inbox] | Sequence[Team]) -> Boxes:
    """(id, name, note) of people, teams or inboxes; who is switched off is told."""
    locale = str(get_locale() or "ar")
    return [(row.id, row.shown_name(locale), "" if getattr(row, "active", True) else off(row)) for row in rows]


def off(row: Agent | Inbox | Team) -> str:
    """What is switched off, in words that suit people as well as things."""
    return _("Account switched off") if isinstance(row, Agent) else _("Switched off")


def one_or_none(rows: Sequence[Team]) -> Choices:
    """One of them, or none."""
    return [("", _("None")), *((str(number), name) for number, name, _note in boxes(rows))]
