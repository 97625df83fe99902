"""The test of an inbox's servers: sign in where its mail is fetched and where its answers leave, and say in one word what is wrong."""

import smtplib
import socket
import ssl

from sqlalchemy import select

from channels.channel import SurelyNotAccepted
from channels.email import imap, oauth, smtp
from channels.email.credentials import login_of, sending_server, was_refused
from channels.email.scrub import scrubbed
from channels.email.smtp_login import LoginRefused, Unprotected
from helpdesk import egress, vault
from helpdesk.actions import connection_check
from helpdesk.actions.connection_check import Found
from helpdesk.extensions import db
from helpdesk.models import Inbox, Mailbox

CONNECT_SECONDS, COMMAND_SECONDS = 10.0, 15.0
PROBLEM_OF: dict[type[Exception], str] = {
    oauth.ConsentNeeded: "consent", vault.LostKey: "login", egress.Forbidden: "forbidden", LoginRefused: "login", Unprotected: "tls",
    SurelyNotAccepted: "protocol", ssl.SSLError: "tls", smtplib.SMTPNotSupportedError: "tls", smtplib.SMTPException: "protocol",
    socket.gaierror: "name", TimeoutError: "timeout", OSError: "refused",
}  # fmt: skip
TROUBLES = tuple(PROBLEM_OF)
FULL = ("452", "552", "421 4.7", "450 4.2.2", "454 4.7")
"""A mailbox or an allowance that is used up (RFC 5321 §4.2.3, RFC 3463 §3.3)."""


def drain() -> None:
    """Does every test that was asked for."""
    while taken := connection_check.take_next():
        inbox_id, token = taken
        connection_check.settle(inbox_id, token, imap=check_imap(inbox_id), smtp=check_smtp(inbox_id))
        db.session.remove()


def check_imap(inbox_id: int) -> Found:
    """What is wrong with the mailbox, if there is one."""
    mailbox = db.session.scalar(select(Mailbox).where(Mailbox.inbox_id == inbox_id).execution_options(populate_existing=True))
    if mailbox is None:
        return "", ""
    login = imap.Login(mailbox.username)
    try:
        login = login_of(mailbox)
        server = imap.Server(mailbox.host, mailbox.port, mailbox.security)
        db.session.remove()
        imap.check(server, login, mailbox.folder)
    except imap.Trouble as trouble:
        if trouble.problem == "login":
            was_refused(inbox_id, login.bearer)
        return trouble.problem, scrubbed(trouble.words, login.password, login.bearer)
    except TROUBLES as error:
        return found_of(error, login.password, login.bearer)
    return "", ""


def check_smtp(inbox_id: int) -> Found:
    """What is wrong with the server for answers, if there is one: everything up to the sender's name is said, nothing is sent."""
    inbox = db.session.get(Inbox, inbox_id, populate_existing=True)
    if inbox is None or not inbox.smtp:
        return "", ""
    server = smtp.Server(inbox.smtp["host"], 0)
    try:
        server, sender = sending_server(inbox), inbox.address
        db.session.remove()
        greet(server, sender)
    except TROUBLES as error:
        if isinstance(error, LoginRefused):
            was_refused(inbox_id, server.bearer)
        return found_of(error, server.password, server.bearer)
    return "", ""


def greet(server: smtp.Server, sender: str) -> None:
    """Signs in and begins a mail that is taken back."""
    connection = smtp.connect(server, CONNECT_SECONDS, COMMAND_SECONDS)
    try:
        smtp.expect(connection.mail(sender), 250)
        connection.docmd("RSET")
        smtp.quit_quietly(connection)
    finally:
        connection.close()


def found_of(error: Exception, *secrets: str) -> Found:
    """The problem in one word, and the other side's own words without secrets. What smtplib says of a silent server stands behind its
    own error."""
    behind = error.__context__
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(behind, OSError):
        error = behind
    words = scrubbed(words_of(error), *secrets)
    if isinstance(error, SurelyNotAccepted) and words.startswith(FULL):
        return "quota", words
    return next((problem for kind, problem in PROBLEM_OF.items() if isinstance(error, kind)), "protocol"), words


def words_of(error: Exception) -> str:
    """What was said, in one line."""
    if isinstance(error, SurelyNotAccepted):
        return error.words
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, vault.LostKey):
        return "the key that sealed the password is gone"
    if isinstance(error, OSError) and not isinstance(error, oauth.NoToken):
        return error.strerror or type(error).__name__
    return smtp.decode(str(error)) if isinstance(error, (oauth.ConsentNeeded, oauth.NoToken, egress.Forbidden)) else smtp.words_of(error)
