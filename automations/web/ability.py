"""How much an agent gets by himself, and what he knows. For supervisors."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from automations.assignment import skill
from automations.conditions.choices import languages, types
from helpdesk.actions import routing
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.fields import Fields, problems_of
from helpdesk.models import Agent
from helpdesk.queries.away import goes_back
from helpdesk.visit.access import allow

blueprint = Blueprint("ability", __name__, template_folder="../templates")
ONE = "/agents/<int:agent_id>/work"
SPOKEN = ("ar", "en", "fa", "ur")
MOST_CAPACITY, MOST_WORDS = 1000, 50


@blueprint.get(ONE)
@allow("supervisor")
def show(agent_id: int) -> Response:
    """The form."""
    agent = found(agent_id)
    marked = {mark: [word.removeprefix(mark) for word in agent.skills if word.startswith(mark)] for mark in ("lang:", "type:")}
    words = [word for word in agent.skills if not word.startswith(("lang:", "type:"))]
    capacity = "" if agent.capacity is None else str(agent.capacity)
    return page(agent, {"capacity": capacity, "languages": marked["lang:"], "types": marked["type:"], "words": ", ".join(words)})


@blueprint.post(ONE)
@allow("supervisor")
def save(agent_id: int) -> Response:
    """What was typed."""
    agent, fields = found(agent_id), Fields(request.form)
    try:
        capacity, skills = read(fields, request.form)
        fields.check()
        routing.set_ability(agent_id, capacity, skills)
    except Invalid as refusal:
        typed = {"capacity": request.form.get("capacity", ""), "words": request.form.get("words", "")}
        lists = {name: request.form.getlist(name) for name in ("languages", "types")}
        return page(agent, typed | lists, problems_of(refusal), 422)
    flash(_("Saved."))
    return redirect(url_for("ability.show", agent_id=agent_id), 303)


def read(fields: Fields, form: "MultiDict[str, str]") -> tuple[int | None, list[str]]:
    """(capacity or None, skills); what is wrong is noted."""
    typed = fields.line("capacity", 10)
    if typed and (not typed.isdecimal() or int(typed) > MOST_CAPACITY):
        fields.refuse("capacity", _("A whole number from 0 to %(most)s, or nothing for no limit.", most=MOST_CAPACITY))
    known = {number for number, _name in types() if number}
    words = [word for part in fields.line("words", 1000).replace("،", ",").split(",") if (word := skill(part))]
    if len(words) > MOST_WORDS or any(word.startswith(("lang:", "type:")) for word in words):
        fields.refuse("words", _("At most %(most)s words, divided by commas.", most=MOST_WORDS))
    spoken = [f"lang:{code}" for code in form.getlist("languages") if code in SPOKEN]
    capacity = int(typed) if typed and "capacity" not in fields.problems else None
    return capacity, [*spoken, *(f"type:{number}" for number in form.getlist("types") if number in known), *words]


def found(agent_id: int) -> Agent:
    """The colleague; NotFound."""
    agent = db.session.get(Agent, agent_id)
    if agent is None:
        raise NotFound
    return agent


def page(agent: Agent, values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The form with these values."""
    spoken = [(code, name) for code, name in languages() if code in SPOKEN]
    return make_response(render_template(
        "routing/ability.html", colleague=agent, values=values, problems=problems or {}, spoken=spoken,
        types=[(number, name) for number, name in types() if number], going_back=len(goes_back(db.session(), agent.id))), status)
