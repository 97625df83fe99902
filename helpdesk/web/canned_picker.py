"""What the composer asks for when one types a slash: the list, and the text in the customer's language."""

from flask import Blueprint, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk import placeholders
from helpdesk.actions import canned
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Agent
from helpdesk.queries import canned as shelf
from helpdesk.queries.canned_values import values_for
from helpdesk.queries.ticket import find_ticket
from helpdesk.visit import choices
from helpdesk.visit.access import allow, viewer

blueprint = Blueprint("canned_picker", __name__)


@blueprint.get("/tickets/<int:number>/canned")
@allow("agent")
def offered(number: int) -> str:
    """The most used first, narrowed by `q`; which of them are there in the customer's language."""
    ticket = find_ticket(viewer(), number)
    rows = shelf.picked(viewer(), request.args.get("q", ""))
    return render_template(
        "canned/_options.html", rows=rows, wanted=shelf.language_of_customer(db.session(), ticket), languages=dict(choices.languages()))


@blueprint.post("/tickets/<int:number>/canned/<int:reply_id>/use")
@allow("agent")
def use(number: int, reply_id: int) -> Response:
    """{text, missing: [placeholder]}, its use counted; 422 {error, languages: [[code, name]]} without a text in the customer's language,
    or in the `language` that the agent asks for instead."""
    ticket, reply = find_ticket(viewer(), number), shelf.find(viewer(), reply_id)
    if not reply.active:
        raise NotFound
    chosen = shelf.text_for(db.session(), ticket, reply, request.form.get("language", ""))
    if isinstance(chosen, shelf.Missing):
        return make_response(jsonify(error=lacking(chosen), languages=[[code, name_of(code)] for code in chosen.there]), 422)
    agent = db.session.get(Agent, viewer().agent_id)
    filled = placeholders.fill(chosen.text, values_for(db.session(), ticket, chosen.language, agent))
    canned.use(reply_id)
    return make_response(jsonify(text=filled.text, missing=filled.missing))


def lacking(missing: shelf.Missing) -> str:
    """Says that there is no such text, instead of one in another language."""
    return str(_("This reply has no text in the customer's language (%(language)s).", language=name_of(missing.language)))


def name_of(language: str) -> str:
    """A language as the reader calls it."""
    return str({"ar": _("Arabic"), "en": _("English"), "fa": _("Persian"), "ur": _("Urdu")}.get(language, language))
