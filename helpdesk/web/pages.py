"""All pages, in one list; what every request passes, in one place."""

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from helpdesk.visit import access
from helpdesk.web import (
    agents,
    attachments,
    canned,
    canned_picker,
    canned_sheet,
    changes,
    consent,
    cookies,
    desk,
    failures,
    first_run,
    frame,
    headers,
    held,
    inboxes,
    language,
    live,
    login,
    messages,
    notices,
    practice,
    profile,
    remote_pictures,
    reset,
    search,
    selection,
    system,
    tasks,
    teams,
    ticket_types,
    tickets,
    writing,
)

RESOURCES = (
    login, reset, language, first_run, tickets, selection, writing, changes, messages, attachments, remote_pictures, search, live, practice,
    profile, agents, teams, inboxes, consent, desk, held, system, notices, tasks, canned, canned_sheet, canned_picker, ticket_types,
)


class Number(IntegerConverter):
    """<int:…> in an address: what no column can hold is no page, rather than a fault of the database."""

    def __init__(self, map: Map, max: int = 2**31 - 1) -> None:  # noqa: A002  werkzeug's own names
        super().__init__(map, max=max)


def init_app(app: Flask) -> None:
    """Registers every resource and the rules of every request."""
    app.url_map.converters["int"] = Number
    app.session_interface = cookies.Sessions()
    for resource in RESOURCES:
        app.register_blueprint(resource.blueprint)
    headers.init_app(app)
    app.before_request(first_run.lead_to_first_run)
    app.before_request(access.refuse_strangers_forms)
    app.before_request(access.check_access)
    failures.init_app(app)
    frame.init_app(app)
