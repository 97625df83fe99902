"""Triggers and rules of the clock: the list and its order, and the builder in which a rule reads as a sentence. For supervisors."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from automations import actions
from automations.conditions import check
from automations.conditions.happenings import EVENT_WORDS, SINCE_WORDS
from automations.conditions.say import Say
from automations.sla.spans import BUSINESS, ELAPSED
from automations.web import rule_form, rule_page
from automations.web.rule_words import switched_off_words
from helpdesk.actions import rules as acts
from helpdesk.actions.rules import RuleChange
from helpdesk.errors import Invalid, NotFound
from helpdesk.fields import Fields, id_in
from helpdesk.models import Rule
from helpdesk.queries import roster
from helpdesk.queries import rules as asked
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.reader import reader

blueprint = Blueprint("rules", __name__, template_folder="../templates")
KINDS = ("trigger", "timed")
UNITS = (*ELAPSED, *BUSINESS)
MOST_AMOUNT = 5000
ONE = "/rules/<int:rule_id>"


@blueprint.get("/rules")
@allow("supervisor")
def show() -> Response:
    """The list of a kind, in the order in which rules are tried."""
    kind, say, names = kind_asked(), Say(), roster.names()
    rows = [row_of(each, say, names) for each in asked.rules(viewer(), kind)]
    return make_response(render_template("rules/list.html", kind=kind, rows=rows))


def row_of(shown: asked.Listed, say: Say, names: roster.Names) -> dict[str, Any]:
    """A rule as the list shows it."""
    rule, version, language = shown.rule, shown.version, reader().language
    say.missing.clear()
    return {
        "rule": rule, "name": rule.shown_name(language), "sentence": say.rule(rule.kind, version.definition), "broken": bool(say.missing),
        "runs": shown.runs, "by": names.agent(version.agent_id, language), "at": version.at,
        "why_off": switched_off_words(rule.switched_off),
    }  # fmt: skip


def kind_asked() -> str:
    """Triggers unless rules of the clock were asked for."""
    kind = request.values.get("kind", "trigger")
    return kind if kind in KINDS else "trigger"


@blueprint.get("/rules/new")
@allow("supervisor")
def new() -> Response:
    """The builder with a rule to begin with."""
    kind = kind_asked()
    return rule_page.page(None, kind, rule_form.empty(kind), {})


@blueprint.get(ONE)
@allow("supervisor")
def edit(rule_id: int) -> Response:
    """The builder, and beside it what the rule did, would have done, and said before."""
    rule = asked.rule(viewer(), rule_id)
    definition = rule_page.in_force(rule).definition
    gone = problems_of(rule.kind, definition)  # what it names may have gone since it was saved
    return rule_page.page(rule, rule.kind, definition, {"name": rule.name, "name_ar": rule.name_ar}, gone)


@blueprint.post("/rules")
@allow("supervisor")
def create() -> Response:
    """A new rule, switched off unless its button says otherwise."""
    return store(None, kind_asked())


@blueprint.post(ONE)
@allow("supervisor")
def save(rule_id: int) -> Response:
    """Names, and what it says."""
    rule = asked.rule(viewer(), rule_id)
    return store(rule, rule.kind)


def store(rule: Rule | None, kind: str) -> Response:
    """What was typed; a button that adds or removes a line saves nothing."""
    fields, definition = Fields(request.form), rule_form.read(request.form, kind)
    name, name_ar = fields.names()
    if "step" in request.form:
        return rule_page.page(rule, kind, definition, request.form, step=request.form["step"])
    problems = fields.problems | problems_of(kind, definition)
    if problems:
        return rule_page.page(rule, kind, definition, request.form, problems, 422)
    wanted = RuleChange(kind, name, name_ar, definition)
    try:
        saved = acts.create(viewer(), wanted) if rule is None else acts.save(viewer(), rule.id, wanted)
    except Invalid as refusal:
        words = _("The desk has as many rules as it can hold.") if refusal.sentence == "too_many_rules" else refusal.sentence
        return rule_page.page(rule, kind, definition, request.form, {"": words}, 422)
    if "switch" in request.form:
        acts.switch(saved.id, on=request.form["switch"] == "on")
    roster.forget()
    flash(_("Saved."))
    return redirect(url_for("rules.edit", rule_id=saved.id))


def problems_of(kind: str, definition: dict[str, Any]) -> dict[str, str]:
    """{place: sentence} of everything that is wrong with it."""
    found = check.problems(definition["if"]) | actions.problems(definition["then"])
    if kind == "timed":
        return found | problem_of_time(definition["after"])
    if not definition["on"]:
        return found | {"on": _("Choose when the rule is tried.")}
    return found | {f"on.{place}": _("There is no such event.") for place, name in enumerate(definition["on"]) if name not in EVENT_WORDS}


def problem_of_time(after: dict[str, Any]) -> dict[str, str]:
    """What is wrong with the time that a rule of the clock waits for."""
    if not isinstance(after["amount"], int) or not 1 <= after["amount"] <= MOST_AMOUNT:
        return {"after": _("Write a number from 1 to %(num)s.", num=MOST_AMOUNT)}
    return {} if after["unit"] in UNITS and after["since"] in SINCE_WORDS else {"after": _("Choose one of the list.")}


@blueprint.post("/rules/draft")
@allow("supervisor")
def draft_of_new() -> Response:
    """A new rule as it stands in the form: with its problems in place, and how many tickets it matches; nothing is saved."""
    return drafted(None, kind_asked())


@blueprint.post(f"{ONE}/draft")
@allow("supervisor")
def draft(rule_id: int) -> Response:
    """A rule as it stands in the form."""
    rule = asked.rule(viewer(), rule_id)
    return drafted(rule, rule.kind)


def drafted(rule: Rule | None, kind: str) -> Response:
    """The builder alone."""
    definition = rule_form.read(request.form, kind)
    return rule_page.builder(rule, kind, definition, problems_of(kind, definition), request.form.get("step", ""))


@blueprint.post(f"{ONE}/switch")
@allow("supervisor")
def switch(rule_id: int) -> Response:
    """On or off, from the list."""
    rule = asked.rule(viewer(), rule_id)
    acts.switch(rule.id, on=request.form.get("on") == "1")
    return redirect(url_for("rules.show", kind=rule.kind, _anchor=f"rule-{rule.id}"))


@blueprint.post("/rules/order")
@allow("supervisor")
def order() -> Response:
    """`ids`: the whole order after a drag; or `up` or `down`: a rule that changes places with its neighbour."""
    kind = kind_asked()
    numbers = [each.rule.id for each in asked.rules(viewer(), kind)]
    moved = id_in(request.form.get("up") or request.form.get("down"))
    wanted = [number for part in request.form.get("ids", "").split(",") if (number := id_in(part)) in numbers]
    acts.put_in_order(kind, wanted or swapped(numbers, moved, -1 if "up" in request.form else 1))
    if request.headers.get("HX-Request"):
        return make_response("", 204)
    return redirect(url_for("rules.show", kind=kind, _anchor=f"rule-{moved}"))


def swapped(numbers: list[int], moved: int | None, by: int) -> list[int]:
    """The order after one has changed places with its neighbour."""
    place = numbers.index(moved) if moved in numbers else -1
    if place >= 0 and 0 <= place + by < len(numbers):
        numbers[place], numbers[place + by] = numbers[place + by], numbers[place]
    return numbers


@blueprint.post(f"{ONE}/removal")
@allow("supervisor")
def remove(rule_id: int) -> Response:
    """The rule, its versions and its log; what it did to tickets stays."""
    rule = asked.rule(viewer(), rule_id)
    if request.form.get("sure") != "1":
        raise NotFound
    acts.delete(rule.id)
    flash(_("The rule is gone. What it did to tickets stays in their history."))
    return redirect(url_for("rules.show", kind=rule.kind))
