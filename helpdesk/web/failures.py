"""Every refusal becomes a page, a fragment or JSON with a clear sentence in the reader's language."""

import logging
import secrets

from flask import Flask, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from helpdesk.errors import Busy, HelpdeskError, NoRoom, TooManyTries
from helpdesk.extensions import db
from helpdesk.web.sentences import sentence

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """One handler a family."""
    app.register_error_handler(HelpdeskError, refused)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, http)
    for kind in (OperationalError, InterfaceError, NoConnectionFree):
        app.register_error_handler(kind, database)
    app.register_error_handler(Exception, unexpected)


def refused(error: HelpdeskError) -> Response:
    """One of our own refusals."""
    if isinstance(error, NoRoom):
        return answer(503, _("The disk of the desk is full. Nothing was lost, but nothing can be saved until there is room again."))
    if isinstance(error, Busy):
        return answer(503, _("Too many people are saving at once. Nothing was lost; try again in a moment."))
    response = answer(error.status, sentence(error))
    if isinstance(error, TooManyTries):
        response.headers["Retry-After"] = str(error.retry_seconds)
    return response


def stale_form(_error: CSRFError) -> Response:
    """A form without its token: an old page, or somebody else's."""
    return answer(403, _("This page is too old to save from. Your text is kept; reload the page and send again."))


def http(error: HTTPException) -> Response:
    """What Flask and Werkzeug refuse."""
    if error.response is not None or (error.code or 500) < 400:
        return make_response(error.get_response())
    words = {
        400: _("The request could not be understood. Nothing was changed."),
        403: _("This did not come from a page of this desk. Nothing was changed."),
        401: _("You are signed out. Sign in again; what you wrote is kept."),
        404: _("There is nothing here, or it is not yours to see."),
        405: _("This address does not take that. Nothing was changed."),
        413: _("That is too large. Nothing was changed."),
        429: _("Too many requests. Wait a moment and try again."),
    }
    return answer(error.code or 500, words.get(error.code or 500, _("That did not work. Nothing was changed.")))


def database(error: SQLAlchemyError) -> Response:
    """The database is away. The page that says so asks it for nothing: not for the reader, and not for the desk's name."""
    db.session.rollback()
    g.signed, g.no_database = None, True
    log.error("database: %s", type(getattr(error, "orig", error)).__name__)
    return answer(503, _("The database cannot be reached. Nothing was lost; the page works again as soon as it is back."))


def unexpected(error: Exception) -> Response:
    """A fault of ours: the page shows a number to find it by, and nothing of its inside."""
    db.session.rollback()
    number = secrets.token_hex(4)
    log.error("fault %s", number, exc_info=error)
    return answer(500, _("Something broke on our side. Nothing was half done. Fault number: %(number)s", number=number))


def answer(status: int, words: str) -> Response:
    """As the caller reads: JSON, a fragment, or a page that needs no database."""
    if request.path == "/readyz" or request.accept_mimetypes.best == "application/json":
        response = make_response(jsonify(error=words), status)
    else:
        template = "_problem.html" if request.headers.get("HX-Request") else "error.html"
        response = make_response(render_template(template, status=status, sentence=words), status)
    if status == 503:
        response.headers["Retry-After"] = "3"
    return response
