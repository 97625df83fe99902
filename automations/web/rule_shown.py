"""A rule as the builder shows it: lines of blanks, each a form control that stands in a sentence."""

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from automations.actions import ACTS
from automations.conditions.as_filter import in_views
from automations.conditions.check import HOWS, MOST_DEPTH
from automations.conditions.happenings import EVENT_WORDS, SINCE_WORDS, unit_names
from automations.conditions.kinds import KINDS
from automations.conditions.say import Say, agree, how_word, listed, span_of_minutes
from automations.conditions.words import GROUPS, WORDS, Word
from helpdesk.visit.reader import reader

Menu = list[tuple[str, str]]
OF_TIME = ("minutes", "hours", "calendar_days")


@dataclass(frozen=True)
class Blank:
    """A control. `takes`: how it is filled in ("choice", "choices", "phrases", "tags", "text", "number", "minutes", "pattern" or "" for
    none); `text`: what stands in it; `menu`: what can be chosen; `chosen` what is."""

    takes: str
    text: str | Markup = ""
    menu: Menu = field(default_factory=list)
    chosen: tuple[str, ...] = ()
    unit: str = ""
    units: Menu = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """A condition ("condition"), a group of lines ("group") or an action ("action"). `joiner` stands before it; `reversed`: the test
    stands before the word; `deep`: no group may stand within it."""

    kind: str
    path: str
    joiner: str
    problem: str
    word: str = ""
    tests: Menu = field(default_factory=list)
    test: str = ""
    value: Blank = field(default_factory=lambda: Blank(""))
    reversed: bool = False
    how: str = "all"
    parts: "list[Line]" = field(default_factory=list)
    deep: bool = False


@dataclass(frozen=True)
class Shown:
    """The whole builder. `words`, `acts`, `events`: the menus; a word or an act that is unknown here is shown by its own name."""

    kind: str
    definition: dict[str, Any]
    events: list[str]
    group: Line
    actions: list[Line]
    problems: dict[str, str]
    words: list[tuple[str, Menu]]
    acts: Menu
    event_menu: Menu
    hows: Menu
    since: Menu
    units: Menu


def shown(kind: str, definition: dict[str, Any], problems: dict[str, str]) -> Shown:
    """The definition, right or wrong, with each problem at its place."""
    say, placed = Say(), {place_of(path): sentence for path, sentence in problems.items()}
    actions = [action(say, one, place, placed) for place, one in enumerate(definition["then"])]
    return Shown(
        kind, definition, definition["on"], line(say, definition["if"], "if", "", placed, 1), actions, placed, words(kind),
        [(act.name, str(act.label)) for act in ACTS.values()], [(name, str(label)) for name, label in EVENT_WORDS.items()],
        [(how, how_word(how)) for how in HOWS], [(name, str(label)) for name, label in SINCE_WORDS.items()], list(unit_names().items()),
    )  # fmt: skip


def place_of(path: str) -> str:
    """ "if.all.0.any.2" as the form names it: "if.0.2"."""
    return ".".join(part for part in path.split(".") if part not in HOWS)


def words(kind: str) -> list[tuple[str, Menu]]:
    """The menu of words under its headings; for a view those alone that a stored ticket can tell."""
    offered = [word for word in WORDS.values() if kind != "view" or in_views(word)]
    return [(str(label), [(word.name, str(word.label)) for word in offered if word.group == key]) for key, label in GROUPS.items()]


def line(say: Say, part: dict[str, Any], path: str, before: str, problems: dict[str, str], depth: int) -> Line:
    """A condition or a group."""
    if "word" in part:
        return condition(say, part, path, before, problems)
    how, parts = next(iter(part.items()), ("all", []))
    lines = [line(say, one, f"{path}.{place}", between(how) if place else "", problems, depth + 1) for place, one in enumerate(parts)]
    return Line("group", path, before, problems.get(path, ""), how=how, parts=lines, deep=depth >= MOST_DEPTH)


def between(how: str) -> str:
    """What begins every line of a group but the first."""
    return _("and") if how == "all" else _("or")


def condition(say: Say, part: dict[str, Any], path: str, before: str, problems: dict[str, str]) -> Line:
    """One condition, its words in the order of the language and the gender of its subject."""
    word, problem = WORDS.get(part["word"]), problems.get(path, "")
    if word is None:
        return Line("condition", path, before, problem, part["word"])
    tests = [(name, agree(str(test.label), str(word.label))) for name, test in KINDS[word.kind].items()]
    takes = KINDS[word.kind][part["test"]].takes if part.get("test") in KINDS[word.kind] else ""
    value = blank(say, takes, word, part.get("value"))
    return Line("condition", path, before, problem, word.name, tests, part.get("test", ""), value, word.kind == "yes")


def blank(say: Say, takes: str, word: Word, value: Any) -> Blank:
    """The control of a condition's value."""
    if takes == "choices":
        chosen = tuple(value) if isinstance(value, list) else ()
        text = listed([say.named(word.choices)(one) for one in chosen]) if chosen else ""
        return Blank(takes, text, list(word.choices()) if word.choices else [], chosen)
    if takes in ("phrases", "tags"):
        return Blank(takes, comma().join(value) if isinstance(value, list) else "")
    if takes == "minutes":
        amount, unit = span_of_minutes(value) if isinstance(value, int) else (value or "", "hours")
        names = unit_names()
        return Blank(takes, str(amount), unit=unit, units=[(name, names[name]) for name in OF_TIME])
    return Blank(takes, "" if value is None else str(value))


def comma() -> str:
    """What stands between phrases."""
    return "، " if reader().language == "ar" else ", "


def action(say: Say, part: dict[str, Any], place: int, problems: dict[str, str]) -> Line:
    """One action."""
    path, act, value = f"then.{place}", ACTS.get(part.get("do", "")), part.get("value")
    before = _("and then") if place else ""
    problem = problems.get(path, "")
    if act is None:
        return Line("action", path, before, problem, part.get("do", ""))
    if act.takes == "tags":
        given = Blank("tags", comma().join(value) if isinstance(value, list) else "")
    elif act.choices:
        menu = list(act.choices())
        gone = [] if str(value or "") in dict(menu) else [(str(value or ""), str(say.named(act.choices)(str(value or "")).striptags()))]
        given = Blank("choice", menu=[*gone, *menu], chosen=(str(value or ""),))
    else:
        given = Blank(act.takes, "" if value is None else str(value))
    return Line("action", path, before, problem, act.name, value=given)
