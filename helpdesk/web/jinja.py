"""What every template may use: asset addresses, times, digits, and small words about people."""

from itertools import groupby
from typing import Any

from flask import Flask

from helpdesk import words
from helpdesk.folding import direction_of
from helpdesk.visit import times
from helpdesk.web.assets import asset
from helpdesk.web.attachments import shown_files
from helpdesk.web.calendar_shown import happenings


def register(app: Flask) -> None:
    """Adds the global `asset` and the filters."""
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.filters.update(
        short_time=times.short_time, clock_time=times.clock_time, long_time=times.long_time, day_heading=times.day_heading,
        digits=times.digits, colour=colour, initial=initial, groups=groups, size=words.size, direction=direction_of,
        happenings=happenings, shown_files=shown_files,
    )


def colour(number: int | None) -> int:
    """One of the five avatar colours, always the same for the same person."""
    return (number or 0) % 5 + 1


def initial(name: str | None) -> str:
    """The letter on an avatar: the first that is a letter, or nothing."""
    return next((letter.upper() for letter in name or "" if letter.isalpha()), "")


def groups(links: list[Any]) -> tuple[tuple[str | None, tuple[Any, ...]], ...]:
    """Links as blocks of neighbours with the same heading: ((heading or None, links), …)."""
    return tuple((name, tuple(block)) for name, block in groupby(links, key=lambda link: link.group))
