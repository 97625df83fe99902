"""Canned replies: the shelf, and one reply with a text a language."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk import placeholders
from helpdesk.actions import canned
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.fields import Fields, problems_of
from helpdesk.folding import fold
from helpdesk.models import Agent, CannedReply
from helpdesk.queries import canned as shelf
from helpdesk.queries.canned_values import values_for
from helpdesk.queries.owned import may_edit
from helpdesk.queries.ticket import find_ticket
from helpdesk.visit import choices
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.forms import typed
from helpdesk.visit.owners import in_words, key_of, owner_in, owners
from helpdesk.visit.reader import reader

blueprint = Blueprint("canned", __name__)
ONE = "/canned/<int:reply_id>"


@blueprint.get("/canned")
@allow("agent")
def index() -> str:
    """By folder; `q` narrows it, and a script gets the rows alone."""
    query = request.args.get("q", "")
    template = "canned/_rows.html" if request.headers.get("HX-Request") else "canned/list.html"
    rows = shelf.shelf(viewer(), query)
    return render_template(
        template, rows=rows, folders=by_folder(rows), query=query, languages=dict(choices.languages()), owner_of=in_words,
        most=shelf.MOST_SHOWN)


def by_folder(rows: Iterable[CannedReply]) -> list[tuple[str, list[CannedReply]]]:
    """The folders with their replies, in the order of the reader's language; what is in none comes last."""
    language, found = reader().language, dict[str, list[CannedReply]]()
    for reply in sorted(rows, key=lambda reply: fold(reply.shown_name(language))):
        found.setdefault(reply.shown_folder(language), []).append(reply)
    return sorted(found.items(), key=lambda each: (not each[0], fold(each[0])))


@blueprint.get("/canned/new")
@allow("agent")
def new() -> Response:
    """The form of a new one."""
    return page(None, {"owner": "me"})


@blueprint.post("/canned")
@allow("agent")
def create() -> Response:
    """A new one, or how it would read in a ticket."""
    return store(None)


@blueprint.get(ONE)
@allow("agent")
def show(reply_id: int) -> Response:
    """One of them; who may not change it reads it."""
    reply = shelf.find(viewer(), reply_id)
    return page(reply, {
        "name": reply.name, "name_ar": reply.name_ar, "folder": reply.folder,
        "folder_ar": reply.folder_ar,
        "owner": key_of(reply.agent_id, reply.team_id),
        **{f"text_{text.language}": text.text for text in reply.texts}})


@blueprint.post(ONE)
@allow("agent")
def save(reply_id: int) -> Response:
    """Everything of one, or how it would read in a ticket."""
    return store(shelf.find(viewer(), reply_id))


@blueprint.post(f"{ONE}/state")
@allow("agent")
def state(reply_id: int) -> Response:
    """`active`: 1 switches it on, "" off."""
    canned.switch(viewer(), reply_id, bool(request.form.get("active")))
    flash(_("Saved."))
    return redirect(url_for("canned.show", reply_id=reply_id))


@blueprint.post(f"{ONE}/removal")
@allow("agent")
def removal(reply_id: int) -> Response:
    """Throws one away."""
    canned.delete(viewer(), reply_id)
    flash(_("The reply is gone. What was written with it stays as it was sent."))
    return redirect(url_for("canned.index"))


def store(reply: CannedReply | None) -> Response:
    """What was typed, into the new reply or into that one; nothing while it is only looked at."""
    values = typed(request.form)
    try:
        if request.form.get("preview"):
            return look(reply, values)
        asked = read()
        if reply is None:
            canned.create(viewer(), asked)
        else:
            canned.edit(viewer(), reply.id, asked)
    except Invalid as refusal:
        return page(reply, values, problems_of(refusal), status=422)
    flash(_("Saved."))
    return redirect(url_for("canned.index"))


def read() -> canned.CannedChange:
    """The form."""
    fields = Fields(request.form)
    name, name_ar = fields.names()
    texts = {language: fields.block(f"text_{language}", shelf.MOST_LETTERS) for language in shelf.LANGUAGES}
    owner = fields.choice("owner", [key for key, _name in owners()])
    folder, folder_ar = fields.line("folder"), fields.line("folder_ar")
    fields.check()
    agent_id, team_id = owner_in(owner)
    return canned.CannedChange(name, name_ar, folder or folder_ar, texts, agent_id is not None, team_id, folder_ar)


def look(reply: CannedReply | None, values: dict[str, Any]) -> Response:
    """How the texts read in a ticket: each with its values, and what is missing there. A script gets this alone."""
    number = request.form.get("number", "").strip().lstrip("#")
    if not (number.isdecimal() and len(number) < 10):
        raise Invalid(_("Enter the number of a ticket that you see."), "number")
    try:
        ticket = find_ticket(viewer(), int(number))
    except NotFound as error:
        raise Invalid(_("Enter the number of a ticket that you see."), "number") from error
    agent = db.session.get(Agent, viewer().agent_id)
    previews = {
        language: placeholders.fill(text, values_for(db.session(), ticket, language, agent))
        for language in shelf.LANGUAGES if (text := Fields(request.form).block(f"text_{language}"))
    }  # fmt: skip
    return page(reply, values, previews=previews)


def page(
    reply: CannedReply | None, values: dict[str, Any], problems: dict[str, str] | None = None, previews: Any = None, status: int = 200,
) -> Response:
    """The form; `reply` None for a new one."""
    mine = reply is None or may_edit(viewer(), reply.agent_id, reply.team_id)
    return make_response(render_template(
        "canned/show.html", reply=reply, values=values, problems=problems or {}, previews=previews, may_edit=mine, owners=owners(),
        owner=in_words(reply.agent_id, reply.team_id) if reply else "", languages=choices.languages(), placeholders=placeholders.LABELS,
        in_words=placeholders.in_words), status)

