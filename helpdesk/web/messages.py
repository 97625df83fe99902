"""One message by itself: as its sender formatted it, as it arrived, and what an agent decides about its delivery."""

import base64
import html as html_words
import re

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from helpdesk import store
from helpdesk.actions.deliver import keep_back, send_again, take_as_sent, try_now
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.models import Message, RawMessage
from helpdesk.pictures import SHOWN_INLINE
from helpdesk.queries.ticket import find_message
from helpdesk.safe_html import clean
from helpdesk.visit.access import allow, viewer
from helpdesk.web import remote_pictures

blueprint = Blueprint("messages", __name__)
CID, REMOTE = re.compile(r'data-cid="([^"]*)"'), re.compile(r'data-remote-src="([^"]*)"')
MOST_PICTURE_BYTES, MOST_PAGE_BYTES = 2 * 1024 * 1024, 10 * 1024 * 1024
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-popups-to-escape-sandbox"


@blueprint.get("/messages/<int:message_id>/html")
@allow("agent")
def html(message_id: int) -> Response:
    """The safe HTML in a page of its own that can run nothing, load nothing and knows nothing of us."""
    message = find_message(viewer(), message_id)
    return letter(message, with_pictures(message), LETTER_POLICY)


@blueprint.post("/messages/<int:message_id>/pictures")
@allow("agent")
def pictures(message_id: int) -> Response:
    """The same after an agent asked for the pictures that lie elsewhere: they come through us."""
    message = find_message(viewer(), message_id)

    def through_us(found: re.Match[str]) -> str:
        return f'src="{remote_pictures.address(message.id, html_words.unescape(found[1]))}"'
    policy = LETTER_POLICY.replace("img-src data:", f"img-src data: {request.host_url}pictures/")
    return letter(message, REMOTE.sub(through_us, with_pictures(message)), policy)


def letter(message: Message, content: str, policy: str) -> Response:
    """The page of the frame; NotFound for a message without formatting."""
    if not message.html:
        raise NotFound
    body = render_template("messages/letter.html", html=content, language=message.language or "ar")
    return Response(body, headers={"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"})


def with_pictures(message: Message) -> str:
    """Its own pictures put where it names them: a page that may load nothing carries them inside."""
    named = {
        file.content_id.strip("<>"): file for file in message.attachments
        if file.content_id and file.content_type in SHOWN_INLINE and file.size <= MOST_PICTURE_BYTES
    }
    left = MOST_PAGE_BYTES

    def picture(found: re.Match[str]) -> str:
        nonlocal left
        file = named.get(html_words.unescape(found[1]))
        if file is None or file.size > left or not store.path_of(file.sha256).exists():
            return found[0]
        left -= file.size
        return f'src="data:{file.content_type};base64,{base64.b64encode(store.path_of(file.sha256).read_bytes()).decode()}"'
    return CID.sub(picture, clean(message.html or ""))


@blueprint.get("/messages/<int:message_id>/raw")
@allow("agent")
def raw(message_id: int) -> Response:
    """The mail as it arrived, as a file."""
    message = find_message(viewer(), message_id)
    found = db.session.get(RawMessage, message.raw_message_id or 0)
    if found is None:
        raise NotFound
    return Response(found.content, headers={
        "Content-Type": "application/octet-stream", "Content-Disposition": f'attachment; filename="message-{message.id}.eml"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    })


@blueprint.post("/messages/<int:message_id>/delivery")
@allow("agent")
def delivery(message_id: int) -> AnyResponse:
    """`decision`: "again" or "sent", about an answer that is uncertain or failed; "now" or "never", about one that waits; "again" about one
    that was kept back."""
    message = find_message(viewer(), message_id)
    decisions = {"again": send_again, "sent": take_as_sent, "now": try_now, "never": keep_back}
    decide = decisions.get(request.form.get("decision", ""))
    if decide is None:
        raise Invalid("decision_unknown", "decision")
    decide(viewer(), message_id)
    if request.headers.get("HX-Request"):
        return make_response(render_template("_toast.html", words=_("Saved.")))
    flash(_("Saved."))
    return redirect(url_for("tickets.show", number=message.ticket_id), 303)
