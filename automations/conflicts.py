"""Rules that may undo each other: both set the same field to different values, and nothing plainly keeps them apart."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from automations import orders
from automations.actions import ACTS
from helpdesk.folding import fold

Condition = dict[str, Any]


@dataclass(frozen=True)
class Quarrel:
    """Another rule, the field, and what each sets it to."""

    rule_id: int
    name: str
    field: str
    mine: Any
    theirs: Any


def may_undo(session: Session, rule_id: int, definition: dict[str, Any]) -> list[Quarrel]:
    """Every rule in force that this one may quarrel with."""
    found = []
    for order in [*orders.in_force(session, "trigger"), *orders.in_force(session, "timed")]:
        if order.rule_id != rule_id:
            fields = between(definition, order.definition)
            found += [Quarrel(order.rule_id, order.name, field, *values) for field, values in fields.items()]
    return found


def between(one: dict[str, Any], other: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field -> the two values, of two rules that may both hold."""
    if exclusive(one["if"], other["if"]):
        return {}
    mine, theirs = sets(one), sets(other)
    return {field: (mine[field], theirs[field]) for field in sorted(mine.keys() & theirs.keys()) if mine[field] != theirs[field]}


TAG = "tag "
"""Before a tag that a rule puts on ("tag") or takes off ("untag")."""


def sets(definition: dict[str, Any]) -> dict[str, Any]:
    """Field -> the last value that the rule gives it."""
    found: dict[str, Any] = {}
    for action in definition["then"]:
        act = ACTS.get(action["do"])
        if act is not None and act.sets:
            found[act.sets] = action.get("value")
        elif action["do"] in ("tag", "untag"):
            found |= {TAG + fold(name): action["do"] for name in action.get("value") or []}
    return found


def exclusive(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Plainly so: what the one demands, the other forbids."""
    return any(a["word"] == b["word"] and contradict(a, b) for a in demanded(one) for b in demanded(other))


def contradict(a: Condition, b: Condition) -> bool:
    """Whether no fact fulfils both: no choice in both, every choice forbidden, or true here and not true there."""
    tests, mine, theirs = (a["test"], b["test"]), set(allowed(a)), set(allowed(b))
    if tests == ("is", "is"):
        return not mine & theirs
    if tests in (("is", "is_not"), ("is_not", "is")):
        return mine <= theirs if a["test"] == "is" else theirs <= mine
    if tests in (("has_all", "has_none"), ("has_none", "has_all"), ("has_any", "has_none"), ("has_none", "has_any")):
        wanted, banned = (theirs, mine) if a["test"] == "has_none" else (mine, theirs)
        return bool(wanted & banned) if "has_all" in tests else wanted <= banned
    return set(tests) == {"is_true", "is_false"}


def demanded(group: dict[str, Any]) -> list[Condition]:
    """Conditions that must hold whatever else does: those of the outermost "all", and of each "all" within it."""
    found: list[Condition] = []
    for part in group.get("all", []):
        found += [part] if "word" in part else demanded(part)
    return found


def allowed(condition: Condition) -> list[str]:
    """Its choices."""
    value = condition.get("value")
    return value if isinstance(value, list) else []
