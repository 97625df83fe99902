"""Inboxes: our addresses, their teams, and how answers leave. For admins."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.actions import inboxes
from helpdesk.errors import Invalid
from helpdesk.fields import Fields, problems_of
from helpdesk.queries import roster, settings_pages
from helpdesk.web import choices
from helpdesk.web.access import allow, viewer
from helpdesk.web.forms import typed

blueprint = Blueprint("inboxes", __name__)
ONE = "/inboxes/<int(max=2147483647):inbox_id>"


@blueprint.get("/inboxes")
@allow("admin")
def show() -> Response:
    """The list."""
    asked = viewer()
    return make_response(render_template(
        "inboxes/list.html", inboxes=settings_pages.inboxes(asked), teams={team.id: team for team in settings_pages.teams(asked)}))


@blueprint.get("/inboxes/new")
@allow("admin")
def new() -> Response:
    """The form of a new inbox."""
    return page(None, {"port": 587, "active": True})


@blueprint.post("/inboxes")
@allow("admin")
def create() -> Response:
    """A new inbox."""
    return store(None)


@blueprint.get(ONE)
@allow("admin")
def edit(inbox_id: int) -> Response:
    """One inbox."""
    inbox = settings_pages.inbox(viewer(), inbox_id)
    return page(inbox_id, {
        "address": inbox.address, "name": inbox.name, "name_ar": inbox.name_ar, "team_id": inbox.team_id or "", "active": inbox.active,
        "host": inbox.smtp.get("host", ""), "port": inbox.smtp.get("port", 587)})


@blueprint.post(ONE)
@allow("admin")
def save(inbox_id: int) -> Response:
    """Everything that can be said of one inbox."""
    return store(inbox_id)


def store(inbox_id: int | None) -> Response:
    """What was typed, into the new inbox or into that one."""
    fields = Fields(request.form)
    asked = read(fields, new=inbox_id is None)
    try:
        fields.check()
        inboxes.create(asked) if inbox_id is None else inboxes.edit(inbox_id, asked)
    except Invalid as refusal:
        return page(inbox_id, typed(request.form), problems_of(refusal), 422)
    roster.forget()
    flash(_("Saved."))
    return redirect(url_for("inboxes.show"))


def read(fields: Fields, *, new: bool) -> inboxes.InboxChange:
    """The fields of the page and no others. In the demo mail leaves by the practice post office and by nothing else."""
    name, name_ar = fields.names()
    team_ids = fields.ids("team_id")
    host = "" if settings_pages.desk(viewer()).demo else fields.host("host")
    return inboxes.InboxChange(
        address=fields.email("address"), name=name, name_ar=name_ar, team_id=team_ids[0] if team_ids else None,
        host=host, port=fields.port("port", 587), active=new or fields.yes("active"))


def page(inbox_id: int | None, values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The form; `inbox_id` None for a new inbox."""
    asked = viewer()
    inbox = settings_pages.inbox(asked, inbox_id) if inbox_id is not None else None
    return make_response(render_template(
        "inboxes/show.html", inbox=inbox, values=values, problems=problems or {},
        teams=choices.one_or_none(settings_pages.teams(asked)), demo=settings_pages.desk(asked).demo), status)
