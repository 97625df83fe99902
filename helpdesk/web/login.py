"""Signing in and out."""

import logging

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from helpdesk import clock
from helpdesk.actions import sessions
from helpdesk.errors import Busy, Invalid, TooManyTries
from helpdesk.queries import roster
from helpdesk.visit.access import allow, signed_in_now, viewer
from helpdesk.visit.safe_urls import safe_next
from helpdesk.web.entry import browser, let_in, let_out

blueprint = Blueprint("login", __name__)
log = logging.getLogger(__name__)


@blueprint.get("/login")
@allow("anyone")
def show() -> Response:
    """The login page; whoever is in goes on."""
    if signed_in_now() is not None:
        return redirect(safe_next(request.args.get("next")))
    return page()


@blueprint.post("/login")
@allow("anyone")
def sign_in() -> Response:
    """In, or the sentence with the tries left: the same whether or not the address is somebody's."""
    try:
        let_in(sessions.sign_in(request.form.get("email", ""), request.form.get("password", ""), browser()))
    except TooManyTries as refusal:
        response = page(refusal.sentence, 429)
        response.headers["Retry-After"] = str(refusal.retry_seconds)
        return response
    except Invalid as refusal:
        return page(refusal.sentence, 422)
    return redirect(safe_next(request.values.get("next")))


def page(problem: str = "", status: int = 200) -> Response:
    """The form, with what was typed but for the password."""
    return make_response(render_template(
        "login/show.html", problem=problem, email=request.form.get("email", ""), next=safe_next(request.values.get("next")),
        demo=roster.names().desk[2]), status)


@blueprint.post("/logout")
@allow("agent")
def sign_out() -> Response:
    """Out, in this browser."""
    signed = signed_in_now()
    assert signed is not None
    language = signed.viewer.language
    sessions.sign_out(signed.viewer.agent_id, signed.session.id)
    let_out(language)
    return redirect(url_for("login.show"))


@blueprint.post("/sessions/end-all")
@allow("agent")
def end_all() -> Response:
    """Out, in every browser."""
    asked = viewer()
    sessions.sign_out_everywhere(asked.agent_id)
    let_out(asked.language)
    flash(_("You are signed out on all devices."))
    return redirect(url_for("login.show"))


@blueprint.post("/sessions/<int(max=2147483647):session_id>/end")
@allow("agent")
def end(session_id: int) -> Response:
    """Out, in one other browser of one's own."""
    sessions.sign_out(viewer().agent_id, session_id)
    flash(_("That device is signed out."))
    return redirect(url_for("profile.show"))


@blueprint.before_app_request
def know_the_reader() -> None:
    """Also at an address that is none of ours, so that a missing page and a missing right are the same page in the same language."""
    if request.endpoint is None:
        signed_in_now()


@blueprint.after_app_request
def keep_alive(response: Response) -> Response:
    """Thirty more days for whoever is there. A desk that is busy or away keeps the answer all the same."""
    signed = g.get("signed")
    try:
        if signed is not None and clock.now() - signed.session.last_seen_at >= sessions.SEEN_EVERY:
            sessions.keep_alive(signed.session.id)
    except (Busy, SQLAlchemyError) as error:
        log.info("a session was not prolonged: %s", type(error).__name__)
    return response
