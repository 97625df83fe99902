"""The lines of the navigation below the views: which pages there are, for whom, and under which heading. Wings add theirs in init_app."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from helpdesk.visit.access import RANK

HEADINGS = {
    "supervision": _l("Supervision"), "tools": _l("Tools"), "automation": _l("Automation"), "settings": _l("Settings"),
}  # fmt: skip
"""Where a line stands, in this order; "foot" is below all, beside one's own name."""


class Section(NamedTuple):
    """One line. `role`: the least that sees it; `also`: the beginnings of other addresses that belong to it."""

    place: str
    role: str
    key: str
    name: Any
    icon: str
    address: str
    also: tuple[str, ...] = ()


Told = Section | Callable[[], Section]
"""A line, or what says it anew for each page."""


def tell(app: Flask, *sections: Told) -> None:
    """More lines; those of one place stand in the order in which they are told."""
    app.extensions.setdefault("sections", []).extend(sections)


def told(role: str, *places: str) -> Iterator[Section]:
    """The lines of these places, one place after the other, that somebody of that role sees."""
    every = [each() if callable(each) else each for each in current_app.extensions.get("sections", [])]
    seen = [each for each in every if RANK[role] >= RANK[each.role]]
    return (each for place in places for each in seen if each.place == place)
