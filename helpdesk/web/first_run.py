"""The first page of a new desk; there is no other until it is done, and none like it afterwards."""

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk import clock
from helpdesk.actions import desk
from helpdesk.errors import Invalid, NotFound
from helpdesk.fields import Fields, problems_of
from helpdesk.models.agent import LANGUAGES
from helpdesk.queries import people, roster
from helpdesk.visit.access import allow
from helpdesk.visit.choices import languages, zone_choices
from helpdesk.visit.forms import typed
from helpdesk.web.entry import browser, let_in

blueprint = Blueprint("first_run", __name__)
REACHABLE = {"static", "language.choose", "first_run.show", "first_run.open_desk"}


def needs_first_run(*, anew: bool = False) -> bool:
    """Whether there is no desk yet. Once there is one it is not asked again, but where somebody stands outside (`anew`): removing a
    demo that has no admin of one's own takes the desk with it."""
    if anew or not current_app.extensions.get("desk_exists"):
        current_app.extensions["desk_exists"] = people.desk_exists()
    return not current_app.extensions["desk_exists"]


def lead_to_first_run() -> Response | None:
    """Before each request: as long as there is no desk every page leads here; what machines ask for answers as ever."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in REACHABLE or endpoint.startswith("system."):
        return None
    if not needs_first_run(anew=endpoint.startswith("login.")):
        return None
    return redirect("/first-run")


@blueprint.get("/first-run")
@allow("anyone")
def show() -> Response:
    """Four cards."""
    if not needs_first_run(anew=True):
        raise NotFound
    return page({"language": str(get_locale() or "ar"), "time_zone": "Asia/Riyadh"})


@blueprint.post("/first-run")
@allow("anyone")
def open_desk() -> Response:
    """Everything at once, or nothing; of two who send it one wins."""
    if not needs_first_run(anew=True):
        raise NotFound
    fields = Fields(request.form)
    asked = read(fields)
    try:
        fields.check()
        token = desk.open_desk(asked, browser())
    except Invalid as refusal:
        return page(typed(request.form), problems_of(refusal), 422)
    roster.forget()
    let_in(token)
    flash(_("The desk is open."))
    return redirect("/")


def read(fields: Fields) -> desk.Opening:
    """The fields of the four cards and no others."""
    name, name_ar = fields.names("desk_name", "desk_name_ar")
    email = fields.email("email")
    return desk.Opening(
        desk=desk.DeskChange(name, name_ar, fields.choice("language", LANGUAGES), fields.zone()),
        name=fields.line("name", required=True), name_ar="", email=email, password=fields.new_password("password", email),
        inbox_address=fields.email("inbox_address"))


def page(values: dict[str, object], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The form."""
    return make_response(render_template(
        "first_run/show.html", values=values, problems=problems or {}, languages=languages(), zones=zone_choices(),
        moment=clock.now()), status)
