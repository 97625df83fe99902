"""The desk itself: names, language, time zone; and the way from the demo to one's own desk. For admins."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk import live
from helpdesk.actions import desk
from helpdesk.errors import Invalid, NotFound
from helpdesk.fields import Fields, problems_of
from helpdesk.models.agent import LANGUAGES
from helpdesk.queries import roster, settings_pages
from helpdesk.visit import choices
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.forms import typed

blueprint = Blueprint("desk", __name__)


@blueprint.get("/desk")
@allow("admin")
def show() -> Response:
    """The page."""
    found = settings_pages.desk(viewer())
    return page({"name": found.name, "name_ar": found.name_ar, "language": found.language, "time_zone": found.time_zone})


@blueprint.post("/desk")
@allow("admin")
def save() -> Response:
    """Names, language and time zone."""
    fields = Fields(request.form)
    name, name_ar = fields.names()
    asked = desk.DeskChange(name, name_ar, fields.choice("language", LANGUAGES), fields.zone())
    try:
        fields.check()
        desk.edit(asked)
    except Invalid as refusal:
        return page(typed(request.form), problems_of(refusal), 422)
    roster.forget()
    flash(_("Saved."))
    return redirect(url_for("desk.show"))


def page(values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The form, and in the demo what would go with it."""
    return make_response(render_template(
        "desk/show.html", values=values, problems=problems or {}, languages=choices.languages(), zones=choices.zone_choices(),
        going=going()), status)


def going() -> settings_pages.DemoContents | None:
    """What the demo's removal would take; None when this is no demo."""
    from helpdesk.demo.story import read_cast

    if not settings_pages.desk(viewer()).demo:
        return None
    cast = read_cast()
    return settings_pages.demo_contents(viewer(), [inbox["address"] for inbox in cast.inboxes], list(cast.addresses()))


@blueprint.post("/desk/demo/removal")
@allow("admin")
def remove_demo() -> Response:
    """The demo goes. Where nobody of one's own could look after the desk, it begins anew with the first-run page: the demo's
    passwords are known to everybody, so none of its accounts stays."""
    from helpdesk import demo

    if not settings_pages.desk(viewer()).demo:
        raise NotFound
    streams = [f"end:agent:{agent.id}" for agent in settings_pages.agents(viewer())]
    remains = demo.remove()
    live.publish([(streams, {})])
    roster.forget()
    flash(_("The demo is gone. The desk is yours."))
    return redirect(url_for("desk.show" if remains else "login.show"))
