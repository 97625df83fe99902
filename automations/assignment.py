"""Who gets a ticket: a choice by plain counting, which changes nothing and asks nobody, so that it can be told and tried again."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from helpdesk.folding import fold

METHODS = ("round_robin", "least_busy", "capacity", "skills", "last_helper")
WEIGHTS = {"email": 1, "form": 1, "sms": 1, "whatsapp": 2, "chat": 3, "phone": 3}
"""What one ticket of a channel costs of an agent's capacity, unless the team says otherwise."""
MOST_WEIGHT = 20


@dataclass(frozen=True)
class Plan:
    """How a team gets its work. `method` "" is by hand, and then `auto` is false."""

    method: str = ""
    auto: bool = False
    weights: Mapping[str, int] = field(default_factory=dict)

    def weight(self, channel: str) -> int:
        """What one ticket of the channel costs."""
        return int(self.weights.get(channel, WEIGHTS.get(channel, 1)))


@dataclass(frozen=True)
class Candidate:
    """Somebody who could get it now. `capacity` None: no limit; `tickets` and `weight` are the open work in hand, counted and weighed;
    `turn` is the number of the turn that was last his, 0 for none."""

    id: int
    capacity: int | None = None
    skills: frozenset[str] = frozenset()
    tickets: int = 0
    weight: int = 0
    turn: int = 0


@dataclass(frozen=True)
class Wanted:
    """What a ticket asks for: its weight, the skills it needs in order ("lang:ar", "type:3", words), and who helped the customer last."""

    weight: int = 1
    needs: tuple[str, ...] = ()
    helper: int | None = None


Chosen = tuple[int | None, str]
"""The agent and by which method he was found; None and why nobody was: "nobody_there" or "all_full"."""


def plan_of(routing: Mapping[str, Any]) -> Plan:
    """What a team's row says."""
    method = routing.get("method", "")
    return Plan(method, bool(routing.get("auto")), routing.get("weights", {})) if method in METHODS else Plan()


def choose(method: str, candidates: Collection[Candidate], wanted: Wanted) -> Chosen:
    """The one who gets it. Whoever is full gets nothing by any method; where two are alike, the one whose turn is longest ago."""
    free = [one for one in candidates if has_room(one, wanted.weight)]
    if not free:
        return None, "all_full" if candidates else "nobody_there"
    return CHOICES[method](free, wanted)


def has_room(one: Candidate, weight: int) -> bool:
    """Whether so much more fits into the capacity."""
    return one.capacity is None or one.weight + weight <= one.capacity


def round_robin(free: list[Candidate], _wanted: Wanted) -> Chosen:
    """One after the other."""
    return min(free, key=by_turn).id, "round_robin"


def least_busy(free: list[Candidate], _wanted: Wanted) -> Chosen:
    """Who has the fewest open tickets."""
    return min(free, key=lambda one: (one.tickets, *by_turn(one))).id, "least_busy"


def by_capacity(free: list[Candidate], _wanted: Wanted) -> Chosen:
    """Who has used the smallest share of his capacity; whoever has no limit is measured by the largest one."""
    most = max((one.capacity or 0 for one in free), default=0) or 1
    return min(free, key=lambda one: (Fraction(one.weight, one.capacity or most), *by_turn(one))).id, "capacity"


def by_skills(free: list[Candidate], wanted: Wanted) -> Chosen:
    """Who knows the language before who knows the type before who knows more of the words; the less busy among equals. Who knows none
    of it comes after everybody else, and gets it when nobody else is free."""
    best = min(free, key=lambda one: (*(-known for known in knows(one, wanted.needs)), one.tickets, *by_turn(one)))
    return best.id, "skills" if any(knows(best, wanted.needs)) else "skills_nobody"


def by_last_helper(free: list[Candidate], wanted: Wanted) -> Chosen:
    """Who helped this customer last; when he is not there or full, the least busy."""
    if any(one.id == wanted.helper for one in free):
        return wanted.helper, "last_helper"
    return least_busy(free, wanted)


CHOICES: dict[str, Callable[[list[Candidate], Wanted], Chosen]] = {
    "round_robin": round_robin, "least_busy": least_busy, "capacity": by_capacity, "skills": by_skills, "last_helper": by_last_helper,
}  # fmt: skip


def by_turn(one: Candidate) -> tuple[int, int]:
    """The order among those who are alike; no two have the same."""
    return one.turn, one.id


def knows(one: Candidate, needs: tuple[str, ...]) -> tuple[int, int, int]:
    """How many of the needs are met: languages, types, words."""
    met = [need for need in needs if need in one.skills]
    languages, types = (sum(need.startswith(mark) for need in met) for mark in ("lang:", "type:"))
    return languages, types, len(met) - languages - types


def needs_of(language: str, type_id: int | None, tags: Collection[str]) -> tuple[str, ...]:
    """A ticket's needs in the terms of skills. `tags` are folded."""
    said = [f"lang:{language}"] if language not in ("", "und") else []
    return (*said, *([f"type:{type_id}"] if type_id else []), *sorted(tags))


def skill(written: str) -> str:
    """A word as skills and needs are compared."""
    return " ".join(fold(written).split())[:60]
