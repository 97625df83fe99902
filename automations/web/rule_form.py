"""The builder's form and the rule that it says. The names of fields are places in the rule: `on.0`, `if.how`, `if.0.word`, `if.0.test`,
`if.0.value`, `if.1.how`, `if.1.0.word`, `then.0.do`, `then.0.value`. A button named `step` changes the rule without a script."""

import re
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from automations.actions import ACTS
from automations.conditions.check import HOWS
from automations.conditions.happenings import EVENT_WORDS
from automations.conditions.kinds import KINDS
from automations.conditions.words import WORDS
from helpdesk.fields import id_in
from helpdesk.folding import fold

PLACE = re.compile(r"(?:(?:if|then)(?:\.\d{1,3}){0,8}\.(?:how|word|was|test|value|unit|do)|on\.\d{1,3})")
STEP = re.compile(r"(add|group|remove|up|down) (on|then|if)((?:\.\d{1,3}){0,8})")
COMMAS = re.compile(r"[,،;؛\n]")
MINUTES = {"minutes": 1, "hours": 60, "calendar_days": 24 * 60}
MOST_FIELDS = 5000
FIRST_CONDITION: dict[str, Any] = {"word": "text", "test": "has_any", "value": []}
FIRST_OF_VIEW: dict[str, Any] = {"word": "priority", "test": "is", "value": ["high", "urgent"]}
"""Views ask for no text."""
FIRST_ACTION: dict[str, Any] = {"do": "set_priority", "value": "high"}


def empty(kind: str) -> dict[str, Any]:
    """What a new rule begins with."""
    first = {"all": [dict(FIRST_CONDITION)]}
    definition: dict[str, Any] = {"on": ["message_received"], "if": first, "then": [dict(FIRST_ACTION)], "stop": False}
    if kind != "timed":
        return definition
    begun = {"word": "status", "test": "is", "value": ["open"]}
    return definition | {"on": [], "if": {"all": [begun]}, "after": {"amount": 4, "unit": "business_hours", "since": "customer"}}


def read(form: "MultiDict[str, str]", kind: str) -> dict[str, Any]:
    """The definition that the form says, right or wrong; then what the pressed button does to it."""
    root = tree(form)
    definition: dict[str, Any] = {
        "on": [text for text in (form.get(name, "") for name in in_order(form, "on")) if text],
        "if": group(root.children.get("if", Node()), form, "if"),
        "then": [action(form, f"then.{place}") for place in sorted(root.children.get("then", Node()).numbers())],
        "stop": bool(form.get("stop")),
    }
    if kind == "timed":
        amount = whole(form.get("after.amount", ""))
        definition["after"] = {"amount": amount, "unit": form.get("after.unit", ""), "since": form.get("after.since", "")}
    stepped = STEP.fullmatch(form.get("step", ""))
    return step(definition, stepped[1], stepped[2], stepped[3], kind) if stepped else definition


@dataclass
class Node:
    """A place of the form; `children` by the next part of the name."""

    children: "dict[str, Node]"

    def __init__(self) -> None:
        self.children = {}

    def numbers(self) -> list[int]:
        """The places in it that are numbers."""
        return [int(name) for name in self.children if name.isdigit()]


def tree(form: "MultiDict[str, str]") -> Node:
    """The names of the fields as a tree."""
    root = Node()
    for name in [name for name in form if PLACE.fullmatch(name)][:MOST_FIELDS]:
        node = root
        for part in name.split("."):
            node = node.children.setdefault(part, Node())
    return root


def in_order(form: "MultiDict[str, str]", prefix: str) -> list[str]:
    """Fields like on.0, on.1 by number."""
    found = [name for name in form if PLACE.fullmatch(name) and name.startswith(f"{prefix}.")]
    return sorted(found, key=lambda name: int(name.split(".")[1]))


def group(node: Node, form: "MultiDict[str, str]", path: str) -> dict[str, Any]:
    """A group of conditions."""
    parts = []
    for place in sorted(node.numbers()):
        child, here = node.children[str(place)], f"{path}.{place}"
        parts.append(condition(form, here) if "word" in child.children else group(child, form, here))
    how = form.get(f"{path}.how", "")
    return {how if how in HOWS else "all": parts}


