"""The page of one rule: the builder, and beside and below it what the rule did and would have done."""

from dataclasses import dataclass
from typing import Any

from flask import make_response, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from automations.actions import ACTS
from automations.conditions.happenings import event_word
from automations.conditions.say import Say, how_word
from automations.conflicts import TAG, may_undo
from automations.differences import differences
from automations.matching import Matching, as_of_now, matching
from automations.web.rule_shown import shown
from automations.web.rule_words import change_words, result_words, switched_off_words
from helpdesk.actions.rule_tasks import SIMULATION
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.fields import id_in
from helpdesk.models import LongTask, Rule, RuleVersion
from helpdesk.queries import roster
from helpdesk.queries import rules as asked
from helpdesk.queries.rules import Run, Runs
from helpdesk.queries.ticket import find_ticket
from helpdesk.visit.access import viewer
from helpdesk.visit.reader import reader

EXAMPLES = 3


@dataclass(frozen=True)
class Seen:
    """A condition with what it saw, or a group with its `parts`, in words; and whether it held."""

    words: Markup
    held: bool
    parts: "list[Seen]"


@dataclass(frozen=True)
class ShownRun:
    """A run in words. `did`: (action, result); `why` it was tried; `cost` in ms."""

    run: Run
    name: str
    why: str
    seen: list[Seen]
    did: list[tuple[Markup, str]]
    cost: str


def page(
    rule: Rule | None, kind: str, definition: dict[str, Any], values: Any, problems: dict[str, str] | None = None, status: int = 200, *,
    step: str = "",
) -> Response:
    """The whole page; `rule` None for a new one. `values`: the names as they were typed."""
    built = shown(kind, definition, problems or {})
    more = of_kept(rule) if rule is not None else {}
    names = {name: values.get(name, "") for name in ("name", "name_ar")}
    return make_response(render_template(
        "rules/show.html", rule=rule, built=built, values=names, problems=problems or {}, matching=matches(definition, problems or {}),
        action=f"/rules/{rule.id}" if rule else "/rules", focus=focus_of(step), **more), status)


def builder(rule: Rule | None, kind: str, definition: dict[str, Any], problems: dict[str, str], step: str) -> Response:
    """The sentence alone, with what is wrong in it and how many tickets it matches."""
    problems = {place: sentence for place, sentence in problems.items() if place not in ("name", "")}
    return make_response(render_template(
        "rules/_builder.html", rule=rule, built=shown(kind, definition, problems), matching=matches(definition, problems),
        focus=focus_of(step)))


def matches(definition: dict[str, Any], problems: dict[str, str]) -> Matching | None:
    """How many tickets match; None while something is wrong with the conditions."""
    if any(place.startswith("if") for place in problems):
        return None
    return matching(db.session(), definition["if"])


def focus_of(step: str) -> str:
    """Where the hand goes on after a button: a place of the form, or the button that adds there."""
    what, _blank, place = step.partition(" ")
    if what in ("add", "group"):
        return f"last {place}"
    return f"at {place}" if what in ("remove", "up", "down") else ""


def in_force(rule: Rule) -> RuleVersion:
    """What it says today."""
    found = db.session.get(RuleVersion, rule.version_id)
    if found is None:
        raise NotFound
    return found


def of_kept(rule: Rule) -> dict[str, Any]:
    """What only a rule has that was saved: its place, versions, log, simulation, quarrels, and why it did not fire on a ticket."""
    place, number = asked.place(rule)
    runs = asked.runs_of_rule(rule, older_than())
    return {
        "name": rule.shown_name(reader().language), "place": place, "number": number, "versions": shown_versions(rule),
        "runs": shown_runs(runs), "before": runs.before, **of_simulation(asked.newest_simulation(rule, SIMULATION)),
        "quarrels": quarrels(rule), "why": why_not(rule), "why_off": switched_off_words(rule.switched_off),
    }  # fmt: skip


