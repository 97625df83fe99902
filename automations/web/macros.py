"""Macros: the list, and the editor of one. Whoever may write one says whose it is: his own, a team's, or everybody's."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from automations import actions
from automations.macros import LEFT_OUT, said
from automations.web.rule_form import FIRST_ACTION, read
from automations.web.rule_page import focus_of
from automations.web.rule_shown import shown
from helpdesk.actions import macros
from helpdesk.actions.rules import RuleChange
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.fields import Fields, problems_of
from helpdesk.folding import fold
from helpdesk.models import Rule, RuleVersion
from helpdesk.queries import macros as known
from helpdesk.queries import roster
from helpdesk.queries.owned import may_edit
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.owners import in_words, key_of, owner_in, owners
from helpdesk.visit.reader import reader

blueprint = Blueprint("macros", __name__, template_folder="../templates")
ONE = "/macros/<int:macro_id>"


@blueprint.get("/macros")
@allow("agent")
def index() -> str:
    """All that the reader sees."""
    rules = sorted(known.macros(viewer()), key=lambda rule: fold(rule.shown_name(reader().language)))
    says = {rule.id: [said(action) for action in definition(rule)["then"]] for rule in rules}
    mine = {rule.id for rule in rules if may_edit(viewer(), rule.agent_id, rule.team_id)}
    return render_template("macros/list.html", rules=rules, says=says, mine=mine, owner_of=in_words)


@blueprint.get("/macros/new")
@allow("agent")
def new() -> Response:
    """The form of a new one."""
    return page(None, [dict(FIRST_ACTION)], {"owner": "me"})


@blueprint.post("/macros/draft")
@allow("agent")
def draft() -> str:
    """What stands in the form, as the editor shows it: asked for while one edits."""
    step = request.form.get("step", "")
    said_now = read(request.form, "macro")["then"]
    return render_template("macros/_builder.html", **built_of(said_now, actions.problems(said_now)), focus=focus_of(step))


@blueprint.post("/macros")
@allow("agent")
def create() -> Response:
    """A new macro."""
    return store(None)


@blueprint.get(ONE)
@allow("agent")
def show(macro_id: int) -> Response:
    """One macro; who may not change it reads it."""
    rule = known.macro(viewer(), macro_id)
    return page(rule, definition(rule)["then"], {"name": rule.name, "name_ar": rule.name_ar, "owner": key_of(rule.agent_id, rule.team_id)})


@blueprint.post(ONE)
@allow("agent")
def save(macro_id: int) -> Response:
    """Names, owner, actions."""
    return store(known.macro(viewer(), macro_id))


@blueprint.post(f"{ONE}/switch")
@allow("agent")
def switch(macro_id: int) -> Response:
    """`on` or not."""
    macros.switch(viewer(), macro_id, on=bool(request.form.get("on")))
    flash(_("Saved."))
    return redirect(url_for("macros.index"), 303)


@blueprint.post(f"{ONE}/deletion")
@allow("agent")
def delete(macro_id: int) -> Response:
    """Thrown away; what it did stays."""
    macros.delete(viewer(), macro_id)
    flash(_("The macro is gone; what it did stays."))
    return redirect(url_for("macros.index"), 303)


def store(rule: Rule | None) -> Response:
    """What was typed, into that macro or a new one; a step of the editor comes back with the form."""
    fields, said_now = Fields(request.form), read(request.form, "macro")["then"]
    values = {name: request.form.get(name, "") for name in ("name", "name_ar", "owner")}
    if "step" in request.form:
        return page(rule, said_now, values, actions.problems(said_now), step=request.form["step"])
    name, name_ar = fields.names()
    problems = actions.problems(said_now)
    try:
        fields.check()
        agent_id, team_id = owner_in(values["owner"])
        asked = RuleChange("macro", name, name_ar, {"on": [], "if": {}, "then": said_now, "stop": False}, agent_id, team_id)
        if problems:
            return page(rule, said_now, values, problems, 422)
        macros.edit(viewer(), rule.id, asked) if rule else macros.create(viewer(), asked)
    except Invalid as refusal:
        return page(rule, said_now, values, problems | problems_of(refusal), 422)
    roster.forget()
    flash(_("Saved."))
    return redirect(url_for("macros.index"), 303)


def definition(rule: Rule) -> dict[str, Any]:
    """What it says today."""
    return db.session.get_one(RuleVersion, rule.version_id).definition


def built_of(said_now: list[dict[str, Any]], problems: dict[str, str]) -> dict[str, Any]:
    """For macros/_builder.html: built (web.rule_shown.Shown) and acts, without those that no macro is written with."""
    built = shown("macro", {"on": [], "if": {}, "then": said_now, "stop": False}, problems)
    return {"built": built, "acts": [act for act in built.acts if act[0] not in LEFT_OUT]}


def page(
    rule: Rule | None, said_now: list[dict[str, Any]], values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200, *,
    step: str = "",
) -> Response:
    """The editor, or what the macro says for whoever may not change it."""
    may = rule is None or may_edit(viewer(), rule.agent_id, rule.team_id)
    more = built_of(said_now, problems or {}) if may else {"says": [said(action) for action in said_now]}
    return make_response(render_template(
        "macros/show.html" if may else "macros/read.html", rule=rule, values=values, problems=problems or {}, owners=owners(),
        focus=focus_of(step), **more), status)
