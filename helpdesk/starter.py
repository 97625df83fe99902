"""A starter pack as its file says it: pieces that name each other before any of them is there. Pure: no files, no database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("type", "reply", "macro", "trigger", "timed", "policy")
"""In the order in which they are written: what is named comes before what names it."""
REFERENCE = re.compile(r"(?:type|reply|macro|tag|text|team):[a-z0-9-]+")
Week = tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True)
class Named:
    """Something with a name in both languages; of a text the whole text."""

    key: str
    name: str
    name_ar: str

    def shown_name(self, language: str) -> str:
        """In that language."""
        return self.name_ar if language == "ar" else self.name


@dataclass(frozen=True)
class Piece(Named):
    """A row to be. `body` is of a reply {language: text}, of rules, macros and policies the definition, with names such as "type:return"
    where ids will stand, and of a type nothing."""

    kind: str
    body: Mapping[str, Any]

    @property
    def place(self) -> str:
        """How other pieces name it; rules nobody names."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True)
class Hours(Named):
    """Business hours for a desk that has none: a week (Monday first, in minutes), and the country whose public holidays are free, or ""."""

    week: Week
    holidays: str


@dataclass(frozen=True)
class Starter(Named):
    """A whole pack. `teams` are roles: which of the desk's teams they are is chosen when it is installed."""

    version: int
    about: str
    about_ar: str
    hours: Hours | None
    teams: tuple[Named, ...]
    tags: tuple[Named, ...]
    texts: tuple[Named, ...]
    pieces: tuple[Piece, ...]

    def of(self, *kinds: str) -> list[Piece]:
        """Its pieces of these kinds, in the order of the file."""
        return [piece for piece in self.pieces if piece.kind in kinds]

    def words(self, language: str) -> dict[str, str]:
        """What tags and texts are in one language: what the desk's tickets will carry."""
        tags = {f"tag:{one.key}": one.shown_name(language) for one in self.tags}
        return tags | {f"text:{one.key}": one.shown_name(language) for one in self.texts}


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """The same with ids and words in the place of names. An action for a team that nobody chose is left out; other names stay."""
    if isinstance(value, str):
        return names.get(value, value) if REFERENCE.fullmatch(value) else value
    if isinstance(value, list):
        return [filled(one, names) for one in value if not is_left_out(one, names)]
    return {key: filled(one, names) for key, one in value.items()} if isinstance(value, Mapping) else value


def is_left_out(value: Any, names: Mapping[str, str]) -> bool:
    """Whether this is an action that needs a team, and there is none."""
    team = value.get("value") if isinstance(value, Mapping) and "do" in value else None
    return isinstance(team, str) and team.startswith("team:") and not names.get(team)


def names_in(value: Any) -> set[str]:
    """All that a definition names."""
    if isinstance(value, str):
        return {value} if REFERENCE.fullmatch(value) else set()
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return set().union(*(names_in(part) for part in parts))
