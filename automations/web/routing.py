"""How a team gets its work: by which method, by itself or not, and what a ticket of each channel costs. For admins."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from automations.assignment import METHODS, MOST_WEIGHT, WEIGHTS, plan_of
from automations.conditions.choices import Choices, channels
from automations.routing import candidates, methods
from helpdesk import clock
from helpdesk.actions import routing
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.fields import Fields, problems_of
from helpdesk.models import Team
from helpdesk.queries import roster, settings_pages
from helpdesk.queries.routing import team_members
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.forms import typed
from helpdesk.visit.reader import reader

blueprint = Blueprint("routing", __name__, template_folder="../templates")
ONE = "/teams/<int:team_id>/routing"


@blueprint.get(ONE)
@allow("admin")
def show(team_id: int) -> Response:
    """The form."""
    team = settings_pages.team(viewer(), team_id)
    plan = plan_of(team.routing)
    weights = {f"weight_{channel}": str(plan.weight(channel)) for channel in WEIGHTS}
    returns = bool(team.routing.get("return_when_away"))
    return page(team, weights | {"method": plan.method, "auto": plan.auto, "return_when_away": returns})


@blueprint.post(ONE)
@allow("admin")
def save(team_id: int) -> Response:
    """What was typed."""
    team, fields = settings_pages.team(viewer(), team_id), Fields(request.form)
    method = fields.choice("method", ("", *METHODS))
    weights = {channel: weight(fields, f"weight_{channel}") for channel in WEIGHTS}
    if fields.yes("auto") and not method:
        fields.refuse("method", _("Choose by what the tickets are given out."))
    try:
        fields.check()
        routing.set_routing(team_id, routing.RoutingChange(method, fields.yes("auto"), weights, fields.yes("return_when_away")))
    except Invalid as refusal:
        return page(team, typed(request.form), problems_of(refusal), 422)
    flash(_("Saved."))
    return redirect(url_for("routing.show", team_id=team_id), 303)


def weight(fields: Fields, name: str) -> int:
    """What one ticket of a channel costs."""
    text = fields.line(name, 5)
    if not text.isdecimal() or not 1 <= int(text) <= MOST_WEIGHT:
        fields.refuse(name, _("A whole number from 1 to %(most)s.", most=MOST_WEIGHT))
        return 1
    return int(text)


def page(team: Team, values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The form with these values, and the team as it stands now."""
    options: Choices = [("", _("by hand")), *methods()]
    session, names = db.session(), roster.names()
    there = {one.id: one for one in candidates(session, team.id, plan_of(team.routing), clock.now())}
    members = [(agent, names.agent(agent.id, reader().language), there.get(agent.id)) for agent in team_members(session, team.id)]
    return make_response(render_template(
        "routing/team.html", team=team, values=values, problems=problems or {}, methods=options, channels=channels(), members=members),
        status)
