"""The policy editor's form and the definition that it says. Fields: `targets.first_response.urgent.amount`, `stages.0.name`,
`stages.0.start.on`, `stages.0.start.tags`, `steps.1.kind`, `steps.1.then.0.do`; conditions as in the builder of rules."""

import json
import re
from typing import Any

from werkzeug.datastructures import MultiDict

from automations.sla.check import NAMED, RESTING
from automations.web import rule_form
from helpdesk.models.ticket import PRIORITIES

KEYS = ("default", *PRIORITIES)
MOST = 20
PLACE = re.compile(r"(?P<list>stages|steps)(?:\.(?P<place>[0-9]{1,3})(?P<then>\.then(?:\.(?P<line>[0-9]{1,3}))?)?)?")
FIRST_STEP: dict[str, Any] = {"at": {"kind": "percent", "amount": 75}, "then": [dict(rule_form.FIRST_ACTION)], "always": False}
EMPTY: dict[str, Any] = {
    "if": {"all": []}, "pause": ["pending"], "calendar": "team", "steps": [],
    "targets": {"first_response": {"default": {"amount": 8, "unit": "business_hours"}}, "stages": []},
}  # fmt: skip


def read(form: "MultiDict[str, str]") -> dict[str, Any]:
    """The definition that the form says, right or wrong; then what the pressed button does to it."""
    targets: dict[str, Any] = {name: times(form, f"targets.{name}") for name in NAMED}
    targets = {name: said for name, said in targets.items() if said}
    targets["stages"] = [stage(form, f"stages.{place}") for place in range(MOST) if f"stages.{place}.name" in form]
    definition: dict[str, Any] = {
        "if": rule_form.read(form, "macro")["if"], "pause": [status for status in RESTING if status in form.getlist("pause")],
        "calendar": form.get("calendar", "team"), "targets": targets,
        "steps": [step(form, f"steps.{place}") for place in range(MOST) if f"steps.{place}.kind" in form],
    }  # fmt: skip
    return pressed(definition, form.get("step", ""))


def times(form: "MultiDict[str, str]", path: str) -> dict[str, Any]:
    """What is promised to each priority; an empty field promises nothing of its own."""
    return {
        key: {"amount": rule_form.whole(form[f"{path}.{key}.amount"].strip()), "unit": form.get(f"{path}.{key}.unit", "")}
        for key in KEYS if form.get(f"{path}.{key}.amount", "").strip()
    }  # fmt: skip


def stage(form: "MultiDict[str, str]", path: str) -> dict[str, Any]:
    """One stage."""
    names = {name: " ".join(form.get(f"{path}.{name}", "").split()) for name in ("name", "name_ar")}
    return names | {side: moment(form, f"{path}.{side}") for side in ("start", "stop")} | times(form, path)


def moment(form: "MultiDict[str, str]", path: str) -> dict[str, Any]:
    """What a stage begins or ends with: an event, and tags or a status that the ticket must have then."""
    tags, status = rule_form.pieces(form.get(f"{path}.tags", "")), form.get(f"{path}.status", "")
    parts: list[dict[str, Any]] = kept_parts(form.get(f"{path}.kept", ""))
    parts += [{"word": "tags", "test": "has_any", "value": tags}] if tags else []
    parts += [{"word": "status", "test": "is", "value": [status]}] if status else []
    return {"on": form.get(f"{path}.on", ""), "if": {"all": parts}}


def kept_parts(text: str) -> list[dict[str, Any]]:
    """Conditions that this form cannot show; they go round with it, and are checked like all others."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def split(group: dict[str, Any]) -> tuple[list[str], str, list[dict[str, Any]]]:
    """The tags and the status that a group asks for, and whatever else it does."""
    tags, status, kept = list[str](), "", list[dict[str, Any]]()
    for part in group.get("all", []) if list(group) in (["all"], []) else [group]:
        if (part.get("word"), part.get("test")) == ("tags", "has_any") and not tags:
            tags = part["value"]
        elif (part.get("word"), part.get("test"), len(part.get("value") or [])) == ("status", "is", 1) and not status:
            status = part["value"][0]
        else:
            kept.append(part)
    return tags, status, kept


def step(form: "MultiDict[str, str]", path: str) -> dict[str, Any]:
    """A warning or an escalation."""
    kind = form.get(f"{path}.kind", "")
    at: dict[str, Any] = {"kind": kind}
    if kind != "breach":
        at["amount"] = rule_form.whole(form.get(f"{path}.amount", "").strip())
    if kind in ("before", "after"):
        at["unit"] = form.get(f"{path}.unit", "")
    then = [rule_form.action(form, f"{path}.then.{place}") for place in range(MOST) if f"{path}.then.{place}.do" in form]
    return {"at": at, "then": then, "always": bool(form.get(f"{path}.always"))}


def pressed(definition: dict[str, Any], button: str) -> dict[str, Any]:
    """What a button does: "add stages", "add steps", "add steps.0.then", "remove stages.1", "remove steps.0.then.1"."""
    what, _blank, place = button.partition(" ")
    match = PLACE.fullmatch(place)
    if match is None:
        return definition
    name, place_of, line = match["list"], match["place"], match["line"]
    found: list[Any] = definition["targets"]["stages"] if name == "stages" else definition["steps"]
    new: dict[str, Any] = {"name": "", "start": {}, "stop": {}} if name == "stages" else FIRST_STEP
    if match["then"]:
        found, place_of, new = found[int(place_of)].get("then", []) if int(place_of) < len(found) else [], line, rule_form.FIRST_ACTION
    if what == "add" and place_of is None:
        found.append(json.loads(json.dumps(new)))
    elif what == "remove" and place_of is not None and int(place_of) < len(found):
        del found[int(place_of)]
    return definition
