"""Work in hand: a column an agent, tickets that can be given to somebody else, and how fairly they were given out. For supervisors."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from automations.assignment import Plan, plan_of
from helpdesk import clock
from helpdesk.actions import change
from helpdesk.actions.several import change_several
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.fields import id_in, ids_in
from helpdesk.models import Team
from helpdesk.queries import roster, workload
from helpdesk.queries.ticket_list import newest_event
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.reader import reader

blueprint = Blueprint("queue", __name__, template_folder="../templates")
DAYS = (1, 7)


@blueprint.get("/queue")
@allow("supervisor")
def show() -> Response:
    """The board of one team; a script gets the board alone."""
    found = context()
    template = "queue/_board.html" if request.headers.get("HX-Request") else "queue/show.html"
    return make_response(render_template(template, **found))


def context() -> dict[str, Any]:
    """For queue/show.html: teams (id, name), team, plan, columns, given {days: {agent id: Given}}, choices to move to."""
    newest, names, language = newest_event(), roster.names(), reader().language
    teams = sorted(((number, names.team(number, language)) for number in names.teams), key=lambda pair: pair[1])
    asked = request.args.get("team", type=int)
    chosen = asked if asked in names.teams else next((number for number, _name in teams), None)
    found: dict[str, Any] = {"newest": newest, "teams": teams, "team": None, "names": names}
    if chosen is None or (team := db.session.get(Team, chosen)) is None:
        return found
    columns = workload.board(viewer(), chosen, clock.now())
    plan = plan_of(team.routing)
    given = {days: workload.given(chosen, since(days)) for days in DAYS}
    loads = {column.agent.id: load(column, plan) for column in columns if column.agent}
    takers = [(column.agent.id, names.agent(column.agent.id, language)) for column in columns if column.agent]
    return found | {"team": team, "plan": plan, "columns": columns, "given": given, "loads": loads, "takers": takers}


def load(column: workload.Column, plan: Plan) -> int:
    """How many points of his capacity an agent's open work takes."""
    return sum(one.tickets * plan.weight(one.channel) for one in column.held)


def since(days: int) -> datetime:
    """The reader's midnight, so many days ago; 1 is today."""
    midnight = clock.now().astimezone(reader().zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days - 1)


@blueprint.get("/queue/given")
@allow("supervisor")
def given() -> Response:
    """The tickets behind a figure of fairness: `team`, `agent`, `days` 1 or 7, `by` "hand" or "desk"; of nobody there is the board."""
    team_id, agent_id = request.args.get("team", 0, int), request.args.get("agent", 0, int)
    days, by_hand = 7 if request.args.get("days") == "7" else 1, request.args.get("by") == "hand"
    names, language = roster.names(), reader().language
    if team_id not in names.teams or agent_id not in names.agents:
        return redirect(url_for("queue.show"))
    rows = workload.tickets_given(viewer(), team_id, agent_id, since(days), by_hand=by_hand)
    return make_response(render_template(
        "queue/given.html", rows=rows, days=days, by_hand=by_hand, team_id=team_id, name=names.agent(agent_id, language),
        team_name=names.team(team_id, language), most=workload.MOST_LISTED))


@blueprint.post("/queue/moves")
@allow("supervisor")
def move() -> Response:
    """`number`: tickets, any number of them; `assignee`: an agent's id, or "" for nobody."""
    given = request.form.get("assignee", "")
    agent_id, numbers = id_in(given), ids_in(request.form.getlist("number"))
    done = given_to(agent_id, numbers) if agent_id is not None or not given else 0
    words = ngettext("%(num)s ticket was given.", "%(num)s tickets were given.", done) if done else _("No ticket was given.")
    if request.headers.get("HX-Request"):
        return make_response(render_template("_toast.html", words=words))
    flash(words)
    return redirect(url_for("queue.show", team=request.form.get("team", type=int)), 303)


def given_to(agent_id: int | None, numbers: list[int]) -> int:
    """Gives tickets to an agent or to nobody; how many of them that was possible for."""
    try:
        outcome = change_several(viewer(), numbers, change.assign(agent_id), lambda _ticket: "")
    except Invalid:
        return 0
    return len(outcome.was) + len(outcome.same)
