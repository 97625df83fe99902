"""A rule, a condition, an action, and what a rule saw, as sentences in the reader's language. Values stand in boxes of their own, so that
two languages can stand in one line; `Markup.striptags()` gives the plain text.

Arabic verbs and pronouns follow the gender of what they speak of, so the Arabic of a test may be two words with a bar between them: after
a masculine word and after a feminine one ("ليس|ليست").
"""

from collections.abc import Callable
from typing import Any, Literal

from babel.lists import format_list
from flask_babel import gettext as _
from markupsafe import Markup, escape

from automations.actions import ACTS, Act
from automations.conditions.happenings import SINCE_WORDS, event_word, span_words
from automations.conditions.kinds import KINDS
from automations.conditions.words import WORDS
from helpdesk.visit.reader import digits, reader

ENGLISH = ("“", "”")
QUOTES = {"ar": ("«", "»")}
Style = Literal["standard", "or"]
ALL_OF = ("has_all",)
HOUR, DAY = 60, 24 * 60


def agree(words: str, label: str) -> str:
    """The form of the words that goes with the gender of the label. Labels of the menus show it at the end of
    their first word."""
    masculine, bar, feminine = words.partition("|")
    return feminine if bar and label.split(" ", 1)[0].endswith("ة") else masculine


def isolated(text: object) -> Markup:
    """A value in a box of its own."""
    return Markup("<bdi>{}</bdi>").format(text)


def quoted(text: str) -> Markup:
    """What somebody wrote, between the quotation marks of the reader's language."""
    opening, closing = QUOTES.get(reader().language, ENGLISH)
    return Markup("{}<bdi>{}</bdi>{}").format(opening, text, closing)


def listed(parts: list[Markup], style: Style = "or") -> Markup:
    """ "a, b or c"; style "standard" for "and"."""
    return Markup(format_list([str(part) for part in parts], style=style, locale=reader().locale))  # noqa: S704  every part is markup


