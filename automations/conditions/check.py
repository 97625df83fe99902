"""Is a group of conditions one that can be asked? Every problem has its place and a sentence in the reader's language."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from automations.conditions.kinds import KINDS, MOST_LETTERS, MOST_MINUTES, MOST_VALUES, pattern
from automations.conditions.words import WORDS, Word
from helpdesk.folding import query_tokens

HOWS = ("all", "any", "none")
MOST_DEPTH, MOST_CONDITIONS = 4, 50


def problems(group: Any, path: str = "if", *, of_view: bool = False) -> dict[str, str]:
    """{place: sentence}; a place is like "if.all.0.any.2". Nothing for a group that can be asked; `of_view`: of stored tickets."""
    found = problems_of_group(group, path, 1, of_view)
    if not found and count(group) > MOST_CONDITIONS:
        found[path] = _("At most %(num)s conditions.", num=MOST_CONDITIONS)
    return found


def problems_of_group(group: Any, path: str, depth: int, of_view: bool) -> dict[str, str]:
    """See `problems`."""
    if group == {}:
        return {}
    if not isinstance(group, dict) or len(group) != 1 or next(iter(group)) not in HOWS or not isinstance(next(iter(group.values())), list):
        return {path: _("This is no group of conditions.")}
    if depth > MOST_DEPTH:
        return {path: _("Groups may stand within each other %(num)s deep, no deeper.", num=MOST_DEPTH)}
    found: dict[str, str] = {}
    how, parts = next(iter(group.items()))
    for place, part in enumerate(parts):
        here = f"{path}.{how}.{place}"
        if isinstance(part, dict) and "word" in part:
            sentence = problem_of(part, of_view)
            found |= {here: sentence} if sentence else {}
        else:
            found |= problems_of_group(part, here, depth + 1, of_view)
    return found


def problem_of(condition: dict[str, Any], of_view: bool) -> str:
    """What is wrong with one condition; "" when nothing is."""
    word = WORDS.get(str(condition.get("word")))
    if word is None:
        return _("There is nothing called “%(word)s” to ask for.", word=str(condition.get("word"))[:60])
    test = KINDS[word.kind].get(str(condition.get("test")))
    if test is None:
        return _("“%(word)s” cannot be asked like this.", word=word.label)
    if of_view and word.column is None:
        return _("A view cannot ask for “%(word)s”: no stored ticket tells it fast enough.", word=word.label)
    return VALUES[test.takes](word, condition.get("value"))


def problem_of_choices(word: Word, value: Any) -> str:
    """A list of things that are there."""
    if not is_list(value) or not value:
        return _("Choose something.")
    known = {key for key, _label in word.choices()} if word.choices else set()
    gone = [one for one in value if one not in known]
    return _("What was chosen for “%(word)s” is not there any more. Choose again.", word=word.label) if gone else ""


def problem_of_phrases(_word: Word, value: Any) -> str:
    """Words that a search could find."""
    if not is_list(value) or not value:
        return _("Write a word or a phrase.")
    if len(value) > MOST_VALUES or any(len(one) > MOST_LETTERS for one in value):
        return _("At most %(num)s phrases of %(letters)s letters.", num=MOST_VALUES, letters=MOST_LETTERS)
    empty = [one for one in value if not query_tokens(one)]
    return _("“%(phrase)s” holds no word.", phrase=empty[0]) if empty else ""


def problem_of_pattern(_word: Word, value: Any) -> str:
    """A pattern that RE2 takes."""
    if not isinstance(value, str) or not value.strip():
        return _("Write a pattern.")
    if len(value) > MOST_LETTERS:
        return _("At most %(num)s letters.", num=MOST_LETTERS)
    try:
        pattern(value)
    except ValueError as error:
        return _("This pattern cannot be read: %(words)s", words=str(error))
    return ""


def problem_of_tags(_word: Word, value: Any) -> str:
    """Tags, there or not: one that is not there yet may come."""
    return "" if is_list(value) and value and all(one.strip() for one in value) and len(value) <= MOST_VALUES else _("Write a tag.")


def problem_of_number(_word: Word, value: Any) -> str:
    """A number, not below nothing."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "" if number and 0 <= value <= 10**9 else _("Write a number.")


def problem_of_minutes(_word: Word, value: Any) -> str:
    """A span of at most ten years."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        return _("Write how long.")
    return _("At most ten years.") if value > MOST_MINUTES else ""


VALUES: dict[str, Callable[[Word, Any], str]] = {
    "choices": problem_of_choices, "phrases": problem_of_phrases, "pattern": problem_of_pattern, "tags": problem_of_tags,
    "number": problem_of_number, "minutes": problem_of_minutes, "": lambda _word, _value: "",
}  # fmt: skip
"""What a test takes -> what may be wrong with it."""


def is_list(value: Any) -> bool:
    """A list of texts."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def count(group: dict[str, Any]) -> int:
    """How many conditions stand in it."""
    return sum(1 if "word" in part else count(part) for parts in group.values() for part in parts)
