"""`helpdesk inbox`: inboxes made by whoever sits at the machine."""

import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import or_, select

from helpdesk import migrate
from helpdesk.actions import inboxes
from helpdesk.errors import Invalid
from helpdesk.extensions import db
from helpdesk.fields import Fields, problems_of
from helpdesk.inbox_form import read
from helpdesk.models import Desk, Team
from helpdesk.settings import current

LINES = ("name", "name_ar", "address", "language", "start", "authserv_id", "backfill_from")
SWITCHES = ("plus_addressing", "acknowledge", "quote_history", "agents_forward")
SERVER = ("host", "port", "tls", "user", "password")
NAMES = {"host": "host", "user": "username", "password": "password"}
UPGRADED = (25, 143, 587)
"""Ports on which TLS is always asked for by STARTTLS (RFC 8314 §3)."""
Form = dict[str, Any]


class Wrong(click.ClickException):
    """The file cannot be used."""

    exit_code = 2


@click.group()
def inbox() -> None:
    """Inboxes: add."""


@inbox.command()
@click.option("--file", "path", required=True, metavar="JSON", help="A file, or - for the standard input.")
@click.pass_obj
def add(application: Callable[[], Flask], path: str) -> None:
    """Adds an inbox and prints its id.

    The file is {name, address, language, imap: {host, port, tls, user, password}, smtp: {the same}, start}; tls is true, false or
    "starttls", start a day such as 2026-11-30. Also: name_ar, team, authserv_id, plus_addressing, acknowledge, promise_hours,
    quote_history, agents_forward, backfill_from, imap.folder.
    """
    form = form_of(load(path))
    with application().app_context(), force_locale("en"):
        migrate.upgrade(current())
        desk = db.session.get(Desk, 1)
        form["team_id"] = team_id(form.pop("team"))
        fields = Fields(form)
        try:
            asked = read(fields, ZoneInfo(desk.time_zone if desk else "UTC"))
            fields.check()
            made = inboxes.create(asked)
        except Invalid as refusal:
            field, sentence = next(iter(problems_of(refusal).items()))
            raise Wrong(f"{shown(field)}: {sentence}" if field else sentence) from None
        click.echo(made.id)


def load(path: str) -> dict[str, Any]:
    """The file's object."""
    try:
        with click.open_file(path, "rb") as file:
            found = json.loads(file.read())
    except OSError as error:
        raise Wrong(f"“{path}” cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise Wrong("The file is not JSON.") from None
    if not isinstance(found, dict):
        raise Wrong("The file must hold one JSON object.")
    return found


def form_of(told: dict[str, Any]) -> Form:
    """The same as the page's form. A word that nobody knows is named, and left out."""
    form: Form = {"language": "", "team": told.get("team")}
    form |= {name: text(told[name], name) for name in LINES if told.get(name) is not None}
    form |= {name: "1" for name in SWITCHES if switch(told.get(name, False), name)}
    if told.get("promise_hours") is not None:
        form["promise_hours"] = number(told["promise_hours"], "promise_hours")
    for kind in ("imap", "smtp"):
        form |= server(told.get(kind), kind)
    for name in sorted(set(told) - {*LINES, *SWITCHES, "promise_hours", "team", "imap", "smtp"}):
        click.echo(f"“{name}” is not known and was left out.", err=True)
    return form


def server(told: Any, kind: str) -> Form:
    """One server's fields; none for a part that is missing."""
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise Wrong(f"{kind} must be an object with {', '.join(SERVER)}.")
    port, user = told.get("port"), told.get("user")
    form = {f"{kind}_{ours}": text(told.get(name) or "", f"{kind}.{name}") for name, ours in NAMES.items()}
    form[f"{kind}_port"] = number(port, f"{kind}.port") if port is not None else ""
    form[f"{kind}_security"] = security(told.get("tls", True), port, kind)
    if not form[f"{kind}_host"]:
        raise Wrong(f"{kind}.host: This field is needed.")
    if kind == "smtp":
        form["smtp_login"] = "own" if user else "none"
    elif told.get("folder") is not None:
        form["imap_folder"] = text(told["folder"], "imap.folder")
    return form


def security(tls: Any, port: Any, kind: str) -> str:
    """true is TLS in the way that its port wants it."""
    if tls not in (True, False, "starttls", "tls", "none"):
        raise Wrong(f"{kind}.tls must be true, false or \"starttls\".")
    if tls is True:
        return "starttls" if port in UPGRADED else "tls"
    return tls or "none"


def text(value: Any, name: str) -> str:
    """A string."""
    if not isinstance(value, str):
        raise Wrong(f"{name} must be a string.")
    return value


def number(value: Any, name: str) -> str:
    """A whole number, as the form has it."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Wrong(f"{name} must be a whole number.")
    return str(value)


def switch(value: Any, name: str) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise Wrong(f"{name} must be true or false.")
    return value


def team_id(told: Any) -> str:
    """The id of a team by its name in either language, or by its number."""
    if told is None:
        return ""
    named = Team.id == told if isinstance(told, int) else or_(Team.name == str(told), Team.name_ar == str(told))
    found = db.session.scalar(select(Team.id).where(named).order_by(Team.id).limit(1))
    if found is None:
        raise Wrong(f"There is no team “{told}”.")
    return str(found)


def shown(field: str) -> str:
    """A field of the form as the file calls it."""
    for kind in ("imap", "smtp"):
        if field.startswith(f"{kind}_"):
            return f"{kind}.{field.removeprefix(f'{kind}_').replace('username', 'user').replace('security', 'tls')}"
    return field
