"""Reads the files of the packs. Whatever is wrong with one is said with its file and place; nothing of it is used then."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from automations import telling  # noqa: F401  its acts are in the menu then
from automations.actions import ACTS
from automations.conditions.happenings import EVENT_WORDS, SINCE_WORDS
from automations.conditions.kinds import KINDS
from automations.conditions.words import WORDS
from automations.sla.presets import PRESETS
from helpdesk.errors import HelpdeskError, NotFound
from helpdesk.starter import KINDS as ORDER
from helpdesk.starter import Hours, Named, Piece, Starter, names_in

FOLDER = Path(__file__).parent
PACKS = ("repair", "returns-services", "returns-shop", "shop")
"""In the order in which they are shown."""
HEAD = {"version", "name", "name_ar", "about", "about_ar"}
TABLES = {"calendar", "team", "type", "tag", "text", "reply", "rule", "policy"}
NAMES = {"key", "name", "name_ar"}
OF_RULE = {"trigger": {"on", "if", "then"}, "timed": {"after", "if", "then"}, "macro": {"then"}}
OF_POLICY = {"if", "pause", "calendar", "targets", "steps"}


class PackError(HelpdeskError):
    """A file of a pack that cannot be used."""


def packs() -> list[Starter]:
    """All of them."""
    return [pack(key) for key in PACKS]


@cache
def pack(key: str) -> Starter:
    """One by its key; NotFound for one that there is not."""
    if key not in PACKS:
        raise NotFound
    return read(key, (FOLDER / f"{key}.toml").read_text(encoding="utf-8"))


def read(key: str, text: str) -> Starter:
    """The pack that a file says; PackError for a text that says none."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{key}.toml: {error}") from error
    exact(f"{key}.toml", said, HEAD, TABLES)
    pieces = (
        *(piece(key, "type", one, set()) for one in said.get("type", [])),
        *(piece(key, "reply", one, {"en", "ar"}) for one in said.get("reply", [])),
        *(rule(key, one) for one in said.get("rule", [])),
        *(piece(key, "policy", one, OF_POLICY) for one in said.get("policy", [])),
    )
    texts = tuple(Named(one["key"], one["en"], one["ar"]) for one in tables(key, "text", said, {"key", "en", "ar"}))
    teams, tags = (tuple(Named(**one) for one in tables(key, kind, said, NAMES)) for kind in ("team", "tag"))
    found = Starter(
        key, said["name"], said["name_ar"], said["version"], said["about"], said["about_ar"], hours(key, said), teams, tags, texts,
        tuple(sorted(pieces, key=lambda one: ORDER.index(one.kind))))
    check(found)
    return found


def tables(key: str, kind: str, said: Mapping[str, Any], fields: set[str]) -> list[dict[str, Any]]:
    """The tables of a kind, each with just these fields."""
    for one in said.get(kind, []):
        exact(f"{key}.toml, {kind} {one.get('key')}", one, fields)
    return list(said.get(kind, []))


def exact(where: str, said: Mapping[str, Any], needed: set[str], more: set[str] | None = None) -> None:
    """PackError unless it has all that is needed, nothing empty, and nothing else."""
    missing = sorted(field for field in needed if said.get(field) in (None, ""))
    unknown = sorted(set(said) - needed - (more or set()))
    if missing or unknown:
        words = [f"{field} is missing" for field in missing] + [f"{field} is not known here" for field in unknown]
        raise PackError(f"{where}: {', '.join(words)}")


def hours(key: str, said: Mapping[str, Any]) -> Hours | None:
    """The business hours, by the name of a preset."""
    calendar = said.get("calendar")
    if calendar is None:
        return None
    exact(f"{key}.toml, calendar", calendar, {"name", "name_ar", "preset", "holidays"})
    if calendar["preset"] not in PRESETS:
        raise PackError(f"{key}.toml, calendar: there is no preset {calendar['preset']}")
    return Hours("calendar", calendar["name"], calendar["name_ar"], PRESETS[calendar["preset"]].week, calendar["holidays"])


def rule(key: str, said: dict[str, Any]) -> Piece:
    """A rule or a macro, with the parts that its kind has; the others are empty, as the builder writes them."""
    kind = said.pop("kind", "")
    if kind not in OF_RULE:
        raise PackError(f"{key}.toml, rule {said.get('key')}: there is no kind {kind}")
    found = piece(key, kind, said, OF_RULE[kind])
    return Piece(found.key, found.name, found.name_ar, kind, {"on": [], "if": {"all": []}, "stop": False} | dict(found.body))


def piece(key: str, kind: str, said: dict[str, Any], body: set[str]) -> Piece:
    """One piece; a text without the blank lines around it."""
    exact(f"{key}.toml, {kind} {said.get('key')}", said, NAMES | body)
    parts = {field: said[field].strip() if isinstance(said[field], str) else said[field] for field in body}
    return Piece(said["key"], said["name"], said["name_ar"], kind, parts)


def check(pack: Starter) -> None:
    """PackError for two of one name, and for what names something that is not in the pack, or a word or act that is in no menu."""
    places = [piece.place for piece in pack.pieces] + [f"team:{one.key}" for one in pack.teams]
    places += list(pack.words("en"))
    if twice := sorted({place for place in places if places.count(place) > 1}):
        raise PackError(f"{pack.key}.toml: {twice[0]} is there twice")
    for one in pack.pieces:
        if lost := sorted(names_in(dict(one.body)) - set(places)):
            raise PackError(f"{pack.key}.toml, {one.place}: there is no {lost[0]}")
        for problem in unknown(one.body):
            raise PackError(f"{pack.key}.toml, {one.place}: {problem}")


def unknown(value: Any) -> list[str]:
    """Words, tests and acts of a definition that are in no menu."""
    if isinstance(value, Mapping):
        found = [problem for part in value.values() for problem in unknown(part)]
        if "do" in value and value["do"] not in ACTS:
            found.append(f"there is no act {value['do']}")
        if "word" in value and (value["word"] not in WORDS or value.get("test") not in KINDS[WORDS[value["word"]].kind]):
            found.append(f"nobody can ask whether {value['word']} {value.get('test')}")
        found += [f"there is no event {kind}" for kind in heard(value) if kind not in EVENT_WORDS]
        if isinstance(after := value.get("after"), Mapping) and after.get("since") not in SINCE_WORDS:
            found.append(f"nothing is counted from {after.get('since')}")
        return found
    return [problem for part in value for problem in unknown(part)] if isinstance(value, list) else []


def heard(part: Mapping[str, Any]) -> list[str]:
    """The kinds of event that a rule listens to, or that one side of a stage does."""
    on = part.get("on", [])
    return list(on) if isinstance(on, list) else [on]
