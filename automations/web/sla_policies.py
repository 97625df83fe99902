"""Policies: what is promised to which tickets, in which order they are asked, their versions. For admins."""

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from automations.conditions import choices as menus
from automations.conditions.happenings import STAGE_WORDS, unit_names
from automations.conditions.say import Say
from automations.sla import check, moving
from automations.sla.clocks import STAGE
from automations.sla.moving import Preview
from automations.sla.spans import Span
from automations.sla.which_hours import Instead
from automations.web import rule_page, rule_shown, sla_form, sla_words
from automations.web.first_shown import before, mark, to_be_shown
from helpdesk.actions import sla_policies as acts
from helpdesk.actions.sla_policies import PolicyChange
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.fields import Fields
from helpdesk.models import SlaPolicy
from helpdesk.queries import roster
from helpdesk.queries import sla_policies as known
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.reader import digits, reader

blueprint = Blueprint("sla_policies", __name__, template_folder="../templates")
ONE = "/sla/policies/<int(max=2147483647):policy_id>"


@blueprint.get("/sla/policies")
@allow("admin")
def show() -> Response:
    """The list, in the order in which policies are asked."""
    rows = [(policy, version, summary(version.definition)) for policy, version in known.every(viewer())]
    return make_response(render_template("sla/policies.html", rows=rows, say=Say()))


def summary(definition: dict[str, Any]) -> list[str]:
    """ "First response: 8 business hours", a line a target."""
    targets = definition.get("targets", {})
    told = [(name, targets[name]) for name in check.NAMED if targets.get(name)]
    told += [(STAGE + stage["name"], stage) for stage in targets.get("stages", [])]
    return [
        f"{sla_words.target_name(name, definition)}: "
        + sla_words.promised(next(Span(said[key]["amount"], said[key]["unit"]) for key in sla_form.KEYS if key in said))
        for name, said in told
    ]


@blueprint.get("/sla/policies/new")
@allow("admin")
def new() -> Response:
    """The form of a new policy."""
    return page(None, json.loads(json.dumps(sla_form.EMPTY)), {})


@blueprint.get(ONE)
@allow("admin")
def edit(policy_id: int) -> Response:
    """One policy."""
    policy = known.one(viewer(), policy_id)
    definition = known.in_force(policy).definition
    gone = check.problems(db.session(), definition)  # what it names may have gone since it was saved
    return page(policy, definition, {"name": policy.name, "name_ar": policy.name_ar}, gone)


@blueprint.post("/sla/policies")
@allow("admin")
def create() -> Response:
    """A new policy, switched off unless its button says otherwise."""
    return store(None)


@blueprint.post(ONE)
@allow("admin")
def save(policy_id: int) -> Response:
    """Names, and what it promises; open targets follow."""
    return store(known.one(viewer(), policy_id))


def store(policy: SlaPolicy | None) -> Response:
    """What was typed; a button that adds or removes a line saves nothing, and one that looks shows what would move."""
    fields, definition = Fields(request.form), sla_form.read(request.form)
    name, name_ar = fields.names()
    pressed = request.form.get("step", "")
    if pressed and pressed != "look":
        return page(policy, definition, request.form, step=pressed)
    problems = fields.problems | check.problems(db.session(), definition)
    if problems:
        return page(policy, definition, request.form, problems, 422)
    thought = Instead(definitions={policy.id: definition} if policy else {})
    if moved := (moving.preview(thought) if pressed else to_be_shown(thought)) if policy else None:
        return page(policy, definition, request.form, moved=moved)
    if pressed:
        return page(policy, definition, request.form)
    wanted = PolicyChange(name, name_ar, definition)
    try:
        policy_id = policy.id if policy else acts.create(viewer(), wanted).id
        if policy:
            acts.save(viewer(), policy_id, wanted)
    except Invalid:
        return page(policy, definition, request.form, {"": _("The desk has as many policies as it can hold.")}, 422)
    if "switch" in request.form:
        acts.switch(policy_id, on=request.form["switch"] == "on")
    flash(_("Saved. Due times are worked out anew."))
    return redirect(url_for("sla_policies.edit", policy_id=policy_id))


@blueprint.post("/sla/policies/order")
@allow("admin")
def order() -> Response:
    """One policy a place earlier or later."""
    numbers = [policy.id for policy, _version in known.every(viewer())]
    number, way = int(request.form.get("policy", "0")), request.form.get("way")
    if number in numbers:
        place = numbers.index(number)
        other = place + (1 if way == "down" else -1)
        if 0 <= other < len(numbers):
            numbers[place], numbers[other] = numbers[other], numbers[place]
            acts.put_in_order(numbers)
    return redirect(url_for("sla_policies.show"))


@blueprint.post(f"{ONE}/restore")
@allow("admin")
def restore(policy_id: int) -> Response:
    """An older version once more, as the newest."""
    policy, number = known.one(viewer(), policy_id), request.form.get("number", "0")
    old = next((each for each in known.versions(policy) if str(each.number) == number), None)
    title, back = _("Restore version %(number)s", number=digits(number)), url_for("sla_policies.edit", policy_id=policy_id)
    if old and (shown := before(Instead(definitions={policy_id: old.definition}), title, title, back)):
        return shown
    acts.restore(viewer(), policy_id, int(request.form.get("number", "0")))
    flash(_("Saved. Due times are worked out anew."))
    return redirect(url_for("sla_policies.edit", policy_id=policy_id))


def page(
    policy: SlaPolicy | None, definition: dict[str, Any], values: Any, problems: dict[str, str] | None = None, status: int = 200,
    *, moved: Preview | None = None, step: str = "",
) -> Response:
    """The form; `policy` None for a new one. `step`: the button that led to it."""
    problems = problems or {}
    names, say = roster.names(), Say()
    versions = [(each, names.agent(each.agent_id, reader().language)) for each in known.versions(policy)] if policy else []
    units = [*unit_names().items(), ("end_of_business_day", _("end of that business day"))]
    placed = {rule_shown.place_of(path): sentence for path, sentence in problems.items()}
    steps = [(step, [action_line(say, one, f"steps.{place}.then.{number}", number, placed) for number, one in enumerate(step["then"])])
             for place, step in enumerate(definition["steps"])]  # fmt: skip
    return make_response(render_template(
        "sla/policy.html", policy=policy, definition=definition, problems=placed, values={key: values.get(key, "") for key in
        ("name", "name_ar")}, built=rule_shown.shown("macro", definition | {"on": [], "then": []}, problems), steps=steps, units=units,
        versions=versions, moved=moved, focus=rule_page.focus_of(step), mark=mark(), words=sla_words, split=sla_form.split, say=say,
        dumps=json.dumps, calendars=calendar_menu(),
        events=[(key, str(label)) for key, label in STAGE_WORDS.items()],
        statuses=[("", _("any status")), *menus.statuses()], priorities=menus.priorities()), status)


def action_line(say: Say, action: dict[str, Any], path: str, place: int, problems: dict[str, str]) -> rule_shown.Line:
    """One action of a step, as the builder of rules shows it."""
    line = rule_shown.action(say, action, place, {})
    return replace(line, path=path, problem=problems.get(path, problems.get(path.rpartition(".")[0], "") if place == 0 else ""))


def calendar_menu() -> list[tuple[str, str]]:
    """By which hours: the team's, one of the desk's, or none."""
    named = [(str(each.id), each.shown_name(reader().language)) for each in known.calendars()]
    return [("team", _("the hours of the ticket's team")), *named, ("always", _("every minute, day and night"))]
