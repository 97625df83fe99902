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
    held since the start when they were last counted, `removed` those that we have and somebody took away there since they came: together
    they are the raw messages from the mark's `start_uid` on. `problem` is one of PROBLEMS while it cannot be reached, else "".

    Another account or folder is another row, and a number never comes back: UIDs of the old one say nothing about the new one.
    """

    __tablename__ = "mailbox"
    __table_args__ = {"sqlite_autoincrement": True}
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
    removed: Mapped[int] = mapped_column(default=0)
    counted_at: Mapped[datetime | None] = mapped_column(Moment)
    swept_at: Mapped[datetime | None] = mapped_column(Moment)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(Moment)
    problem: Mapped[str] = mapped_column(String(20), default="")
    problem_words: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)


class MailboxMark(db.Model):
    """How far one numbering of a mailbox is fetched: everything from `start_uid` (the first that came since `start_at`) up to `live_uid`,
    and older mail from there down to `backfill_uid`; of that, `backfill_done` of `backfill_total`."""

    __tablename__ = "mailbox_mark"
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id", ondelete="CASCADE"), primary_key=True)
    uidvalidity: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    start_uid: Mapped[int] = mapped_column(BigInteger, default=1)
    start_at: Mapped[datetime] = mapped_column(Moment)
    live_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    backfill_uid: Mapped[int | None] = mapped_column(BigInteger)
    backfill_total: Mapped[int] = mapped_column(default=0)
    backfill_done: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)


class OAuthGrant(db.Model):
    """An admin's consent that the desk reads and sends mail at a provider; its secrets are encrypted.

    `code` waits to be exchanged for tokens, with its verifier. `expires_at` is the end of the access token, `consent_expires_at` of the
    consent itself where the provider says it. Whoever holds `lease_token` until `lease_until` asks the provider, nobody else does.
    `problem`: "" or "consent" when a person must give it (again); `problem_words` are the provider's own.
    """

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
    problem_words: Mapped[str] = mapped_column(String(300), default="")
    code: Mapped[str] = mapped_column(Text, default="")
    consent_expires_at: Mapped[datetime | None] = mapped_column(Moment)
    lease_token: Mapped[str] = mapped_column(String(40), default="")
    lease_until: Mapped[datetime | None] = mapped_column(Moment)

    def ended(self, now: datetime) -> bool:
        """Whether it must be given again: the provider said so, or its day has come."""
        return bool(self.problem) or (self.consent_expires_at is not None and self.consent_expires_at <= now)


class ConnectionCheck(db.Model):
    """The last test of an inbox's servers, asked for by a person. `token` names the asking, so that an older test says nothing about newer
    settings. A problem is one of PROBLEMS or "", its words are the server's own, without secrets."""

    __tablename__ = "connection_check"
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    token: Mapped[str] = mapped_column(String(40))
    begun_at: Mapped[datetime | None] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    imap_problem: Mapped[str] = mapped_column(String(20), default="")
    imap_words: Mapped[str] = mapped_column(String(300), default="")
    smtp_problem: Mapped[str] = mapped_column(String(20), default="")
    smtp_words: Mapped[str] = mapped_column(String(300), default="")
