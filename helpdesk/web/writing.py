"""Answers, notes and drafts: the forms of the composer."""

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from helpdesk import store
from helpdesk.actions.draft import attach, detach, discard_draft, save_draft
from helpdesk.actions.release import cancel_reply
from helpdesk.actions.reply import Writing, note, reply
from helpdesk.errors import Invalid, Stopped
from helpdesk.fields import ids_in
from helpdesk.incoming import Person, StoredFile
from helpdesk.models import Message
from helpdesk.pictures import SHOWN_INLINE, kind_of
from helpdesk.queries.ticket import find_ticket, ticket_page, unseen_entries
from helpdesk.visit.access import allow, viewer
from helpdesk.web.file_names import shown_name
from helpdesk.web.ticket_shown import stopped_context

blueprint = Blueprint("writing", __name__)
MOST_RECIPIENTS, MOST_FILES = 50, 20


@blueprint.post("/tickets/<int:number>/replies")
@allow("agent")
def replies(number: int) -> AnyResponse:
    """An answer to the customer; 409 with what is new when the author has not seen everything."""
    asking = viewer()
    find_ticket(asking, number)
    writing = read_writing(number, recipients=True)
    try:
        message = reply(asking, number, writing)
    except Stopped as stopped:
        return show_stopped(number, writing, stopped.seen_event_id)
    return written(number, message)


@blueprint.post("/tickets/<int:number>/notes")
@allow("agent")
def notes(number: int) -> AnyResponse:
    """A note that no customer ever sees."""
    find_ticket(viewer(), number)
    return written(number, note(viewer(), number, read_writing(number, recipients=False)))


@blueprint.post("/messages/<int:message_id>/cancellation")
@allow("agent")
def cancellation(message_id: int) -> AnyResponse:
    """Takes one's own answer back before it leaves."""
    message = cancel_reply(viewer(), message_id)
    return after(message.ticket_id, _("Stopped before it left. The text is back in the composer."))


@blueprint.post("/tickets/<int:number>/draft")
@allow("agent")
def draft(number: int) -> AnyResponse:
    """Keeps what was typed. `discard=1` lets it go."""
    kind = request.form.get("kind", "reply")
    if request.form.get("discard"):
        discard_draft(viewer(), number, kind)
        return after(number, _("Draft discarded."))
    save_draft(
        viewer(),
        number,
        kind,
        body=request.form.get("body", ""),
        to=request.form.get("to", ""),
        cc=request.form.get("cc", ""),
        seen_event_id=seen_event(),
        key=request.form.get("idempotency_key", ""),
    )
    return Response(status=204)


@blueprint.post("/tickets/<int:number>/files")
@allow("agent")
def files(number: int) -> AnyResponse:
    """One file for the draft; answers {id, name, size}."""
    find_ticket(viewer(), number)
    given = request.files.get("file") or next(iter(request.files.getlist("files")), None)
    if given is None or not given.filename:
        raise Invalid("file_missing", "file")
    attachment = attach(viewer(), number, request.form.get("kind", "reply"), stored(given, pasted=bool(request.form.get("pasted"))))
    return make_response(jsonify(id=attachment.id, name=attachment.name, size=attachment.size))


@blueprint.post("/attachments/<int:attachment_id>/removal")
@allow("agent")
def removal(attachment_id: int) -> AnyResponse:
    """Takes a file off one's own draft."""
    detach(viewer(), attachment_id)
    return Response(status=204)


def read_writing(number: int, *, recipients: bool) -> Writing:
    """The form. Without a `to` of its own an answer goes to whom the ticket's page would have put there."""
    form, people = request.form, people_of
    to = people(form.get("to", "")) if recipients else []
    if recipients and "to" not in form:
        to = ticket_page(viewer(), number).to
    uploads = [stored(one) for one in request.files.getlist("files")[:MOST_FILES] if one.filename]
    attached = ids_in(form.getlist("attachment_ids"))
    return Writing(
        body=form.get("body", "").replace("\r\n", "\n"),
        key=form.get("idempotency_key", ""),
        seen_event_id=seen_event(),
        to=to,
        cc=people(form.get("cc", "")) if recipients else [],
        status=form.get("status") or None,
        files=uploads,
        attachment_ids=attached,
        with_history=True if form.get("with_history") else None,
    )


def seen_event() -> int:
    """The newest event the author had seen; nothing understandable means: none."""
    text = request.form.get("seen_event_id", "")
    return min(int(text), 2**31 - 1) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def people_of(line: str) -> list[Person]:
    """Addresses separated by commas, semicolons (also Arabic ones) or lines."""
    for mark in ";،؛\n":
        line = line.replace(mark, ",")
    return [person_of(part.strip()) for part in line.split(",") if part.strip()][:MOST_RECIPIENTS]


def person_of(text: str) -> Person:
    """ "Name <address>" or an address; Invalid for anything else."""
    name, _angle, rest = text.rpartition("<")
    try:
        found = validate_email(rest.rstrip("> "), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Invalid("to_wrong", "to") from error
    return Person(name.strip(' "'), found.normalized)


def stored(given: FileStorage, *, pasted: bool = False) -> StoredFile:
    """An upload's bytes go to the store; what it is follows from them. A picture that was pasted is shown in the text."""
    head = given.stream.read(4096)
    given.stream.seek(0)
    digest, size = store.keep(iter(lambda: given.stream.read(65536), b""))
    kind = kind_of(head)
    return StoredFile(shown_name(given.filename or ""), kind, size, digest, inline=pasted and kind in SHOWN_INLINE)


def show_stopped(number: int, writing: Writing, seen_event_id: int) -> AnyResponse:
    """What is new, beside the draft, which is kept; and the three ways on."""
    save_draft(
        viewer(),
        number,
        "reply",
        body=writing.body,
        to=line_of(writing.to),
        cc=line_of(writing.cc),
        seen_event_id=seen_event_id,
        key=writing.key,
    )
    for file in writing.files:
        attach(viewer(), number, "reply", file)
    template = "tickets/_stopped.html" if request.headers.get("HX-Request") else "tickets/stopped.html"
    context = stopped_context(viewer(), number, unseen_entries(viewer(), number, seen_event_id), writing)
    return make_response(render_template(template, **context), 409)


def line_of(people: list[Person]) -> str:
    """Addresses as one writes them."""
    return ", ".join(person.address for person in people)


def written(number: int, message: Message) -> AnyResponse:
    """What the author sees next: the ticket, or the one after it; a script gets a toast, with the way back for an answer."""
    if request.headers.get("HX-Request"):
        return make_response(render_template("tickets/_sent.html", message=message))
    if request.form.get("next"):
        return redirect(url_for("tickets.following", number=number, view=request.args.get("view", "open")), 303)
    flash(_("Note saved.") if message.kind == "note" else _("Goes out in 10 seconds."))
    return redirect(url_for("tickets.show", number=number), 303)


def after(number: int, words: str) -> AnyResponse:
    """The ticket again; a script gets a toast."""
    if request.headers.get("HX-Request"):
        return make_response(render_template("_toast.html", words=words))
    flash(words)
    return redirect(url_for("tickets.show", number=number), 303)
