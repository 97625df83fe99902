"""What changed from one version of a rule to the next: a list that people read. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

Definition = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """`what` is "event", "condition", "action", "how" (of a group), "after" or "stop"; `was` or `now` is None where something was added
    or removed. A condition or an action that became another one has both."""

    what: str
    was: Any
    now: Any


def differences(old: Definition, new: Definition) -> list[Change]:
    """In the order in which the rule reads."""
    found = [*pairs("event", old.get("on", []), new.get("on", []))]
    if old.get("after") != new.get("after"):
        found.append(Change("after", old.get("after"), new.get("after")))
    found += of_groups(old.get("if", {}), new.get("if", {}))
    found += pairs("action", old.get("then", []), new.get("then", []))
    if bool(old.get("stop")) != bool(new.get("stop")):
        found.append(Change("stop", bool(old.get("stop")), bool(new.get("stop"))))
    return found


def of_groups(old: Definition, new: Definition) -> list[Change]:
    """How the outermost group counts, then its parts; a group within it is one part."""
    was, now = next(iter(old), "all"), next(iter(new), "all")
    found = [Change("how", was, now)] if was != now else []
    return [*found, *pairs("condition", old.get(was, []), new.get(now, []))]


def pairs(what: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
    """Those that are alike stand over against each other; what lies between them was changed, removed or added."""
    matcher = SequenceMatcher(None, [key(one) for one in old], [key(one) for one in new], autojunk=False)
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            continue
        gone, come = old[old_from:old_to], new[new_from:new_to]
        both = min(len(gone), len(come))
        yield from (Change(what, was, now) for was, now in zip(gone[:both], come[:both], strict=True))
        yield from (Change(what, was, None) for was in gone[both:])
        yield from (Change(what, None, now) for now in come[both:])


def key(part: Any) -> str:
    """The same text for the same part."""
    return json.dumps(part, sort_keys=True, ensure_ascii=False)
