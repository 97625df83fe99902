"""Macros on a ticket: which there are, the likely ones first; what one would change; and doing it."""

import secrets
from typing import Any

from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from automations import macros
from helpdesk.actions.draft import save_draft
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.folding import fold
from helpdesk.models import Rule, Ticket
from helpdesk.policy import sees
from helpdesk.queries import macros as known
from helpdesk.queries.ticket import find_ticket, ticket_page
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.reader import reader

blueprint = Blueprint("macro_picker", __name__, template_folder="../templates")
ALL = "/tickets/<int:number>/macros"
ONE = f"{ALL}/<int:macro_id>"


@blueprint.get(ALL)
@allow("agent")
def offered(number: int) -> str:
    """The picker as a page; for a script its inside alone, with `q` only the list."""
    found = options(number)
    if not request.headers.get("HX-Request"):
        return render_template("macros/picker.html", **found)
    return render_template("macros/_options.html" if "q" in request.args else "macros/_picker.html", **found)


def options(number: int) -> dict[str, Any]:
    """number, subject, query, suggested [(rule, uses)], rules: those that `q` finds, by name in the reader's language."""
    ticket, query = find_ticket(viewer(), number), request.args.get("q", "")
    rules = sorted(known.offered(viewer(), query), key=lambda rule: fold(rule.shown_name(reader().language)))
    uses = known.used_on_tickets_like(ticket, rules)
    by_id = {rule.id: rule for rule in rules}
    suggested = [(by_id[rule_id], count) for rule_id, count in list(uses.items())[: known.MOST_SUGGESTED]]
    return {"number": number, "subject": ticket.subject, "query": query, "suggested": suggested,
            "rules": [rule for rule in rules if rule not in [one for one, _count in suggested]]}


@blueprint.get(ONE)
@allow("agent")
def preview(number: int, macro_id: int) -> Response:
    """What it would change now, and the button."""
    ticket, rule = find_ticket(viewer(), number), known.macro(viewer(), macro_id)
    lines, problem = rehearsed(number, rule)
    template = "macros/_preview.html" if request.headers.get("HX-Request") else "macros/preview.html"
    return make_response(render_template(
        template, number=number, subject=ticket.subject, rule=rule, lines=lines, problem=problem, key=secrets.token_hex(16)))


def rehearsed(number: int, rule: Rule) -> tuple[list[macros.Line], str]:
    """What it would do, or why it cannot; a word of the house alone is no sentence."""
    try:
        return macros.rehearsal(viewer(), number, rule.id), ""
    except Invalid as refusal:
        return [], refusal.sentence if " " in refusal.sentence else _("What it names is not there any more.")


@blueprint.post(ONE)
@allow("agent")
def apply(number: int, macro_id: int) -> Response:
    """Does it, once an `idempotency_key`; a script gets {toast, texts}: the texts go into the composer."""
    rule = known.macro(viewer(), macro_id)
    _run, texts = macros.apply(viewer(), number, macro_id, request.form.get("idempotency_key", ""))
    words = _("Done: %(macro)s", macro=rule.shown_name(reader().language))
    if request.headers.get("HX-Request"):
        return make_response(jsonify(toast=render_template("_toast.html", words=words), texts=texts))
    flash(words)
    if not may_still_see(number):
        return redirect(url_for("tickets.index"), 303)
    keep_as_draft(number, texts)
    return redirect(url_for("tickets.show", number=number), 303)


def may_still_see(number: int) -> bool:
    """A macro may have moved it away."""
    return sees(viewer(), db.session.get_one(Ticket, number))


def keep_as_draft(number: int, texts: list[str]) -> None:
    """Without a script the texts wait in the composer as a draft, below what stands there."""
    if not texts:
        return
    page = ticket_page(viewer(), number)
    begun = page.drafts.get("reply")
    body = "\n\n".join(part for part in (begun.body if begun else "", *texts) if part)
    save_draft(
        viewer(), number, "reply", body=body, to=begun.to if begun else "", cc=begun.cc if begun else "",
        seen_event_id=begun.seen_event_id if begun and begun.body.strip() else page.ticket.last_event_id,
        key=begun.idempotency_key if begun else secrets.token_hex(16))
