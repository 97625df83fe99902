"""Ticket types: the desk's own list of what tickets are about. For admins."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.actions import ticket_types
from helpdesk.errors import Invalid
from helpdesk.fields import Fields, problems_of
from helpdesk.queries import roster
from helpdesk.queries.ticket_types import all_types, one_type
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.forms import typed

blueprint = Blueprint("ticket_types", __name__)
ONE = "/ticket-types/<int:type_id>"


@blueprint.get("/ticket-types")
@allow("admin")
def show() -> Response:
    """The list, and a form for one more."""
    return listed({})


@blueprint.post("/ticket-types")
@allow("admin")
def create() -> Response:
    """One more, at the end."""
    fields = Fields(request.form)
    name, name_ar = fields.names()
    try:
        fields.check()
        ticket_types.add(name, name_ar)
    except Invalid as refusal:
        return listed(typed(request.form), problems_of(refusal), 422)
    return done()


@blueprint.get(ONE)
@allow("admin")
def edit(type_id: int) -> Response:
    """The names of one."""
    kind = one_type(viewer(), type_id)
    return page(type_id, {"name": kind.name, "name_ar": kind.name_ar})


@blueprint.post(ONE)
@allow("admin")
def save(type_id: int) -> Response:
    """Other names."""
    fields = Fields(request.form)
    name, name_ar = fields.names()
    try:
        fields.check()
        ticket_types.rename(type_id, name, name_ar)
    except Invalid as refusal:
        return page(type_id, typed(request.form), problems_of(refusal), 422)
    return done()


@blueprint.post(f"{ONE}/state")
@allow("admin")
def state(type_id: int) -> Response:
    """`active`: 1 switches it on, "" off."""
    ticket_types.switch(type_id, bool(request.form.get("active")))
    return done()


@blueprint.post(f"{ONE}/place")
@allow("admin")
def place(type_id: int) -> Response:
    """`move`: up or down."""
    ticket_types.move(type_id, {"up": -1, "down": 1}.get(request.form.get("move", ""), 0))
    return done()


def done() -> Response:
    """The list as it is now."""
    roster.forget()
    flash(_("Saved."))
    return redirect(url_for("ticket_types.show"))


def listed(values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The list with the form below it."""
    types = all_types(viewer())
    return make_response(render_template("ticket_types/list.html", types=types, values=values, problems=problems or {}), status)


def page(type_id: int, values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The form of one."""
    kind = one_type(viewer(), type_id)
    return make_response(render_template("ticket_types/show.html", kind=kind, values=values, problems=problems or {}), status)
