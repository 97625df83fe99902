"""Rules that may undo each other: both set the same field to different values, and nothing plainly keeps them apart."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from automations import orders
from automations.actions import ACTS

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
        if order.rule_id == rule_id or exclusive(definition["if"], order.definition["if"]):
            continue
        mine, theirs = sets(definition), sets(order.definition)
        found += [Quarrel(order.rule_id, order.name, field, mine[field], theirs[field])
                  for field in sorted(mine.keys() & theirs.keys()) if mine[field] != theirs[field]]  # fmt: skip
    return found


def sets(definition: dict[str, Any]) -> dict[str, Any]:
    """Field -> the last value that the rule gives it."""
    named = [(ACTS[action["do"]].sets, action.get("value")) for action in definition["then"] if action["do"] in ACTS]
    return {field: value for field, value in named if field}


def exclusive(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Plainly so: both demand the same word to be among choices, and no choice is in both."""
    return any(
        a["word"] == b["word"] and not set(allowed(a)) & set(allowed(b))
        for a in demanded(one) for b in demanded(other) if a["test"] == b["test"] == "is"
    )  # fmt: skip


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
