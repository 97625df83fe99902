"""Kinds of facts and the tests that each can be put to. A test is made once of its value, then asked many times."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import re2
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from automations.facts import Text
from helpdesk.folding import fold, query_tokens

Ask = Callable[[Any], bool]
MOST_VALUES, MOST_LETTERS, MOST_MINUTES, PATTERN_MEMORY = 50, 500, 10 * 366 * 24 * 60, 1 << 20


@dataclass(frozen=True)
class Test:
    """`prepare(value)` makes what asks: fact -> bool. `takes` is the form field of its value: "choices", "phrases", "pattern", "number",
    "minutes", "tags", "choice" or "" for none."""

    label: LazyString
    takes: str
    prepare: Callable[[Any], Ask]


def pattern(written: str) -> Any:
    """The pattern, for folded text, in linear time (RE2). ValueError when RE2 refuses it. Its letters are folded like the text; `\\b` and
    `\\w` know ASCII alone."""
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = PATTERN_MEMORY, False, False
    try:
        return re2.compile(folded_letters(written), options=options)
    except re2.error as error:
        words = error.args[0] if error.args else b""
        raise ValueError(words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)) from error


def folded_letters(written: str) -> str:
    """The pattern with its Arabic letters folded; ASCII stays, because in patterns case means something (\\D and \\d)."""
    return "".join(letter if letter.isascii() else fold(letter) for letter in written)


def any_phrase(value: Any) -> Callable[[Text], list[str]]:
    """Which of the phrases a text holds, as the search finds them."""
    wanted = [(phrase, frozenset(query_tokens(phrase))) for phrase in value]
    return lambda text: [phrase for phrase, tokens in wanted if tokens and tokens <= text.tokens]


def has_any(value: Any) -> Ask:
    """One of the phrases."""
    found = any_phrase(value)
    return lambda text: bool(found(text))


def has_all(value: Any) -> Ask:
    """Every phrase."""
    found = any_phrase(value)
    return lambda text: len(found(text)) == len(value)


def has_none(value: Any) -> Ask:
    """None of the phrases."""
    found = any_phrase(value)
    return lambda text: not found(text)


def has_phrase(value: Any) -> Ask:
    """One of the phrases word by word, in this order, whatever stands between and around the words."""
    wanted = [words for phrase in value if (words := Text(phrase).words).strip()]
    return lambda text: any(words in text.words for words in wanted)


def matches(value: Any) -> Ask:
    """The pattern, somewhere."""
    made = pattern(value)
    return lambda text: made.search(text.folded) is not None


def among(value: Any) -> Ask:
    """One of the choices."""
    wanted = frozenset(value)
    return lambda fact: fact in wanted


def not_among(value: Any) -> Ask:
    """None of the choices."""
    wanted = frozenset(value)
    return lambda fact: fact not in wanted


def over(value: Any) -> Ask:
    """More than; what never was is no more."""
    least = float(value)
    return lambda fact: fact is not None and fact > least


def at_least(value: Any) -> Ask:
    """So much or more; what never was is no more."""
    least = float(value)
    return lambda fact: fact is not None and fact >= least


def under(value: Any) -> Ask:
    """Less than; what never was is no less."""
    most = float(value)
    return lambda fact: fact is not None and fact < most


def equals(value: Any) -> Ask:
    """Just so much."""
    wanted = float(value)
    return lambda fact: fact is not None and fact == wanted


def tags_of(value: Iterable[str]) -> frozenset[str]:
    """As tickets keep them."""
    return frozenset(fold(tag)[:60] for tag in value)


def tags_any(value: Any) -> Ask:
    """One of the tags."""
    wanted = tags_of(value)
    return lambda held: bool(wanted & held)


def tags_all(value: Any) -> Ask:
    """Every tag."""
    wanted = tags_of(value)
    return lambda held: wanted <= held


def tags_none(value: Any) -> Ask:
    """None of the tags."""
    wanted = tags_of(value)
    return lambda held: not wanted & held


def changed(_value: Any) -> Ask:
    """At all, by this very event."""
    return lambda change: change is not None


def changed_to(value: Any) -> Ask:
    """To one of these."""
    wanted = frozenset(value)
    return lambda change: change is not None and change[1] in wanted


def changed_from(value: Any) -> Ask:
    """From one of these."""
    wanted = frozenset(value)
    return lambda change: change is not None and change[0] in wanted


def constant(wanted: bool) -> Callable[[Any], Ask]:
    """Yes or no."""
    return lambda _value: lambda fact: bool(fact) is wanted


def empty(_value: Any) -> Ask:
    """Nothing but blanks."""
    return lambda text: not text.folded


KINDS: dict[str, dict[str, Test]] = {
    "choice": {"is": Test(_l("is"), "choices", among), "is_not": Test(_l("is not"), "choices", not_among)},
    "text": {
        "has_any": Test(_l("has any of"), "phrases", has_any), "has_all": Test(_l("has all of"), "phrases", has_all),
        "has_phrase": Test(_l("has word for word"), "phrases", has_phrase), "has_none": Test(_l("has none of"), "phrases", has_none),
        "matches": Test(_l("matches the pattern"), "pattern", matches), "is_empty": Test(_l("is empty"), "", empty),
    },
    "number": {
        "over": Test(_l("is over"), "number", over), "under": Test(_l("is under"), "number", under),
        "equals": Test(_l("is exactly"), "number", equals),
    },
    "since": {"over": Test(_l("is at least"), "minutes", at_least), "under": Test(_l("is less than"), "minutes", under)},
    "tags": {
        "has_any": Test(_l("hold any of"), "tags", tags_any), "has_all": Test(_l("hold all of"), "tags", tags_all),
        "has_none": Test(_l("hold none of"), "tags", tags_none),
    },
    "yes": {"is_true": Test(_l("it is true that"), "", constant(True)), "is_false": Test(_l("it is not true that"), "", constant(False))},
    "change": {
        "changed": Test(_l("changed"), "", changed), "changed_to": Test(_l("changed to"), "choices", changed_to),
        "changed_from": Test(_l("changed from"), "choices", changed_from),
    },
}  # fmt: skip
"""Kind -> its tests by name, in the order of the menu."""