def condition(form: "MultiDict[str, str]", path: str) -> dict[str, Any]:
    """One condition. Where another word was chosen than the page showed, test and value begin anew."""
    name, test, word = form.get(f"{path}.word", ""), form.get(f"{path}.test", ""), WORDS.get(form.get(f"{path}.word", ""))
    if word is None:
        return {"word": name, "test": test, "value": form.getlist(f"{path}.value")}
    anew = form.get(f"{path}.was", name) != name
    tests = KINDS[word.kind]
    test = test if test in tests else next(iter(tests))
    takes = tests[test].takes
    return {"word": name, "test": test} | ({"value": value(MultiDict() if anew else form, path, takes)} if takes else {})


def value(form: "MultiDict[str, str]", path: str, takes: str) -> Any:
    """What a condition compares with, in the form that its test takes; what is no number stays as it was written."""
    written, several = form.get(f"{path}.value", ""), form.getlist(f"{path}.value")
    if takes == "choices":
        return several
    if takes in ("phrases", "tags"):
        return pieces(",".join(several))
    if takes == "number":
        return number(written)
    if takes == "minutes":
        amount = whole(written)
        return amount * MINUTES.get(form.get(f"{path}.unit", ""), 60) if isinstance(amount, int) else amount
    return written


def action(form: "MultiDict[str, str]", path: str) -> dict[str, Any]:
    """One action; its value begins anew with another act."""
    name = form.get(f"{path}.do", "")
    act = ACTS.get(name)
    anew = form.get(f"{path}.was", name) != name
    if act is not None and not act.takes:
        return {"do": name}
    if act is not None and act.takes == "tags":
        return {"do": name, "value": [] if anew else pieces(",".join(form.getlist(f"{path}.value")))}
    return {"do": name, "value": "" if anew else form.get(f"{path}.value", "").replace("\r\n", "\n")}


def pieces(text: str) -> list[str]:
    """What stands between commas, Arabic ones too."""
    found = [" ".join(piece.split()).strip("«»“”\"") for piece in COMMAS.split(text)]
    return list(dict.fromkeys(piece for piece in found if piece))


def whole(text: str) -> int | str:
    """A whole number in whichever digits, else what was written."""
    found = id_in(fold(text).strip())
    return text if found is None else found


def number(text: str) -> int | float | str:
    """A number in whichever digits, else what was written."""
    found = whole(text)
    if isinstance(found, int):
        return found
    plain = fold(text).strip().replace("٫", ".")
    return float(plain) if re.fullmatch(r"\d{1,9}\.\d{1,6}", plain, re.ASCII) else text


def step(definition: dict[str, Any], what: str, root: str, rest: str, kind: str = "") -> dict[str, Any]:
    """What a button does: add, group, remove, up or down, at a place such as if.0.1; at a place that is not there it does nothing."""
    places = [int(part) for part in rest.split(".") if part]
    if what in ("add", "group"):
        parts = within(definition, root, places)
        if parts is not None and len(parts) < 60:
            parts.append(new(root, what, definition, kind))
        return definition
    parts = within(definition, root, places[:-1]) if places else None
    if parts is not None and places[-1] < len(parts):
        move(parts, places[-1], what)
    return definition


def within(definition: dict[str, Any], root: str, places: list[int]) -> list[Any] | None:
    """The list that stands at a place."""
    parts: list[Any] = definition[root] if root != "if" else next(iter(definition["if"].values()))
    for place in places:
        if root != "if" or place >= len(parts) or "word" in parts[place]:
            return None
        parts = next(iter(parts[place].values()))
    return parts


def new(root: str, what: str, definition: dict[str, Any], kind: str = "") -> Any:
    """What is added there."""
    if root == "on":
        return next((kind for kind in EVENT_WORDS if kind not in definition["on"]), "message_received")
    if root == "then":
        return dict(FIRST_ACTION)
    first = dict(FIRST_OF_VIEW if kind == "view" else FIRST_CONDITION)
    return {"any": [first]} if what == "group" else first


def move(parts: list[Any], place: int, what: str) -> None:
    """Takes one away, or changes it with its neighbour."""
    if what == "remove":
        del parts[place]
        return
    other = place + (1 if what == "down" else -1)
    if 0 <= other < len(parts):
        parts[place], parts[other] = parts[other], parts[place]
