"""With what an inbox signs in at its servers."""

from sqlalchemy import select

from channels.email import oauth
from channels.email.imap import Login
from channels.email.smtp import Server
from helpdesk import vault
from helpdesk.actions import consent
from helpdesk.extensions import db
from helpdesk.models import Inbox, Mailbox, OAuthGrant


def login_of(mailbox: Mailbox) -> Login:
    """Name and password of a mailbox, or its token. Raises oauth.ConsentNeeded, vault.LostKey, and what asking the provider raises."""
    if db.session.scalar(select(OAuthGrant.id).where(OAuthGrant.inbox_id == mailbox.inbox_id)) is None:
        return Login(mailbox.username, vault.unseal(mailbox.secret, "imap"))
    return Login(mailbox.username, bearer=oauth.bearer_of(mailbox.inbox_id))


def sending_server(inbox: Inbox) -> Server:
    """The inbox's own server with name and password or token; raises as `login_of` does."""
    how, login = inbox.smtp, Login("")
    if how.get("login") == "own":
        login = Login(how["username"], vault.unseal(inbox.smtp_secret, "smtp"))
    elif how.get("login") == "same":
        mailbox = db.session.scalar(select(Mailbox).where(Mailbox.inbox_id == inbox.id).execution_options(populate_existing=True))
        login = login_of(mailbox) if mailbox is not None else login
    security = how.get("security", "none")
    return Server(how["host"], int(how["port"]), security, username=login.username, password=login.password, bearer=login.bearer)


def was_refused(inbox_id: int, bearer: str) -> None:
    """A server did not take this token, though its time is not over: whoever asks next gets a new one."""
    if bearer:
        consent.forget_token(inbox_id, bearer)
