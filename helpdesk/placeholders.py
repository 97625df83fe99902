"""Placeholders of canned replies: a fixed list, filled in by one pass over the stored text (safety F9, S24).

No text is ever a template: what is filled in is not read again, and whatever is not {{a name of the list}} stands as it was written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

LABELS = {
    "customer_name": _l("Name of the customer"),
    "ticket_number": _l("Number of the ticket"),
    "subject": _l("Subject of the ticket"),
    "ticket_type": _l("Type of the ticket"),
    "agent_name": _l("Name of whoever answers"),
    "team_name": _l("Name of the team"),
    "desk_name": _l("Name of the desk"),
    "inbox_name": _l("Name of the inbox"),
    "inbox_address": _l("Address of the inbox"),
    "due_date": _l("Day on which it is due"),
    "due_time": _l("Hour at which it is due"),
    "today": _l("Today"),
}
"""Name -> what it stands for."""
BRACES = re.compile(r"\{\{([^{}\n]{1,80})\}\}")
A_NAME = re.compile(r"[^\W\d][\w .|:-]*")
"""What begins like a word is meant as a name: {{customer}} is a mistake, {{7*7}} only text."""

AROUND = " \t\u00a0\u061c\u200b\u200e\u200f"


@dataclass(frozen=True)
class Filled:
    """A text with its values. What had none stands in it as {{name}}, and is named in `missing`, once each in their order."""

    text: str
    missing: tuple[str, ...]


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Puts the values into the text; an empty one counts as missing."""
    missing: dict[str, None] = {}

    def value(found: re.Match[str]) -> str:
        name = bare(found[1])
        if name not in LABELS:
            return found[0]
        if not (given := values.get(name, "")):
            missing[name] = None
            return f"{{{{{name}}}}}"
        return given

    return Filled(BRACES.sub(value, text), tuple(missing))


def names_in(text: str) -> tuple[str, ...]:
    """The placeholders of a text, once each in their order."""
    return tuple(name for name in written_in(text) if name in LABELS)


def unknown_in(text: str) -> tuple[str, ...]:
    """What is meant as a placeholder and is none, as it was written."""
    return tuple(name for name in written_in(text) if name not in LABELS and A_NAME.fullmatch(name))


def written_in(text: str) -> list[str]:
    """Whatever stands in double braces, once each."""
    return list(dict.fromkeys(bare(found) for found in BRACES.findall(text)))


def bare(written: str) -> str:
    """Without blanks and the marks of direction that come along when Arabic is pasted."""
    return written.strip(AROUND)


def in_words(names: tuple[str, ...]) -> str:
    """Placeholders as a sentence of ours names them, in the reader's language: "Name of the team and Today"."""
    return format_list([str(LABELS[name]) for name in names], locale=get_locale() or "en")
