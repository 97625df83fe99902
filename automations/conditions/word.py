"""What a word of the menu is; `add` puts one there, for conditions of every kind at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from automations.conditions.choices import Choices
from automations.conditions.columns import Column
from automations.facts import Facts, Text, word_of

GROUPS = {
    "ticket": _l("Ticket"), "message": _l("Message"), "contact": _l("Customer"), "change": _l("What just happened"), "time": _l("Time"),
    "desk": _l("The desk"),
}  # fmt: skip


@dataclass(frozen=True)
class Word:
    """One thing that can be asked. `read` tells the fact in the form its kind takes; `choices` lists (value, label) where there is a list.
    `now`: what it tells is true of this very moment alone, so that of the past nobody knows it. `column`: the same as SQL, where it can be
    asked of stored tickets; views ask with no other words."""

    name: str
    label: LazyString
    group: str
    kind: str
    read: Callable[[Facts], Any]
    choices: Callable[[], Choices] | None = None
    now: bool = False
    column: Column | None = None


WORDS: dict[str, Word] = {}


def add(word: Word) -> None:
    """The word stands in every menu from now on."""
    WORDS[word.name] = word


def of_ticket(column: str) -> Callable[[Facts], str]:
    """A column as a choice names it."""
    return lambda facts: word_of(getattr(facts.ticket, column))


def of_message(column: str) -> Callable[[Facts], Text]:
    """A text of the message."""
    return lambda facts: Text(str(getattr(facts.message, column, "") or ""))


def chosen_of_message(column: str) -> Callable[[Facts], str]:
    """A word of the message as a choice names it; "" without a message."""
    return lambda facts: word_of(getattr(facts.message, column, ""))


def holds(column: str) -> Callable[[Facts], bool]:
    """Whether the message has any of it."""
    return lambda facts: bool(getattr(facts.message, column, None))


def flag(name: str) -> Callable[[Facts], bool]:
    """A warning on the message."""
    return lambda facts: bool(facts.message and name in facts.message.flags)
