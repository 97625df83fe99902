"""Mailboxes on other servers: where mail is fetched, how far, and how it goes."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.extensions import db
from helpdesk.models.types import Moment

SECURITIES = ("tls", "starttls", "none")
PROBLEMS = ("name", "forbidden", "refused", "timeout", "tls", "login", "folder", "quota", "consent", "protocol")


class Mailbox(db.Model):
    """The IMAP mailbox of an inbox. `secret` is the encrypted password, "" where the inbox has an OAuthGrant.

    `start_at`: what came to the server since then is ours; with `backfill_from` older mail down to that day is fetched too, quietly.
    Whoever holds `lease_token` until `lease_until` watches it, nobody else may store for it. `on_server` are the mails that the server
    held since the start when they were last counted. `problem` is one of PROBLEMS while it cannot be reached, else "".
    """

    __tablename__ = "mailbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"), unique=True)
    host: Mapped[str] = mapped_column(String(253))
    port: Mapped[int] = mapped_column(default=993)
    security: Mapped[str] = mapped_column(String(10), default="tls")
    username: Mapped[str] = mapped_column(String(254), default="")
    secret: Mapped[str] = mapped_column(Text, default="")
    folder: Mapped[str] = mapped_column(String(200), default="INBOX")
    start_at: Mapped[datetime] = mapped_column(Moment)
    backfill_from: Mapped[datetime | None] = mapped_column(Moment)
    move_to: Mapped[str] = mapped_column(String(200), default="")
    move_after_days: Mapped[int | None] = mapped_column()
    active: Mapped[bool] = mapped_column(default=True)
    lease_token: Mapped[str] = mapped_column(String(40), default="")
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    on_server: Mapped[int | None] = mapped_column()
    counted_at: Mapped[datetime | None] = mapped_column(Moment)
    swept_at: Mapped[datetime | None] = mapped_column(Moment)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(Moment)
    problem: Mapped[str] = mapped_column(String(20), default="")
    problem_words: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)


class MailboxMark(db.Model):
    """How far one numbering of a mailbox is fetched: everything up to `live_uid`, and older mail down to `backfill_uid`."""

    __tablename__ = "mailbox_mark"
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id", ondelete="CASCADE"), primary_key=True)
    uidvalidity: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    live_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    backfill_uid: Mapped[int | None] = mapped_column(BigInteger)
    backfill_total: Mapped[int] = mapped_column(default=0)
    backfill_done: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)


class OAuthGrant(db.Model):
    """An admin's consent that the desk reads and sends mail at a provider; its secrets are encrypted. `problem`: "" or why it ended."""

    __tablename__ = "oauth_grant"
    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"), unique=True)
    provider: Mapped[str] = mapped_column(String(20), default="other")
    client_id: Mapped[str] = mapped_column(String(300), default="")
    client_secret: Mapped[str] = mapped_column(Text, default="")
    authorize_url: Mapped[str] = mapped_column(String(500), default="")
    token_url: Mapped[str] = mapped_column(String(500), default="")
    scope: Mapped[str] = mapped_column(String(1000), default="")
    refresh_token: Mapped[str] = mapped_column(Text, default="")
    access_token: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    granted_at: Mapped[datetime | None] = mapped_column(Moment)
    problem: Mapped[str] = mapped_column(String(20), default="")