def span_of_minutes(minutes: int) -> tuple[int, str]:
    """The largest unit that holds it without a rest: (number, unit)."""
    if minutes and minutes % DAY == 0:
        return minutes // DAY, "calendar_days"
    return (minutes // HOUR, "hours") if minutes and minutes % HOUR == 0 else (minutes, "minutes")


class Say:
    """Says many rules with one look-up of names each list. Make a new one a page. `missing` gets what is not there any more."""

    def __init__(self) -> None:
        self.known: dict[Any, dict[str, str]] = {}
        self.missing: set[str] = set()

    def rule(self, kind: str, definition: dict[str, Any]) -> Markup:
        """The whole rule."""
        does = self.actions(definition["then"])
        if kind == "macro":
            return does
        when = self.after(definition["after"]) if kind == "timed" else self.events(definition["on"])
        conditions = self.conditions(definition["if"])
        if not conditions:
            return escape(_("%(when)s, then %(actions)s.")) % {"when": when, "actions": does}
        return escape(_("%(when)s, if %(conditions)s, then %(actions)s.")) % {"when": when, "conditions": conditions, "actions": does}

    def events(self, kinds: list[str]) -> Markup:
        """What a trigger listens to."""
        return escape(_("When %(events)s")) % {"events": listed([escape(event_word(kind)) for kind in kinds])}

    def after(self, after: dict[str, Any]) -> Markup:
        """What a rule of the clock waits for."""
        span, moment = span_words(after["amount"], after["unit"]), SINCE_WORDS.get(after["since"], after["since"])
        return escape(_("%(span)s after %(moment)s")) % {"span": span, "moment": moment}

    def conditions(self, group: dict[str, Any]) -> Markup:
        """The outermost group; one condition alone needs no "all of". Nothing for none."""
        parts: list[dict[str, Any]] = next(iter(group.values()), [])
        if not parts:
            return Markup("")
        if len(parts) == 1 and "word" in parts[0] and "none" not in group:
            return escape(_("this is true: %(condition)s")) % {"condition": self.condition(parts[0])}
        return self.group(group)

    def group(self, group: dict[str, Any]) -> Markup:
        """ "all of this is true: …, and …"; groups within it stand in brackets."""
        how, parts = next(iter(group.items()))
        said = [self.condition(part) if "word" in part else Markup("({})").format(self.group(part)) for part in parts]
        return Markup("{}: {}").format(how_word(how), escape(joiner(how)).join(said))

    def condition(self, condition: dict[str, Any]) -> Markup:
        """ "the team is not Returns"."""
        word = WORDS.get(condition["word"])
        test = KINDS[word.kind].get(condition.get("test", "")) if word else None
        if word is None or test is None:
            return self.lost(condition["word"])
        label = str(word.label)
        if word.kind == "choice" and condition.get("value") == [""]:
            said = _("is not set") if condition["test"] == "is" else _("is set")
            return Markup("{} {}").format(label, agree(said, label))
        asks, value = agree(str(test.label), label), self.value(test.takes, word.choices, condition)
        parts = (asks, label) if word.kind == "yes" else (label, asks, value)
        return Markup(" ").join(part for part in parts if part)

    def value(self, takes: str, choices: Any, condition: dict[str, Any]) -> Markup:
        """What it is compared with; "" where nothing is."""
        value = condition.get("value")
        if takes in ("choices", "phrases", "tags"):
            one = self.named(choices) if takes == "choices" else quoted
            return listed([one(text) for text in value or [""]], "standard" if condition["test"] in ALL_OF else "or")
        if takes == "minutes" and isinstance(value, int):
            return escape(span_words(*span_of_minutes(value)))
        if takes == "number":
            return escape(digits(value))
        return Markup('<bdi dir="ltr" class="mono">{}</bdi>').format(value) if takes == "pattern" else Markup("")

    def actions(self, actions: list[dict[str, Any]]) -> Markup:
        """One after the other."""
        return escape(_(", then ")).join(self.action(action) for action in actions)

    def action(self, action: dict[str, Any]) -> Markup:
        """ "move to the team Returns"."""
        act = ACTS.get(action["do"])
        if act is None:
            return self.lost(action["do"])
        value = self.given(act, action.get("value"))
        return Markup("{} {}").format(act.label, value) if value else escape(act.label)

    def given(self, act: Act, value: Any) -> Markup:
        """What an action is given."""
        if act.takes == "tags":
            return listed([quoted(tag) for tag in value or [""]], "standard")
        if act.choices:
            return self.named(act.choices)(str(value or ""))
        return quoted(str(value)) if act.takes else Markup("")

    def named(self, choices: Any) -> Callable[[str], Markup]:
        """Value -> its name; the value itself where it is gone."""
        if choices not in self.known:
            self.known[choices] = dict(choices()) if choices else {}
        names = self.known[choices]

        return lambda value: isolated(names[value]) if value in names else self.lost(value)

    def lost(self, value: str) -> Markup:
        """What is not there any more."""
        self.missing.add(value)
        return isolated(f"#{value}" if value.isdigit() else value)

    def saw(self, line: dict[str, Any]) -> Markup:
        """What a condition saw: "the team: Returns"."""
        word = WORDS.get(line["word"])
        label = str(word.label) if word else line["word"]
        if line.get("saw") == "" and word and word.kind == "choice":
            return Markup("{}: {}").format(label, agree(_("not set"), label))
        return Markup("{}: {}").format(label, self.fact(word.kind if word else "", word.choices if word else None, line.get("saw")))

    def fact(self, kind: str, choices: Any, saw: Any) -> Markup:
        """A fact as the log keeps it, in words."""
        if kind == "yes":
            return escape(_("yes") if saw else _("no"))
        if saw is None or saw in ("", []):
            return escape(_("nothing"))
        if kind == "change":
            values = {"from": self.named(choices)(saw[0]), "to": self.named(choices)(saw[1])}
            return escape(_("from %(from)s to %(to)s")) % values
        if kind == "since":
            return escape(span_words(*span_of_minutes(saw)))
        if kind == "choice":
            return self.named(choices)(str(saw))
        if kind == "tags":
            return listed([quoted(tag) for tag in saw], "standard")
        return quoted(str(saw)) if kind == "text" else escape(digits(saw))


def how_word(how: str) -> str:
    """How the parts of a group count."""
    return {"all": _("all of this is true"), "any": _("any of this is true"), "none": _("none of this is true")}[how]


def joiner(how: str) -> str:
    """What stands between the parts of a group."""
    return _(", and ") if how == "all" else _(", or ")
