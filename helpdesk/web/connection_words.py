"""What a test of an inbox's servers found, and how its consent stands, in plain words of the reader's language."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk import clock
from helpdesk.models import Mailbox, OAuthGrant
from helpdesk.queries.alarms import SOON
from helpdesk.queries.settings_pages import Servers

TRIED_AGAIN = timedelta(minutes=10)
"""Whoever watches a mailbox tries again at least every five minutes: what has failed for longer than this has failed anew."""


@dataclass(frozen=True)
class Finding:
    """One server. `state` is "waiting", "done" or "bad"; `words` are the server's own. `at`: since when it fails, or when it last worked,
    where whoever watches the mailbox says so and not the test."""

    kind: str
    host: str
    state: str
    title: str
    remedy: str = ""
    words: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class News:
    """How a consent stands. `kind` is a banner's; `waiting`: it is being finished just now."""

    kind: str
    text: str
    words: str = ""
    waiting: bool = False


def findings(found: Servers) -> list[Finding]:
    """One for each server that was tried. Of receiving, what whoever watches the mailbox says, where that is newer or there was no test."""
    check, mailbox, smtp = found.check, found.mailbox, found.inbox.smtp or {}
    if check is None:
        return [watched(mailbox)] if mailbox and mailbox.problem else []
    waiting, shown = check.done_at is None, []
    if mailbox and check.done_at is not None and is_newer(mailbox, check.done_at):
        shown.append(watched(mailbox))
    elif mailbox:
        shown.append(finding("imap", mailbox.host, check.imap_problem, check.imap_words, waiting=waiting))
    if smtp.get("host"):
        shown.append(finding("smtp", smtp["host"], check.smtp_problem, check.smtp_words, waiting=waiting))
    return shown


def is_newer(mailbox: Mailbox, tested_at: datetime) -> bool:
    """Whether it failed, or was looked through without a problem, after the test. A failure that began before it counts when it lasts."""
    if mailbox.failing_since is not None:
        return mailbox.failing_since > tested_at or clock.now() - tested_at > TRIED_AGAIN
    return mailbox.swept_at is not None and mailbox.swept_at > tested_at


def watched(mailbox: Mailbox) -> Finding:
    """What whoever watches it met last."""
    since = mailbox.failing_since or mailbox.swept_at
    return replace(finding("imap", mailbox.host, mailbox.problem, mailbox.problem_words), at=since)


def finding(kind: str, host: str, problem: str, words: str, *, waiting: bool = False) -> Finding:
    """One line of the list."""
    if waiting:
        return Finding(kind, host, "waiting", _("Trying to receive …") if kind == "imap" else _("Trying to send …"))
    if not problem:
        fine = _("Receiving works: the folder can be read.") if kind == "imap" else _("Sending works; no message was sent.")
        return Finding(kind, host, "done", fine)
    title, remedy = sentences(kind)[problem]
    return Finding(kind, host, "bad", title, remedy, "" if problem == "forbidden" else words)  # nobody there has said anything


def sentences(kind: str) -> dict[str, tuple[str, str]]:
    """Problem -> what is wrong, and what can be done about it."""
    return {
        "name": (_("No server of this name is known."), _("Check how the name of the server is spelt.")),
        "forbidden": (_("This desk may not connect to that server."), _(
            "Public mail servers on the usual ports are allowed. Whoever runs the desk can name another one in HELPDESK_EGRESS_ALLOW.")),
        "refused": (_("The server does not take the connection."), _("Check the server and the port. A firewall may stand in between.")),
        "timeout": (_("The server does not answer."), _(
            "Check the port and the encryption: a server that waits for TLS says nothing without it. A firewall may stand in between.")),
        "tls": (_("No safe connection could be opened."), _(
            "Either the server wants the other kind of encryption, or its certificate is not valid for this name.")),
        "login": (_("The server refused the login."), _(
            "The name or the password is not right. Many providers want an app password here, or a consent instead of a password.")),
        "folder": (_("There is no such folder."), _("Check its name as the server has it. The usual one is INBOX.")),
        "quota": (_("The account has reached a limit."), _(
            "The mailbox is full, or too many connections are open. Make room, or try again in a while.")),
        "consent": (_("The provider asks for a consent."), _("Give the consent once more; nothing is lost meanwhile.")),
        "protocol": (_("The server said something that was not expected."), _(
            "Check that an IMAP server stands there.") if kind == "imap" else _("Check that it takes mail from this address.")),
    }


def headline(found: Servers) -> tuple[str, str]:
    """(kind, words) above the findings; kind is "waiting", "done" or "bad"."""
    of = {each.kind: each.state for each in findings(found)}
    if "waiting" in of.values():
        return "waiting", _("The servers are being tried …")
    if not of:
        return "done", _("There is no server to try")
    bad = {kind for kind, state in of.items() if state == "bad"}
    if not bad:
        return "done", _("Receiving and sending work") if len(of) == 2 else _("Receiving works") if "imap" in of else _("Sending works")
    if len(of) == 1 or len(bad) == 2:
        return "bad", _("Neither receiving nor sending works yet") if len(bad) == 2 else (
            _("Receiving does not work yet") if "imap" in bad else _("Sending does not work yet"))
    return "bad", _("Receiving does not work yet; sending does") if "imap" in bad else _("Sending does not work yet; receiving does")


def news_of(grant: OAuthGrant | None) -> News | None:
    """How the consent stands; None where a password is used."""
    if grant is None:
        return None
    if grant.code:
        return News("info", _("The consent is being finished …"), waiting=True)
    if grant.ended(clock.now()):
        return News("late", _("The provider takes the consent no longer. Mail waits there until it is given again."), grant.problem_words)
    if not grant.refresh_token and not grant.access_token:
        return News("", _("The provider has not been asked for its consent yet. Without it no mail comes or leaves."))
    if grant.consent_expires_at is not None and grant.consent_expires_at < clock.now() + SOON:
        return News("", _("The consent ends soon. Give it again before then, so that no mail waits."))
    return News("done", _("The provider's consent is there."))