def of_simulation(task: LongTask | None) -> dict[str, Any]:
    """What the card of a simulation shows: the task, and a few tickets with what would have changed on them."""
    say, runs = Say(), (task.result.get("runs", []) if task else [])[:EXAMPLES]
    acts = [[one for one in run["did"] if one["result"] == "done"] for run in runs]
    examples = [(run["ticket"], run["subject"], say.actions(did)) for run, did in zip(runs, acts, strict=True)]
    return {"task": task, "examples": examples}


def older_than() -> int:
    """The run before which a page of the log begins; 0 for the newest."""
    return id_in(request.args.get("before")) or 0


def shown_versions(rule: Rule) -> list[dict[str, Any]]:
    """Each version with who wrote it, when, and in which way it differs from the one before."""
    rows, say, names, language = asked.versions(rule), Say(), roster.names(), reader().language
    older = [*rows[1:], None]
    return [
        {"version": row, "by": names.agent(row.agent_id, language), "now": row.id == rule.version_id,
         "changes": [change_words(say, each) for each in differences(before.definition, row.definition)] if before else []}
        for row, before in zip(rows, older, strict=True)
    ]  # fmt: skip


def shown_runs(runs: Runs) -> list[ShownRun]:
    """The log in words."""
    say, causes, language = Say(), asked.causes(row.run for row in runs.rows), reader().language
    return [
        ShownRun(row, row.rule.shown_name(language), why_tried(row, causes), seen_words(say, row.run.seen), did_words(say, row.run.did),
                 f"{row.run.cost_us / 1000:.1f}")
        for row in runs.rows
    ]  # fmt: skip


def why_tried(row: Run, causes: dict[int, str]) -> str:
    """What it answered."""
    if row.run.event_id:
        return event_word(causes.get(row.run.event_id, ""))
    return _("its time came") if row.run.cause.startswith("due:") else _("pressed by hand")


def seen_words(say: Say, seen: list[dict[str, Any]]) -> list[Seen]:
    """Each condition with what it saw, each group with its parts."""
    return [
        Seen(Markup("{}:").format(how_word(one["group"])), bool(one["holds"]), seen_words(say, one["parts"])) if "group" in one
        else Seen(Markup("{} <span class=\"muted\">({})</span>").format(say.condition(one), say.saw(one)), bool(one["holds"]), [])
        for one in seen
    ]  # fmt: skip


def did_words(say: Say, did: list[dict[str, Any]]) -> list[tuple[Markup, str]]:
    """Each action and its result; a limit that was met stands for all of them."""
    return [(say.action(one) if one["do"] in ACTS else Markup(""), result_words(str(one["result"]), one.get("many", 0))) for one in did]


def quarrels(rule: Rule) -> list[dict[str, Any]]:
    """Rules that this one may undo, or that may undo it."""
    say, language = Say(), reader().language
    return [
        {"rule_id": each.rule_id, "name": db.session.get_one(Rule, each.rule_id).shown_name(language),
         "mine": named_value(say, each.field, each.mine), "theirs": named_value(say, each.field, each.theirs)}
        for each in may_undo(db.session(), rule.id, in_force(rule).definition)
    ]  # fmt: skip


def named_value(say: Say, field: str, value: Any) -> Markup:
    """What a rule sets a field to, as its action says it."""
    if field.startswith(TAG):
        return say.action({"do": value, "value": [field.removeprefix(TAG)]})
    act = next((act for act in ACTS.values() if act.sets == field), None)
    return say.action({"do": act.name, "value": value}) if act else Markup("{}").format(value)


def why_not(rule: Rule) -> dict[str, Any] | None:
    """Each condition against the ticket that was asked about; {"problem"} where there is none of that number."""
    asked_for = request.args.get("ticket", "").strip().lstrip("#")
    if not asked_for:
        return None
    if (number := id_in(asked_for)) is None:
        return {"number": asked_for, "problem": _("Write the number of a ticket.")}
    try:
        ticket = find_ticket(viewer(), number)
    except NotFound:
        return {"number": asked_for, "problem": _("There is no ticket of this number.")}
    verdict = as_of_now(db.session(), in_force(rule).definition["if"], ticket)
    return {"number": asked_for, "ticket": ticket, "holds": verdict.holds, "seen": seen_words(Say(), verdict.seen)}
