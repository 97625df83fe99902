"""Why a due time is what it is: the promises of a ticket, each unfolded, and a date of one's own. For whoever sees the ticket."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from automations.conditions.say import Say
from automations.sla import watch
from automations.sla.explain import Explained, as_told, explain, explain_all, steps_told
from automations.web import rule_page, sla_words
from automations.web.calendar_shown import hijri_words
from automations.web.sla_ruler import ruler
from helpdesk.actions import sla_targets
from helpdesk.errors import Invalid, NotFound
from helpdesk.extensions import db
from helpdesk.models import SlaTarget, Ticket
from helpdesk.policy import sees
from helpdesk.queries import roster
from helpdesk.queries.sla import moves_of, steps_done
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.due import badge
from helpdesk.visit.reader import reader

blueprint = Blueprint("sla", __name__, template_folder="../templates")
ONE = "/sla/targets/<int(max=2147483647):target_id>"


@blueprint.get("/tickets/<int:number>/sla")
@allow("agent")
def of_ticket(number: int) -> Response:
    """All promises of a ticket."""
    ticket = seen_ticket(number)
    found = explain_all(db.session(), ticket)
    return make_response(render_template("sla/ticket.html", ticket=ticket, found=list(reversed(found)), words=sla_words))


@blueprint.get(ONE)
@allow("agent")
def show(target_id: int) -> Response:
    """One promise, unfolded."""
    return page(asked_for(target_id), {})


@blueprint.get(f"{ONE}.json")
@allow("agent")
def as_json(target_id: int) -> Response:
    """The same for machines."""
    found = asked_for(target_id)
    answer: Response = jsonify(as_told(found) | {"steps": steps_told(steps_done(db.session(), found.target.id))})
    return answer


@blueprint.post(f"{ONE}/due")
@allow("agent")
def set_due(target_id: int) -> Response:
    """A date of one's own with a reason, or the policy's own again."""
    found = asked_for(target_id)
    try:
        due_at = None if "by_policy" in request.form else typed_moment(request.form.get("due_at", ""))
        sla_targets.set_due(viewer(), target_id, due_at, request.form.get("reason", ""), watch.follow)
    except Invalid as refusal:
        db.session.rollback()
        return page(asked_for(target_id), {refusal.field: problem_words(refusal.sentence)}, 422)
    flash(_("The date is taken back.") if due_at is None else _("The date is set."))
    return redirect(url_for("sla.show", target_id=found.target.id))


def typed_moment(text: str) -> datetime:
    """A local time of the reader's zone; Invalid."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(str(reader().zone)))
    except ValueError as error:
        raise Invalid("due_wrong", "due_at") from error


def problem_words(name: str) -> str:
    """A refusal, at its field."""
    return {
        "target_over": _("This promise is over; its date cannot be changed any more."),
        "due_past": _("Choose a time that lies ahead, within ten years."),
        "due_wrong": _("Write a day and a time."),
        "reason_missing": _("Say why, for whoever reads this later."),
    }.get(name, name)


def seen_ticket(number: int) -> Ticket:
    """The ticket; NotFound also where the reader may not see it."""
    ticket = db.session.get(Ticket, number) if number < 2**31 else None
    if ticket is None or not sees(viewer(), ticket):
        raise NotFound
    return ticket


def asked_for(target_id: int) -> Explained:
    """The target with everything; NotFound."""
    target = db.session.get(SlaTarget, target_id)
    if target is None:
        raise NotFound
    found = explain(db.session(), seen_ticket(target.ticket_id), target)
    if found is None:
        raise NotFound
    return found


def page(found: Explained, problems: dict[str, str], status: int = 200) -> Response:
    """The page of one target."""
    ticket = db.session.get_one(Ticket, found.target.ticket_id)
    due, say = found.target.due_at, Say()
    values: dict[str, Any] = {
        "hijri": hijri_words(due.astimezone(reader().zone).date()) if due else "", "ruler": ruler(found),
        "moves": [(move, sla_words.move_words(move, roster.names())) for move in moves_of(db.session(), found.target.id)],
        "steps": [(row, rule_page.did_words(say, row.did)) for row in steps_done(db.session(), found.target.id)],
        "badge": badge(found.target.state, due, None, ticket.status), "typed": request.form,
        "by_hand": roster.names().agent(found.target.manual_by, reader().language),
    }  # fmt: skip
    return make_response(render_template(
        "sla/target.html", found=found, target=found.target, ticket=ticket, words=sla_words, problems=problems, **values), status)
