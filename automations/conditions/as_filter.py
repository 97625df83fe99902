"""A group of conditions as SQL: it finds the tickets of which `evaluate` says that the group holds. Words that tell of what just happened,
of the desk, of a text or of files have no such form."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, func, not_, or_, true

from automations.conditions.columns import ASSIGNEE, INBOX, NOW, TEAM, Column
from automations.conditions.kinds import KINDS, tags_of
from automations.conditions.words import WORDS, Word
from helpdesk.clock import FAR
from helpdesk.models.types import Moment
from helpdesk.queries.filters import Filter

PINNED = {"assignee_id": ASSIGNEE, "team_id": TEAM, "inbox_id": INBOX}
MINUTE = timedelta(minutes=1)
Ago = dict[str, timedelta]
Asked = Callable[[Column, Any, Ago], ColumnElement[bool]]


@lru_cache(maxsize=500)
def filter_of(conditions: str) -> Filter | None:
    """The group that this JSON says; None when a word or a test of it cannot be asked of stored tickets."""
    group: dict[str, Any] = json.loads(conditions)
    parts = list(leaves(group))
    if not all(askable(part) for part in parts):
        return None
    ago: Ago = {}
    where, rows = of_group(group, ago), sum(column_of(part).rows for part in parts)
    return Filter(where, rows, ago, pins(group))


def leaves(group: dict[str, Any]) -> list[dict[str, Any]]:
    """All its conditions."""
    parts = [part for parts in group.values() for part in parts]
    return [leaf for part in parts for leaf in ([part] if "word" in part else leaves(part))]


def askable(part: dict[str, Any]) -> bool:
    """Whether the word has a column, and the test a form in SQL."""
    word = WORDS.get(str(part.get("word")))
    return word is not None and in_views(word) and part.get("test") in KINDS[word.kind]


def in_views(word: Word) -> bool:
    """Whether views may ask with it."""
    return word.column is not None


def column_of(part: dict[str, Any]) -> Column:
    """Of a condition that is askable."""
    column = WORDS[part["word"]].column
    if column is None:
        raise ValueError(part["word"])
    return column


def of_group(group: dict[str, Any], ago: Ago) -> ColumnElement[bool]:
    """All, any or none of its parts; an empty group holds."""
    how, parts = next(iter(group.items())) if group else ("all", [])
    said = [of_condition(part, ago) if "word" in part else of_group(part, ago) for part in parts]
    if how == "all" or not said:
        return and_(true(), *said)
    return or_(false(), *said) if how == "any" else not_(or_(false(), *said))


def of_condition(part: dict[str, Any], ago: Ago) -> ColumnElement[bool]:
    """One of them; never NULL."""
    word = WORDS[part["word"]]
    if column_of(part).by_now:
        ago[NOW] = timedelta()
    return ASKED[word.kind, part["test"]](column_of(part), part.get("value"), ago)


def among(column: Column, value: Any, _ago: Ago) -> ColumnElement[bool]:
    """One of the choices; "" is nothing, where a column can hold nothing."""
    nothing = [func.coalesce(column.fact, -1) == -1] if column.kept is not str and "" in value else []
    wanted = [kept for one in value if (kept := column.kept(one)) is not None]
    return or_(false(), *nothing, and_(column.fact.is_not(None), column.fact.in_(wanted)))


def more(column: Column, value: Any, _ago: Ago) -> ColumnElement[bool]:
    """A number over another."""
    return counted(column, value) > value


def less(column: Column, value: Any, _ago: Ago) -> ColumnElement[bool]:
    """A number under another."""
    return counted(column, value) < value


def just(column: Column, value: Any, _ago: Ago) -> ColumnElement[bool]:
    """This number."""
    return counted(column, value) == value


def counted(column: Column, value: Any) -> Any:
    """The number, where it is counted no further than has to be known."""
    return column.fact(int(value) + 2) if callable(column.fact) else column.fact


def at_least(column: Column, value: Any, ago: Ago) -> ColumnElement[bool]:
    """So many whole minutes ago or more; what never was is no more."""
    if column.side == "ahead":
        return was(column) & (column.fact >= ahead(value, ago))
    moment = before(value, ago)
    return on_its_side(column, ago) & (column.fact <= moment if value else column.fact < moment)


def under(column: Column, value: Any, ago: Ago) -> ColumnElement[bool]:
    """Fewer whole minutes ago; what never was is no less."""
    if column.side == "ahead":
        return on_its_side(column, ago) & (column.fact < ahead(value, ago))
    moment = before(value, ago)
    return on_its_side(column, ago) & (column.fact > moment if value else column.fact >= moment)


def on_its_side(column: Column, ago: Ago) -> ColumnElement[bool]:
    """It ever was, and lies where the word looks for it."""
    if not column.side:
        return was(column)
    now = bindparam(NOW, None, type_=Moment())
    ago[NOW] = timedelta()
    return was(column) & (column.fact >= now if column.side == "ahead" else column.fact <= now)


def was(column: Column) -> ColumnElement[bool]:
    """It ever was."""
    return func.coalesce(column.fact, bindparam(None, FAR, type_=Moment()), type_=Moment()) < bindparam(None, FAR, type_=Moment())


def before(minutes: int, ago: Ago) -> Any:
    """So many minutes before now, bound when it is asked. Less than a minute ago and less than a minute ahead are both no minute."""
    name = f"ago_{minutes}"
    ago[name] = timedelta(minutes=minutes) if minutes else -MINUTE
    return bindparam(name, None, type_=Moment())


def ahead(minutes: int, ago: Ago) -> Any:
    """So many minutes from now on, bound when it is asked."""
    name = f"ahead_{minutes}"
    ago[name] = -timedelta(minutes=minutes)
    return bindparam(name, None, type_=Moment())


def tags_all(column: Column, value: Any, _ago: Ago) -> ColumnElement[bool]:
    """Every tag."""
    wanted = tags_of(value)
    return column.fact(wanted) == len(wanted)


def tags_any(column: Column, value: Any, _ago: Ago) -> ColumnElement[bool]:
    """One of the tags."""
    return column.fact(tags_of(value)) > 0


ASKED: dict[tuple[str, str], Asked] = {
    ("choice", "is"): among, ("choice", "is_not"): lambda column, value, ago: not_(among(column, value, ago)),
    ("number", "over"): more, ("number", "under"): less, ("number", "equals"): just,
    ("since", "over"): at_least, ("since", "under"): under,
    ("tags", "has_any"): tags_any, ("tags", "has_all"): tags_all,
    ("tags", "has_none"): lambda column, value, ago: not_(tags_any(column, value, ago)),
    ("yes", "is_true"): lambda column, _value, _ago: column.fact, ("yes", "is_false"): lambda column, _value, _ago: not_(column.fact),
}  # fmt: skip
"""(kind, test) -> its form in SQL. Kinds without a row here are not asked of stored tickets."""


def pins(group: dict[str, Any]) -> dict[str, tuple[int | None, ...]]:
    """Assignee, team and inbox where the whole group stands and falls with them: a walk may begin there."""
    found: dict[str, tuple[int | None, ...]] = {}
    for part in group.get("all", []):
        for name, column in PINNED.items():
            if "word" in part and part["test"] == "is" and column_of(part) is column and name not in found:
                found[name] = tuple(dict.fromkeys(number(one) for one in part["value"] if one == "" or column.kept(one) is not None))
    return found


def number(choice: str) -> int | None:
    """An id, None for nothing."""
    return int(choice) if choice else None
