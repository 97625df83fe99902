"""The language of the pages, chosen with one button."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.actions import people
from helpdesk.errors import Invalid
from helpdesk.models.agent import LANGUAGES
from helpdesk.visit.access import allow, signed_in_now
from helpdesk.visit.safe_urls import safe_next

blueprint = Blueprint("language", __name__)


@blueprint.post("/language")
@allow("anyone")
def choose() -> Response:
    """Arabic or English: on the agent's row, or in the visitor's cookie; then back."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        raise Invalid(_("Choose one of the list."), "language")
    signed = signed_in_now()
    if signed is not None:
        people.set_language(signed.viewer.agent_id, language)
    else:
        cookie["language"] = language
    return redirect(way_back())


def way_back() -> str:
    """`next`, else the page that the button stood on, else "/". Of a whole address only its path is used."""
    if "next" in request.form:
        return safe_next(request.form["next"])
    page = urlsplit(request.referrer or "")
    return safe_next(f"{page.path}?{page.query}" if page.query else page.path)
