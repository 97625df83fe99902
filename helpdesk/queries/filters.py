"""Conditions of a saved view as SQL. The house keeps them as they were written; who knows their words tells it what they mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ColumnElement


@dataclass(frozen=True, eq=False)
class Filter:
    """`where` holds or does not, on a ticket, and is never NULL. `rows`: how many rows beside its own it looks at for one ticket. `ago`:
    bound value -> how long before now it is. `pins`: column of ticket that decides who sees it -> the values it must have one of."""

    where: ColumnElement[bool]
    rows: int = 0
    ago: Mapping[str, timedelta] = field(default_factory=dict)
    pins: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)


Meaning = Callable[[str], Filter | None]
known: dict[str, Meaning] = {}


def register(meaning: Meaning) -> None:
    """`meaning` turns a group of conditions, as JSON, into a Filter; None where a word or a test of it is not known any more."""
    known["conditions"] = meaning


def filter_of(conditions: str) -> Filter | None:
    """What they mean today."""
    return known["conditions"](conditions)
