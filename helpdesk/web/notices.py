"""Notices: what an agent is to know. The bell's short list, the page with all of them, reading them."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from helpdesk.actions import notices
from helpdesk.errors import NotFound
from helpdesk.fields import id_in
from helpdesk.models import Notice
from helpdesk.queries import notices as queries
from helpdesk.visit.access import allow, viewer

blueprint = Blueprint("notices", __name__)
ICONS = {
    "rule_told": "zap", "sla_warning": "clock", "sla_breach": "stop", "sla_escalation": "stop", "webhook_off": "plug", "rule_off": "pause",
    "webhook_missed": "plug", "import_done": "done", "answer_failed": "circle-x", "answer_bounced": "circle-x", "answer_partly": "circle-x",
    "answer_uncertain": "help", "mailbox_renumbered": "refresh",
}  # fmt: skip


@blueprint.get("/notices")
@allow("agent")
def index() -> str:
    """All of them, the newest first; `before` leads to older ones."""
    number = id_in(request.args.get("before")) or 0
    rows = queries.newest(viewer(), queries.PAGE + 1, number)
    after = rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else 0
    return render_template("notices/list.html", rows=[shown(row) for row in rows[: queries.PAGE]], after=after)


@blueprint.get("/notices/short")
@allow("agent")
def short() -> str:
    """What the bell shows: the newest few, and how many are unread."""
    rows = [shown(row) for row in queries.newest(viewer())]
    return render_template("notices/_short.html", rows=rows, unread=queries.Unread(viewer()))


def shown(notice: Notice) -> dict[str, Any]:
    """A notice for the templates."""
    words = marked(queries.sentence(notice.words, notice.ticket_id))
    return {
        "id": notice.id, "at": notice.at, "read": notice.read_at is not None, "words": words,
        "icon": ICONS.get(str(notice.words.get("kind")), "bell"),
    }  # fmt: skip


def marked(sentence: str) -> Markup:
    """Isolates of plain text as those of a page."""
    return escape(sentence).replace("\u2068", Markup("<bdi>")).replace("\u2069", Markup("</bdi>"))


@blueprint.post("/notices/<int:notice_id>")
@allow("agent")
def follow(notice_id: int) -> Response:
    """It is read; on to where it leads."""
    notice = queries.own(viewer(), notice_id)
    if notice is None:
        raise NotFound
    target = queries.address_of(notice.words, notice.ticket_id)
    notices.read(viewer(), notice_id)
    return redirect(target, 303)


@blueprint.post("/notices/read")
@allow("agent")
def read() -> Response:
    """All of them are read."""
    notices.read(viewer())
    return redirect(url_for("notices.index"), 303)
