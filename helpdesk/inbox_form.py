"""An inbox as somebody describes it, on the page or in a file of the command line: the same fields, the same sentences."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from flask_babel import gettext as _

from helpdesk import egress
from helpdesk.actions.inbox_servers import LOGINS, Consent, Fetching, Line, Sending
from helpdesk.actions.inboxes import InboxChange, Servers
from helpdesk.fields import Fields
from helpdesk.mail_providers import OAUTH, PROVIDERS
from helpdesk.models.agent import LANGUAGES
from helpdesk.models.mailbox import SECURITIES

IMAP_PORT, SMTP_PORT = {"tls": 993, "starttls": 143, "none": 143}, {"tls": 465, "starttls": 587, "none": 25}
MOST_PASSWORD = 1000


def read(fields: Fields, zone: tzinfo, *, with_servers: bool = True, new: bool = True, began: datetime | None = None) -> InboxChange:
    """All fields of an inbox and no others; what is wrong is kept in `fields`. Days begin at midnight in `zone`, but for the day on which
    its mailbox `began`: that stays the moment that it was."""
    servers = read_servers(fields, zone, began) if with_servers else None
    name, name_ar = fields.names()
    teams = fields.ids("team_id")
    return InboxChange(
        address=fields.email("address"), name=name, name_ar=name_ar, team_id=teams[0] if teams else None,
        active=new or fields.yes("active"), language=fields.choice("language", ("", *LANGUAGES)),
        plus_addressing=fields.yes("plus_addressing"), authserv_id=fields.line("authserv_id", 200).lower(),
        acknowledge=fields.yes("acknowledge"), promise_hours=whole(fields, "promise_hours", 1, 720),
        quote_history=fields.yes("quote_history"), agents_forward=fields.yes("agents_forward"),
        servers=servers, check=with_servers and fields.yes("test"),
    )


def read_servers(fields: Fields, zone: tzinfo, began: datetime | None) -> Servers:
    """How mail comes and goes."""
    fill_in(fields)
    sign_in = fields.choice("sign_in", ("password", *OAUTH)) if fields.form.get("sign_in") else "password"
    consent = read_consent(fields, sign_in) if sign_in in OAUTH else None
    return Servers(read_fetching(fields, zone, began), read_sending(fields), consent)


def fill_in(fields: Fields) -> None:
    """What the chosen provider publishes, where nothing was typed: the page does the same as soon as one is chosen."""
    provider = PROVIDERS.get(fields.form.get("provider", ""))
    if provider is None or fields.form.get("imap_host") or fields.form.get("smtp_host"):
        return
    known: Mapping[str, Any] = {
        "imap_host": provider.imap, "imap_port": "993", "imap_security": "tls", "smtp_host": provider.smtp,
        "smtp_port": str(provider.smtp_port), "smtp_security": provider.smtp_security,
        "authserv_id": fields.form.get("authserv_id") or provider.authserv_id,
    }
    for name, value in known.items():
        fields.form[name] = value


def read_fetching(fields: Fields, zone: tzinfo, began: datetime | None) -> Fetching:
    """The mailbox; without a server none."""
    server = line(fields, "imap", IMAP_PORT)
    start, backfill = day(fields, "start", zone), day(fields, "backfill_from", zone)
    if start and began and start.astimezone(zone).date() == began.astimezone(zone).date():
        start = began
    if start and backfill and backfill >= start:
        fields.refuse("backfill_from", _("This must be before the first day."))
    folder, move_to = fields.line("imap_folder", 200) or "INBOX", fields.line("move_to", 200)
    days = whole(fields, "move_after_days", 0, 3650)
    if move_to and days is None:
        fields.refuse("move_after_days", _("After how many days?"))
    if days is not None and not move_to:
        fields.refuse("move_to", _("Into which folder?"))
    if move_to and move_to == folder:
        fields.refuse("move_to", _("This is the folder that the mail is fetched from."))
    return Fetching(server, folder, start, backfill, move_to, days if move_to else None)


def read_sending(fields: Fields) -> Sending:
    """The server for answers; without one the practice post office, or none."""
    server = line(fields, "smtp", SMTP_PORT)
    login = fields.choice("smtp_login", LOGINS) if fields.form.get("smtp_login") else "own" if fields.form.get("smtp_username") else "none"
    if server.host and login == "same" and not fields.form.get("imap_host"):
        fields.refuse("smtp_login", _("There is no mailbox whose login could be used."))
    return Sending(server, login)


def line(fields: Fields, kind: str, ports: dict[str, int]) -> Line:
    """How one server is reached; the name to sign in with is the address unless another is typed."""
    host = fields.host(f"{kind}_host")
    if not host:
        return Line()
    security = fields.choice(f"{kind}_security", SECURITIES) if fields.form.get(f"{kind}_security") else "tls"
    username = fields.line(f"{kind}_username", 254) or fields.line("address", 254).lower()
    return Line(host, fields.port(f"{kind}_port", ports.get(security, 0)), security, username, password(fields, f"{kind}_password"))


def password(fields: Fields, name: str) -> str:
    """A password for another server, as it was typed."""
    text = str(fields.form.get(name, ""))
    if len(text) > MOST_PASSWORD or any(unicodedata.category(letter) == "Cc" for letter in text):
        fields.refuse(name, _("This cannot be a password."))
    return text


def read_consent(fields: Fields, key: str) -> Consent:
    """The application that asks for consent, and where; a large provider's addresses are known."""
    known = OAUTH[key]
    urls = {name: fields.line(name, 500) or known_url for name, known_url in (
        ("authorize_url", known.authorize_url), ("token_url", known.token_url))}
    for name, url in urls.items():
        try:
            egress.read_url(url)
        except egress.Forbidden:
            fields.refuse(name, _("This is no web address that begins with https://."))
    return Consent(
        key, fields.line("client_id", 300, required=True), urls["authorize_url"], urls["token_url"],
        fields.line("scope", 1000) or known.scope, password(fields, "client_secret"))


def whole(fields: Fields, name: str, least: int, most: int) -> int | None:
    """A whole number in whichever digits; None for nothing."""
    text = fields.line(name, 10)
    if not text:
        return None
    if not text.isdecimal() or not least <= int(text) <= most:
        fields.refuse(name, _("A whole number from %(least)s to %(most)s.", least=least, most=most))
        return None
    return int(text)


def day(fields: Fields, name: str, zone: tzinfo) -> datetime | None:
    """The beginning of a day (ISO 8601), or a moment of it; None for nothing."""
    text = fields.line(name, 40)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text) if len(text) > 10 else datetime.combine(date.fromisoformat(text), time(), zone)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        fields.refuse(name, _("A day such as 2026-11-30."))
        return None
