"""Here or away: told by oneself, or by a supervisor for a colleague; before work goes back it is said how much."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from helpdesk.actions import away
from helpdesk.extensions import db
from helpdesk.models import Agent
from helpdesk.queries import roster
from helpdesk.queries.away import goes_back
from helpdesk.visit.access import allow, signed_in_now, viewer
from helpdesk.visit.sections import Section

blueprint = Blueprint("away", __name__, template_folder="../templates")


@blueprint.get("/away")
@allow("agent")
def show() -> Response:
    """What one is, and what the other would mean."""
    me = viewer().agent_id
    agent = db.session.get_one(Agent, me)
    return make_response(render_template("routing/away.html", since=agent.away_since, going_back=len(goes_back(db.session(), me))))


@blueprint.post("/away")
@allow("agent")
def switch() -> Response:
    """`away` for away, anything else for here."""
    say(viewer().agent_id)
    return redirect(url_for("away.show"), 303)


@blueprint.post("/agents/<int:agent_id>/away")
@allow("supervisor")
def switch_colleague(agent_id: int) -> Response:
    """The same for a colleague, who may be ill."""
    say(agent_id)
    return redirect(url_for("ability.show", agent_id=agent_id), 303)


def say(agent_id: int) -> None:
    """Does it and tells what became of the work."""
    if request.form.get("away"):
        given = away.leave(viewer(), agent_id)
        back = ngettext("%(num)s ticket went back to its team.", "%(num)s tickets went back to their teams.", given)
        flash(f"{_('Away from now on.')} {back}" if given else _("Away from now on."))
    else:
        away.come_back(viewer(), agent_id)
        flash(_("Back from now on."))
    roster.forget()


def line() -> Section:
    """The line of the navigation: whichever the reader is now."""
    signed = signed_in_now()
    if signed is not None and signed.agent.away_since is not None:
        return Section("foot", "agent", "away", _("You are away"), "moon", "/away")
    return Section("foot", "agent", "away", _("You are here"), "user-check", "/away")
