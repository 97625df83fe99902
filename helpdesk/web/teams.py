"""Teams: names, members, inboxes. For admins."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.actions import teams
from helpdesk.errors import Invalid
from helpdesk.fields import Fields, problems_of
from helpdesk.queries import roster, settings_pages
from helpdesk.visit import choices
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.forms import typed

blueprint = Blueprint("teams", __name__)
ONE = "/teams/<int(max=2147483647):team_id>"


@blueprint.get("/teams")
@allow("admin")
def show() -> Response:
    """The list."""
    asked = viewer()
    return make_response(render_template(
        "teams/list.html", teams=settings_pages.teams(asked), members=settings_pages.members(asked),
        agents={agent.id: agent for agent in settings_pages.agents(asked)}))


@blueprint.get("/teams/new")
@allow("admin")
def new() -> Response:
    """The form of a new team."""
    return page(None, {})


@blueprint.post("/teams")
@allow("admin")
def create() -> Response:
    """A new team."""
    return store(None)


@blueprint.get(ONE)
@allow("admin")
def edit(team_id: int) -> Response:
    """One team."""
    team = settings_pages.team(viewer(), team_id)
    return page(team_id, {
        "name": team.name, "name_ar": team.name_ar, "agent_ids": settings_pages.members(viewer()).get(team_id, []),
        "inbox_ids": [inbox.id for inbox in team.inboxes]})


@blueprint.post(ONE)
@allow("admin")
def save(team_id: int) -> Response:
    """Names, members and inboxes of one team."""
    return store(team_id)


def store(team_id: int | None) -> Response:
    """What was typed, into the new team or into that one."""
    fields = Fields(request.form)
    name, name_ar = fields.names()
    asked = teams.TeamChange(name, name_ar, fields.ids("agent_ids"), fields.ids("inbox_ids"))
    try:
        fields.check()
        teams.create(asked) if team_id is None else teams.edit(team_id, asked)
    except Invalid as refusal:
        return page(team_id, typed(request.form), problems_of(refusal), 422)
    roster.forget()
    flash(_("Saved."))
    return redirect(url_for("teams.show"))


def page(team_id: int | None, values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The form; `team_id` None for a new team."""
    asked = viewer()
    team = settings_pages.team(asked, team_id) if team_id is not None else None
    return make_response(render_template(
        "teams/show.html", team=team, values=values, problems=problems or {},
        agents=choices.boxes(settings_pages.agents(asked)), inboxes=choices.boxes(settings_pages.inboxes(asked))), status)
