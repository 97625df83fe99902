"""The days from the beginning of a promise to its end, drawn: what was counted, what will be, what was skipped, now and the due time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from automations.sla.explain import Explained
from automations.web.calendar_shown import hijri_words
from helpdesk.visit.reader import digits, reader

MOST_DAYS, MOST_LABELS = 62, 8
WIDTH = 1000.0


@dataclass(frozen=True)
class RulerDay:
    """A label: weekday, number, and its Hijri date."""

    name: str
    number: str
    hijri: str


NOTHING = RulerDay("", "", "")


@dataclass(frozen=True)
class Ruler:
    """`bars` are (look, from, length) in thousandths of its length; `lines` stand between days; `pins` are (look, place)."""

    days: list[RulerDay]
    bars: list[tuple[str, float, float]]
    lines: list[float]
    pins: list[tuple[str, float]]


def ruler(found: Explained) -> Ruler | None:
    """None for what is too long to be drawn, or is done within no time at all."""
    start = found.target.started_at
    end = max(moment for moment in (found.target.due_at, found.target.ended_at or found.now, start + timedelta(minutes=1)) if moment)
    first, last = start.astimezone(reader().zone).date(), end.astimezone(reader().zone).date()
    count = (last - first).days + 1
    if count > MOST_DAYS:
        return None
    begin, whole = midnight(first), (midnight(last + timedelta(days=1)) - midnight(first)).total_seconds()

    def place(moment: datetime) -> float:
        return round(max(0.0, min(1.0, (moment - begin).total_seconds() / whole)) * WIDTH, 2)

    looks = {"counted": "in", "will": "will", "paused": "pause"}
    bars = [
        (looks.get(kind) or ("holiday" if piece.reason.kind == "holiday" else ""), place(piece.from_at),
         round(place(piece.to_at) - place(piece.from_at), 2))
        for kind, piece in found.lines
    ]  # fmt: skip
    pins = [("now", place(found.now))] if found.target.ended_at is None else [("end", place(found.target.ended_at))]
    pins += [("due", place(found.target.due_at))] if found.target.due_at else []
    lines = [place(midnight(first + timedelta(days=number))) for number in range(1, count)]
    return Ruler(labels(first, count), [bar for bar in bars if bar[0]], lines, pins)


def midnight(day: date) -> datetime:
    """The first moment of the reader's day."""
    return datetime.combine(day, time(), ZoneInfo(str(reader().zone)))


def labels(first: date, count: int) -> list[RulerDay]:
    """One a day, so that each stands over its own; where there is no room for all, some say nothing."""
    every = -(-count // MOST_LABELS)
    return [label(first + timedelta(days=number)) if number % every == 0 else NOTHING for number in range(count)]


def label(day: date) -> RulerDay:
    """Weekday, number, Hijri date."""
    name = str(format_date(day, "EEE" if reader().language == "en" else "EEEE", locale=reader().locale))
    return RulerDay(name, digits(day.day), hijri_words(day, year=False))
