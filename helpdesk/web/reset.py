"""Links that let somebody in once: invitation and reset. Looking at one changes nothing, because mail scanners look at all."""

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from helpdesk.actions import links
from helpdesk.errors import Invalid, TooManyTries
from helpdesk.fields import Fields, problems_of
from helpdesk.models import Agent
from helpdesk.queries import people
from helpdesk.visit.access import allow
from helpdesk.web.entry import browser, let_in

blueprint = Blueprint("reset", __name__)


@blueprint.get("/reset")
@allow("anyone")
def show() -> Response:
    """Asks for the address."""
    return make_response(render_template("login/reset.html", sent=False, problem=""))


@blueprint.post("/reset")
@allow("anyone")
def ask() -> Response:
    """Says the same to everybody."""
    try:
        links.request_reset(request.form.get("email", ""), request.remote_addr or "")
    except TooManyTries as refusal:
        response = make_response(render_template("login/reset.html", sent=False, problem=refusal.sentence), 429)
        response.headers["Retry-After"] = str(refusal.retry_seconds)
        return response
    return make_response(render_template("login/reset.html", sent=True, problem=""))


@blueprint.get("/reset/<token>")
@allow("anyone")
def show_reset(token: str) -> Response:
    """The form for a new password."""
    return form("reset", people.owner_of_link("reset", token))


@blueprint.get("/invitation/<token>")
@allow("anyone")
def show_invitation(token: str) -> Response:
    """The form for the first password."""
    return form("invitation", people.owner_of_link("invitation", token))


@blueprint.post("/reset/<token>")
@allow("anyone")
def use_reset(token: str) -> Response:
    """The new password, once."""
    return use("reset", token)


@blueprint.post("/invitation/<token>")
@allow("anyone")
def use_invitation(token: str) -> Response:
    """The first password, once."""
    return use("invitation", token)


def use(purpose: str, token: str) -> Response:
    """Sets the password and lets in."""
    agent = people.owner_of_link(purpose, token)
    fields = Fields(request.form)
    password = fields.new_password("password", agent.email)
    try:
        fields.check()
    except Invalid as refusal:
        return form(purpose, agent, problems_of(refusal), 422)
    let_in(links.use_link(purpose, token, password, browser()))
    return redirect("/")


def form(purpose: str, agent: Agent, problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The page with one field."""
    return make_response(render_template("login/password.html", purpose=purpose, owner=agent, problems=problems or {}), status)
