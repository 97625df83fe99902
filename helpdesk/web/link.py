"""A line of the navigation."""

from typing import NamedTuple


class Link(NamedTuple):
    """`number` is "" where nothing is counted, None where it is told later; `group` the heading under which it stands; `do` the command
    that goes there, "go-KEY" unless it is said. Without an `icon` the first letter of the name stands in its place."""

    key: str
    name: str
    icon: str
    href: str
    number: str | None
    current: bool
    group: str | None = None
    do: str = ""
