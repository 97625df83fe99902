"""Groups of conditions, made ready once and asked many times; what was seen can be told afterwards."""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from automations.conditions.kinds import KINDS
from automations.conditions.words import WORDS, Word
from automations.facts import Facts, Text

MOST_SHOWN = 200


@dataclass(frozen=True)
class Verdict:
    """Whether a group holds, and what was seen, as `Many.lines` tells it."""

    holds: bool
    seen: list[dict[str, Any]] = field(default_factory=list)


class Broken(ValueError):
    """A condition that nobody can ask: its word or its test is not in the menu, or its value cannot be read."""


class One:
    """A condition that is ready to be asked; Broken where it cannot be."""

    def __init__(self, condition: dict[str, Any]) -> None:
        self.condition = condition
        try:
            self.word: Word = WORDS[condition["word"]]
            self.ask = KINDS[self.word.kind][condition["test"]].prepare(condition.get("value"))
        except (KeyError, TypeError, ValueError) as error:
            raise Broken(str(condition)[:200]) from error

    def holds(self, facts: Facts) -> bool:
        """Asks. A word's fact is read once a ticket and event, however many rules ask for it."""
        return self.ask(facts.once(self.word.name, lambda: self.word.read(facts)))

    def told(self, facts: Facts) -> dict[str, Any]:
        """With what it saw: {"word", "test", "value", "saw", "holds"}."""
        saw = facts.once(self.word.name, lambda: self.word.read(facts))
        return {**self.condition, "saw": shown(saw), "holds": self.ask(saw)}


class Many:
    """A group: all, any or none of its parts."""

    def __init__(self, how: str, parts: list["One | Many"]) -> None:
        self.how, self.parts = how, parts

    def holds(self, facts: Facts) -> bool:
        """An empty group holds."""
        if self.how == "all" or not self.parts:
            return all(part.holds(facts) for part in self.parts)
        found = any(part.holds(facts) for part in self.parts)
        return found if self.how == "any" else not found

    def told(self, facts: Facts) -> dict[str, Any]:
        """With all that its parts saw: {"group", "parts", "holds"}."""
        return {"group": self.how, "parts": [part.told(facts) for part in self.parts], "holds": self.holds(facts)}

    def lines(self, facts: Facts) -> list[dict[str, Any]]:
        """What a log keeps of the outermost group: its parts where all must hold or there is but one, else the group itself."""
        if self.how == "all" or not self.parts or (self.how == "any" and len(self.parts) == 1):
            return [part.told(facts) for part in self.parts]
        return [self.told(facts)]


def made(group: dict[str, Any]) -> Many:
    """A group ready to be asked, Broken if one of its conditions cannot be; the same text is made ready once a process."""
    return _made(json.dumps(group, sort_keys=True, ensure_ascii=False))


@lru_cache(maxsize=2000)
def _made(text: str) -> Many:
    return _group(json.loads(text))


def _group(group: dict[str, Any]) -> Many:
    how, parts = next(iter(group.items())) if group else ("all", [])
    return Many(how, [One(part) if "word" in part else _group(part) for part in parts])


def evaluate(group: dict[str, Any], facts: Facts) -> Verdict:
    """Whether it holds, with everything that was seen."""
    ready = made(group)
    return Verdict(ready.holds(facts), ready.lines(facts))


def shown(saw: Any) -> Any:
    """A fact as a log keeps it: short, and in JSON's terms."""
    if isinstance(saw, Text):
        text = " ".join(saw.written.split())
        return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
    if isinstance(saw, frozenset):
        return sorted(saw)
    return list(saw) if isinstance(saw, tuple) else saw


def words_in(group: dict[str, Any]) -> set[str]:
    """The names of all words that it asks for."""
    found: set[str] = set()
    for part in (part for parts in group.values() for part in parts):
        found |= {part["word"]} if "word" in part else words_in(part)
    return found
