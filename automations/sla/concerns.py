"""Which events no promise asks about: a tag or priority that is in no condition and no target moves nothing. Pure: no database."""

from collections.abc import Iterable, Iterator
from typing import Any

from automations.conditions.check import is_list
from automations.conditions.evaluate import words_in
from automations.conditions.kinds import tags_of
from helpdesk.models import Event
from helpdesk.models.ticket import PRIORITIES

OF_TAGS = ("ticket_tagged", "ticket_untagged")
OF_DELIVERY = ("delivery_failed", "delivery_uncertain", "delivery_resolved", "delivery_bounced")
"""Of these, which every answer has one of, stages alone can ask."""
Definition = dict[str, Any]


def concerns(event: Event, definitions: Iterable[Definition]) -> bool:
    """Whether one of these policies can say something else after the event. Of tags and priorities alone this is known beforehand."""
    if event.kind in OF_TAGS:
        tag = tags_of([str(event.data.get("tag", ""))])
        return any(tag & tags_asked(definition) or listens(definition, event.kind) for definition in definitions)
    if event.kind == "priority_changed":
        return any(asks_priority(definition) or listens(definition, event.kind) for definition in definitions)
    return True


def tags_asked(definition: Definition) -> frozenset[str]:
    """Every tag that a condition names, folded."""
    return frozenset().union(*(tags_in(group) for group in groups(definition)))


def tags_in(group: Definition) -> frozenset[str]:
    """Every tag that a group names, folded."""
    parts = [part for found in group.values() for part in found]
    within = [tags_in(part) for part in parts if "word" not in part]
    named = [part.get("value") for part in parts if part.get("word") == "tags"]
    return frozenset().union(*within, *(tags_of(value) for value in named if is_list(value)))


def asks_priority(definition: Definition) -> bool:
    """Whether a condition asks for it, or a target is another for one of them."""
    targets = definition.get("targets", {})
    spans = [*(said for name, said in targets.items() if name != "stages"), *targets.get("stages", [])]
    differ = any(set(PRIORITIES) & (said or {}).keys() for said in spans)
    return differ or any("priority" in words_in(group) for group in groups(definition))


def listens(definition: Definition, kind: str) -> bool:
    """Whether a stage begins or ends by events of this kind, whatever they say; of a tag, whichever it is."""
    return any(side["on"] == kind and not (kind in OF_TAGS and tags_in(side.get("if") or {})) for side in sides(definition))


def groups(definition: Definition) -> Iterator[Definition]:
    """The conditions of the policy itself, and those of its stages."""
    yield definition.get("if") or {}
    for side in sides(definition):
        yield side.get("if") or {}


def sides(definition: Definition) -> Iterator[Definition]:
    """How each stage begins and ends."""
    return (stage[side] for stage in definition.get("targets", {}).get("stages", []) for side in ("start", "stop") if side in stage)
