"""Held mail: what arrived and makes no ticket, why, and what a person makes of it; marks taken back; senders blocked."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.actions import blocking, screening
from helpdesk.errors import Invalid, NotFound
from helpdesk.fields import id_in
from helpdesk.queries import counts, roster
from helpdesk.queries.held import STATES, find_address, find_held, held_page
from helpdesk.visit.access import allow, viewer
from helpdesk.web.held_words import reason

blueprint = Blueprint("held", __name__)
ONE = "/held/<int:held_id>"


@blueprint.get("/held")
@allow("agent")
def index() -> str:
    """`kind`: waiting, held, quarantined, screened or duplicate; `after` leads to older ones."""
    kind, after = kind_asked(), request.args.get("after", "")
    page = held_page(viewer(), kind, id_in(after) or 0)
    language, names = str(get_locale() or "ar"), roster.names()
    rows = [(mail, names.inbox(mail.inbox_id, language), reason(mail.step, mail.detail)) for mail in page.mails]
    return render_template("held/list.html", rows=rows, after=page.after, kind=kind)


def kind_asked() -> str:
    """What is unknown is "waiting"."""
    given = request.args.get("kind", "waiting")
    return given if given in STATES else "waiting"


@blueprint.get(f"{ONE}/raw")
@allow("agent")
def raw(held_id: int) -> Response:
    """The mail as it arrived, as a file."""
    return Response(find_held(viewer(), held_id).content, headers={
        "Content-Type": "application/octet-stream", "Content-Disposition": f'attachment; filename="held-{held_id}.eml"',
        "Content-Security-Policy": "default-src 'none'; sandbox"})


@blueprint.post(ONE)
@allow("agent")
def decide(held_id: int) -> AnyResponse:
    """`decision`: "release", "header" (a ticket of what is here), "leave", "block" or "unblock"."""
    asking, decision = viewer(), request.form.get("decision", "")
    if find_held(asking, held_id).state == "duplicate":
        raise NotFound  # there is nothing to decide
    if decision in ("release", "header"):
        in_line = screening.release(asking, held_id, as_it_is=decision == "header")
        words = _("It becomes a ticket in a moment.") if in_line else _(
            "The rest of it is fetched within minutes, if its mail server still has it; then it becomes a ticket.")
    elif decision == "leave":
        screening.leave(asking, held_id)
        words = _("Left out. It stays under “Screened”.")
    elif decision in ("block", "unblock"):
        blocking.block_sender(asking, held_id, blocked=decision == "block")
        words = blocked_words(blocked=decision == "block")
    else:
        raise Invalid("held_decision_unknown", "decision")
    counts.kept.clear()
    flash(words)
    return redirect(url_for("held.index", kind=kind_asked()), 303)


@blueprint.post("/addresses/<int:address_id>")
@allow("agent")
def address(address_id: int) -> AnyResponse:
    """`decision`: "block", "unblock", or "alive" for one that mail reaches again; `number` is the ticket to go back to."""
    decisions = {"block": blocking.block, "unblock": blocking.unblock, "alive": blocking.take_for_alive}
    decision, number = request.form.get("decision", ""), id_in(request.form.get("number"))
    find_address(viewer(), address_id)
    if decision not in decisions:
        raise Invalid("held_decision_unknown", "decision")
    decisions[decision](viewer(), address_id)
    flash(_("Mail to this address is tried again.") if decision == "alive" else blocked_words(blocked=decision == "block"))
    return redirect(url_for("tickets.index") if number is None else url_for("tickets.show", number=number), 303)


def blocked_words(*, blocked: bool) -> str:
    """What happens from now on."""
    return _("Blocked. What comes from this address is held.") if blocked else _("No longer blocked.")


@blueprint.post("/messages/<int:message_id>/person")
@allow("agent")
def person(message_id: int) -> AnyResponse:
    """What was taken for a robot's message is a person's."""
    message = screening.treat_as_person(viewer(), message_id)
    if request.headers.get("HX-Request"):
        return Response(render_template("_toast.html", words=_("Treated as a person's message.")))
    flash(_("Treated as a person's message."))
    return redirect(url_for("tickets.show", number=message.ticket_id), 303)
