"""Inboxes: our addresses, their teams, how mail comes and how answers leave. For admins."""

import logging
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.actions import inboxes
from helpdesk.errors import Invalid
from helpdesk.fields import Fields, problems_of
from helpdesk.inbox_form import read
from helpdesk.mail_providers import CALLBACK, OAUTH, PROVIDERS
from helpdesk.queries import roster, settings_pages
from helpdesk.queries.settings_pages import Servers
from helpdesk.settings import current
from helpdesk.visit import choices
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.forms import typed
from helpdesk.web.backfill_shown import backfill_of
from helpdesk.web.connection_words import findings, headline, news_of

log = logging.getLogger(__name__)
blueprint = Blueprint("inboxes", __name__)
ONE = "/inboxes/<int(max=2147483647):inbox_id>"
START: dict[str, Any] = {
    "active": True, "sign_in": "password", "smtp_login": "same", "imap_port": 993, "imap_security": "tls", "smtp_port": 587,
    "smtp_security": "starttls", "imap_folder": "INBOX",
}


@blueprint.get("/inboxes")
@allow("admin")
def show() -> Response:
    """The list."""
    asked = viewer()
    return make_response(render_template(
        "inboxes/list.html", inboxes=settings_pages.inboxes(asked), teams={team.id: team for team in settings_pages.teams(asked)},
        mailboxes=settings_pages.mailboxes(asked), demo=settings_pages.desk(asked).demo))


@blueprint.get("/inboxes/new")
@allow("admin")
def new() -> Response:
    """The form of a new inbox."""
    return page(None, START)


@blueprint.post("/inboxes")
@allow("admin")
def create() -> Response:
    """A new inbox."""
    return store(None)


@blueprint.get(ONE)
@allow("admin")
def edit(inbox_id: int) -> Response:
    """One inbox."""
    return page(inbox_id, values_of(settings_pages.servers(viewer(), inbox_id)))


@blueprint.get(f"{ONE}/check")
@allow("admin")
def check(inbox_id: int) -> Response:
    """What the test found so far: the part of the page that asks for itself while the test is under way."""
    return make_response(render_template("inboxes/_check.html", **told(settings_pages.servers(viewer(), inbox_id))))


@blueprint.get(f"{ONE}/backfill")
@allow("admin")
def backfill(inbox_id: int) -> Response:
    """How far older mail is fetched: the part of the page that asks for itself while it comes."""
    found = settings_pages.servers(viewer(), inbox_id)
    return make_response(render_template("inboxes/_backfill.html", inbox=found.inbox, backfill=backfill_of(found)))


@blueprint.post(ONE)
@allow("admin")
def save(inbox_id: int) -> Response:
    """Everything that can be said of one inbox."""
    return store(inbox_id)


def store(inbox_id: int | None) -> Response:
    """What was typed, into the new inbox or into that one. In the demo mail comes and leaves by the practice post office alone."""
    fields, desk = Fields(request.form), settings_pages.desk(viewer())
    mailbox = settings_pages.servers(viewer(), inbox_id).mailbox if inbox_id is not None else None
    began = mailbox.start_at if mailbox is not None else None
    asked = read(fields, ZoneInfo(desk.time_zone), with_servers=not desk.demo, new=inbox_id is None, began=began)
    try:
        fields.check()
        if inbox_id is None:
            inbox_id = inboxes.create(asked).id
        else:
            inboxes.edit(inbox_id, asked)
    except Invalid as refusal:
        return page(inbox_id, typed(request.form), problems_of(refusal), 422)
    log.info("inbox %s was changed by agent %s", inbox_id, viewer().agent_id)
    roster.forget()
    flash(_("Saved."))
    stays = asked.check or (asked.servers is not None and asked.servers.consent is not None)
    return redirect(url_for("inboxes.edit", inbox_id=inbox_id) if stays else url_for("inboxes.show"))


def values_of(found: Servers) -> dict[str, Any]:
    """The form as it is saved; no password is among it."""
    inbox, mailbox, grant, smtp = found.inbox, found.mailbox, found.grant, found.inbox.smtp or {}
    plain = ("address", "name", "name_ar", "language", "plus_addressing", "authserv_id", "acknowledge", "promise_hours", "quote_history",
             "agents_forward", "active")
    values = START | {name: getattr(inbox, name) for name in plain} | {"team_id": inbox.team_id or ""}
    if smtp:
        values |= {"smtp_host": smtp["host"], "smtp_port": smtp["port"], "smtp_security": smtp.get("security", "none"),
                   "smtp_login": smtp.get("login", "none"), "smtp_username": smtp.get("username", "")}
    if mailbox is not None:
        values |= {f"imap_{name}": getattr(mailbox, name) for name in ("host", "port", "security", "username", "folder")}
        values |= {"start": day(mailbox.start_at), "backfill_from": day(mailbox.backfill_from), "move_to": mailbox.move_to,
                   "move_after_days": mailbox.move_after_days}
    servers = (values.get("imap_host"), values.get("smtp_host"))
    values["provider"] = next((key for key, one in PROVIDERS.items() if (one.imap, one.smtp) == servers), "")
    if grant is not None:
        values |= {name: getattr(grant, name) for name in ("client_id", "authorize_url", "token_url", "scope")}
        values["sign_in"] = grant.provider
    return values


def day(moment: Any) -> str:
    """The day of a moment where the desk is, as date fields take it."""
    zone = ZoneInfo(settings_pages.desk(viewer()).time_zone)
    return str(moment.astimezone(zone).date()) if moment else ""


def told(found: Servers) -> dict[str, Any]:
    """What stands beside the form: the consent, and what the last test found; and how far older mail is fetched."""
    return {"servers": found, "findings": findings(found), "headline": headline(found), "news": news_of(found.grant),
            "backfill": backfill_of(found)}


def page(inbox_id: int | None, values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The form; `inbox_id` None for a new inbox."""
    asked = viewer()
    found = settings_pages.servers(asked, inbox_id) if inbox_id is not None else None
    return make_response(render_template(
        "inboxes/show.html", inbox=found and found.inbox, values=values, problems=problems or {}, kept=kept(found),
        teams=choices.one_or_none(settings_pages.teams(asked)), demo=settings_pages.desk(asked).demo, providers=PROVIDERS, oauth=OAUTH,
        callback=current().base_url + CALLBACK, languages=choices.languages(), **(told(found) if found else {})), status)


def kept(found: Servers | None) -> set[str]:
    """Fields whose secret is known already, so that they may stay empty."""
    if found is None:
        return set()
    known = {"imap_password": found.mailbox and found.mailbox.secret, "smtp_password": found.inbox.smtp_secret,
             "client_secret": found.grant and found.grant.client_secret}
    return {name for name, secret in known.items() if secret}
