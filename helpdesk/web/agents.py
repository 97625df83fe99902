"""Colleagues: listed, invited, edited, switched off. For admins."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.actions import people
from helpdesk.errors import Invalid
from helpdesk.fields import Fields, problems_of
from helpdesk.models.agent import LANGUAGES, ROLES
from helpdesk.queries import roster, settings_pages
from helpdesk.queries.people import colleague, colleagues
from helpdesk.visit import choices
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.forms import typed

blueprint = Blueprint("agents", __name__)
ONE = "/agents/<int(max=2147483647):agent_id>"


@blueprint.get("/agents")
@allow("admin")
def show() -> Response:
    """The list."""
    asked = viewer()
    return make_response(render_template("people/list.html", colleagues=colleagues(asked), roles=dict(choices.roles()), me=asked.agent_id))


@blueprint.get("/agents/new")
@allow("admin")
def new() -> Response:
    """The form of an invitation."""
    return invitation({"role": "agent", "language": str(get_locale() or "ar")})


@blueprint.post("/agents")
@allow("admin")
def invite() -> Response:
    """A new colleague, and the letter to him."""
    fields = Fields(request.form)
    name, name_ar = fields.names()
    asked = people.Invitation(
        fields.email(), name, name_ar, fields.choice("role", ROLES), fields.choice("language", LANGUAGES), fields.ids("team_ids"))
    try:
        fields.check()
        people.invite(asked)
    except Invalid as refusal:
        return invitation(typed(request.form), problems_of(refusal), 422)
    roster.forget()
    flash(_("The invitation to %(email)s is on its way.", email=asked.email))
    return redirect(url_for("agents.show"))


def invitation(values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The form of an invitation."""
    return make_response(render_template(
        "people/new.html", values=values, problems=problems or {}, roles=choices.roles(), languages=choices.languages(),
        teams=choices.boxes(settings_pages.teams(viewer()))), status)


@blueprint.get(ONE)
@allow("admin")
def edit(agent_id: int) -> Response:
    """One colleague."""
    agent = colleague(viewer(), agent_id)
    return page(agent_id, {"name": agent.name, "name_ar": agent.name_ar, "role": agent.role, "team_ids": [team.id for team in agent.teams]})


@blueprint.post(ONE)
@allow("admin")
def save(agent_id: int) -> Response:
    """Names, role and teams; address, password and settings are the colleague's own."""
    fields = Fields(request.form)
    name, name_ar = fields.names()
    asked = people.AgentChange(name, name_ar, fields.choice("role", ROLES), fields.ids("team_ids"))
    try:
        fields.check()
        people.edit_agent(agent_id, asked)
    except Invalid as refusal:
        return page(agent_id, typed(request.form), problems_of(refusal), 422)
    roster.forget()
    flash(_("Saved."))
    return redirect(url_for("agents.show"))


def page(agent_id: int, values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The form of one colleague."""
    return make_response(render_template(
        "people/show.html", colleague=colleague(viewer(), agent_id), values=values, problems=problems or {}, roles=choices.roles(),
        teams=choices.boxes(settings_pages.teams(viewer())), me=viewer().agent_id), status)


@blueprint.post(f"{ONE}/invitation")
@allow("admin")
def invite_again(agent_id: int) -> Response:
    """The letter once more."""
    return done(agent_id, people.invite_again, _("A new invitation is on its way; the old link is void."))


@blueprint.post(f"{ONE}/deactivation")
@allow("admin")
def deactivate(agent_id: int) -> Response:
    """Switched off and signed out."""
    return done(agent_id, people.deactivate, _("Switched off and signed out everywhere."))


@blueprint.post(f"{ONE}/activation")
@allow("admin")
def activate(agent_id: int) -> Response:
    """Switched on again."""
    return done(agent_id, people.activate, _("Switched on again."))


def done(agent_id: int, action: Any, words: str) -> Response:
    """Does it and goes back to the colleague's page with the words, or with what stood in the way."""
    try:
        action(agent_id)
    except Invalid as refusal:
        flash(refusal.sentence, "error")
    else:
        roster.forget()
        flash(words)
    return redirect(url_for("agents.edit", agent_id=agent_id))
