"""Parts of pages that are kept: what comes out of the same template with the same values for the same kind of reader is made once.

A part may show nothing but the values it is given, words and digits. Values are compared, so what is kept is never out of date.
"""

from collections.abc import Hashable
from functools import lru_cache

from flask import current_app, g, get_template_attribute
from markupsafe import Markup

from helpdesk.queries import roster
from helpdesk.visit.reader import reader

MOST = 8000


def fixed(template: str) -> Markup:
    """A whole template that takes no values."""
    return made(template, reader().language)


@lru_cache(maxsize=50)
def made(template: str, _language: str) -> Markup:
    """See `fixed`."""
    return Markup(current_app.jinja_env.get_template(template).render())  # noqa: S704  templates escape


def part(template: str, macro: str, *values: Hashable, depends: Hashable = None) -> Markup:
    """A macro of a template with values. `depends`: what else decides how it looks, such as the time."""
    return called(template, macro, values, (reader().language, g.get("digits"), depends))


@lru_cache(maxsize=MOST)
def called(template: str, macro: str, values: tuple[Hashable, ...], _depends: Hashable) -> Markup:
    """See `part`."""
    return Markup(get_template_attribute(template, macro)(*values))  # noqa: S704  templates escape


def colleagues(agents: tuple[tuple[int, str], ...], me: int, chosen: int | None) -> Markup:
    """Everybody but the reader as choices of the assign menu. `agents`: (id, name)."""
    written, away = each_colleague(agents, reader().language), roster.names().away
    names = dict(agents)
    marked = {number: colleague(number, names[number], number == chosen, number in away) for number in {chosen or 0, *away} & names.keys()}
    return Markup("".join(marked.get(number, line) for number, line in written.items() if number != me))  # noqa: S704  made of parts


@lru_cache(maxsize=10)
def each_colleague(agents: tuple[tuple[int, str], ...], _language: str) -> dict[int, Markup]:
    """A choice for each, none of them chosen."""
    return {number: colleague(number, name, False, False) for number, name in agents}


def colleague(number: int, name: str, chosen: bool, away: bool) -> Markup:
    """One choice."""
    return part("tickets/_colleagues.html", "colleague", number, name, chosen, away)
