"""The servers of an inbox: where its mail is fetched, how its answers leave, and by whose consent. Passwords go in sealed."""

from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock, vault
from helpdesk.errors import Invalid
from helpdesk.models import Inbox, Mailbox, OAuthGrant

LOGINS = ("same", "own", "none")


@dataclass(frozen=True)
class Line:
    """How a server is reached. `security` is one of SECURITIES; a `password` "" means the one that was given before."""

    host: str = ""
    port: int = 0
    security: str = "tls"
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Fetching:
    """A mailbox; without a host there is none. What came since `start_at` is ours (None: from now on, or as it is), older mail down to
    `backfill_from` is fetched quietly. `move_to` and `move_after_days` go together."""

    server: Line = Line()
    folder: str = "INBOX"
    start_at: datetime | None = None
    backfill_from: datetime | None = None
    move_to: str = ""
    move_after_days: int | None = None


@dataclass(frozen=True)
class Sending:
    """How answers leave; without a host by the practice post office. `login`: as at the mailbox ("same"), with a name and password of its
    "own", or with "none"."""

    server: Line = Line(security="starttls")
    login: str = "none"


NO_MAILBOX, NO_SERVER = Fetching(), Sending()


@dataclass(frozen=True)
class Consent:
    """Signing in by a provider's consent. A `client_secret` "" means the one that was given before."""

    provider: str
    client_id: str
    authorize_url: str
    token_url: str
    scope: str
    client_secret: str = field(default="", repr=False)


def write_consent(session: Session, inbox: Inbox, asked: Consent | None, hosts: tuple[str, str]) -> None:
    """By whose consent we sign in; None: by password. Tokens stay only for the application, the provider and the servers (`hosts`: IMAP,
    SMTP) they were given for."""
    grant = session.scalar(select(OAuthGrant).where(OAuthGrant.inbox_id == inbox.id).with_for_update())
    if asked is None:
        if grant is not None:
            session.delete(grant)
        return
    if grant is None:
        grant = OAuthGrant(inbox_id=inbox.id)
        session.add(grant)
    same = (grant.client_id, grant.authorize_url, grant.token_url) == (asked.client_id, asked.authorize_url, asked.token_url)
    if asked.client_secret:
        grant.client_secret = vault.seal(asked.client_secret, "oauth")
    elif grant.client_secret and not same:
        raise Invalid(_("Type the secret again: it was given for another application or provider."), "client_secret")
    if not same or grant.scope != asked.scope or hosts != hosts_of(session, inbox):
        grant.refresh_token = grant.access_token = grant.code = grant.lease_token = grant.problem = grant.problem_words = ""
        grant.expires_at = grant.granted_at = grant.consent_expires_at = grant.lease_until = None
    grant.provider, grant.client_id, grant.scope = asked.provider, asked.client_id, asked.scope
    grant.authorize_url, grant.token_url = asked.authorize_url, asked.token_url


def hosts_of(session: Session, inbox: Inbox) -> tuple[str, str]:
    """Where we sign in by now: IMAP, SMTP."""
    mailbox = session.scalar(select(Mailbox.host).where(Mailbox.inbox_id == inbox.id))
    return mailbox or "", (inbox.smtp or {}).get("host", "")


def write_mailbox(session: Session, inbox: Inbox, asked: Fetching, by_consent: bool) -> None:
    """The mailbox as asked for. Another account or folder is another mailbox, whose numbering starts anew."""
    found = session.scalar(select(Mailbox).where(Mailbox.inbox_id == inbox.id).with_for_update())
    server = asked.server
    account = (server.host, server.username, asked.folder)
    kept = (purpose_of(found.host, found.username, found.security), found.secret) if found else None
    secret = sealed(server, "imap", kept) if server.host and not by_consent else ""
    start = asked.start_at or (found.start_at if found else clock.now())
    if found is not None and (found.host, found.username, found.folder) != account:
        session.delete(found)
        session.flush()
        found = None
    if not server.host:
        return
    if found is None:
        found = Mailbox(inbox_id=inbox.id, created_at=clock.now())
        session.add(found)
    found.host, found.username, found.folder = account
    found.port, found.security, found.secret, found.active = server.port, server.security, secret, inbox.active
    found.start_at, found.backfill_from = start, asked.backfill_from
    found.move_to, found.move_after_days = asked.move_to, asked.move_after_days
    found.problem, found.problem_words, found.failures, found.failing_since = "", "", 0, None


def write_sending(inbox: Inbox, asked: Sending, mailbox_password: str) -> None:
    """The server for answers as asked for. `mailbox_password`: what was typed for the mailbox just now."""
    server, old = asked.server, inbox.smtp or {}
    if not server.host:
        inbox.smtp, inbox.smtp_secret = {}, ""
        return
    if asked.login == "same" and old.get("login") == "same" and old["host"] != server.host and not mailbox_password:
        raise Invalid(retype(), "imap_password")
    kept = (purpose_of(old["host"], old.get("username", ""), old.get("security", "none")), inbox.smtp_secret) if old else None
    inbox.smtp_secret = sealed(server, "smtp", kept) if asked.login == "own" else ""
    inbox.smtp = {"host": server.host, "port": server.port, "security": server.security, "login": asked.login,
                  "username": server.username if asked.login == "own" else ""}


def purpose_of(host: str, username: str, security: str) -> tuple[str, str, bool]:
    """What a password was typed for: it goes to no other server, for no other name, and over no plainer line by itself."""
    return host, username, security == "none"


def sealed(server: Line, purpose: str, kept: tuple[tuple[str, str, bool], str] | None) -> str:
    """The sealed password: of what was typed, else the one there is."""
    if server.password:
        return vault.seal(server.password, purpose)
    if kept is None or not kept[1]:
        raise Invalid(_("A password is needed to sign in."), f"{purpose}_password")
    if kept[0] != purpose_of(server.host, server.username, server.security):
        raise Invalid(retype(), f"{purpose}_password")
    return kept[1]


def retype() -> str:
    """Why a password that is known must be typed once more."""
    return str(_("Type the password again: it was given for another server or user name."))
