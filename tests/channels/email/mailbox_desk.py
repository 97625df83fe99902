"""Mailboxes of the small desk on a real server, watched by threads of the test or by a process of its own."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from imapclient import IMAPClient
from sqlalchemy import select

from channels.email import mailboxes
from channels.email.mailbox_watch import Pace
from helpdesk import clock, vault
from helpdesk.actions import mailboxes as actions
from helpdesk.actions.transaction import transaction
from helpdesk.app import create_app
from helpdesk.extensions import db
from helpdesk.models import Mailbox, MailboxMark, RawMessage
from helpdesk.queries.mailboxes import raw_since_start
from helpdesk.serving.child import fork
from helpdesk.settings import Settings
from tests.dovecot import Dovecot
from tests.factories import SmallDesk
from tests.servers import until

SUPPORT, PARCELS = "support@example.com", "parcels@example.com"
QUICK = Pace(sweep=0.25, look=0.1, first_pause=0.05, longest_pause=0.3, hard_pause=0.05)
CALM = Pace(sweep=240, look=0.1, first_pause=0.05)
OLD = b"From: Noura <noura@example.net>\r\nTo: support@example.com\r\nSubject: "


class Boxes:
    """Two inboxes with an account each at one server. `look` is what the part's main thread does every few seconds."""

    def __init__(self, desk: SmallDesk, post: Dovecot, pace: Pace = QUICK) -> None:
        self.desk, self.post, self.pace = desk, post, pace
        settings = desk.app.extensions["helpdesk"]
        self.allow = [*settings.egress_allow, *post.allowed]
        desk.app.extensions["helpdesk"] = replace(settings, egress_allow=tuple(self.allow))
        self.watchers = mailboxes.Watchers(desk.app, pace)

    def add(self, inbox: str = "support", **changes: Any) -> int:
        """A mailbox that began an hour ago unless said otherwise; its id. `password` is sealed."""
        address = f"{inbox}@example.com"
        password = changes.pop("password", self.post.users[address])
        values = {"host": "127.0.0.1", "port": self.post.port, "security": "none", "username": address, "created_at": clock.now(),
                  "start_at": clock.now() - timedelta(hours=1), "secret": vault.seal(password, "imap")} | changes
        settings = self.desk.app.extensions["helpdesk"]
        self.allow.append(f"{values['host']}:{values['port']}")
        self.desk.app.extensions["helpdesk"] = replace(settings, egress_allow=tuple(self.allow))
        with transaction() as session:
            session.add(mailbox := Mailbox(inbox_id=self.desk.ids[inbox], **values))
        return mailbox.id

    def change(self, mailbox_id: int, **values: Any) -> None:
        with transaction() as session:
            mailbox = session.get_one(Mailbox, mailbox_id)
            for name, value in values.items():
                setattr(mailbox, name, value)

    def look(self) -> None:
        self.watchers.look()

    def come(self, count: int, seconds: float = 15) -> float:
        """Waits until so many raw messages are here; how long it took."""
        begun = time.monotonic()
        until(lambda: len(raws()) >= count, f"{count} raw messages", seconds)
        return time.monotonic() - begun

    def swept(self, mailbox_id: int) -> Mailbox:
        """The row after one more whole sweep than now."""
        before = mailbox_now(mailbox_id).swept_at
        until(lambda: mailbox_now(mailbox_id).swept_at not in (None, before), "swept once more", 15)
        return mailbox_now(mailbox_id)

    def adds_up(self, mailbox_id: int) -> bool:
        """What the server has and what somebody took away there is what we have."""
        box = mailbox_now(mailbox_id)
        return (box.on_server or 0) + box.removed == raw_since_start(mailbox_id)

    def login(self, address: str = SUPPORT) -> IMAPClient:
        """As a person's mail program, with the INBOX open."""
        client = self.post.login(address)
        client.select_folder("INBOX")
        return client


class Process:
    """The part alone, forked from the test. `lease`: seconds after which another may take over."""

    def __init__(self, environment: dict[str, str], pace: Pace = QUICK, lease: int = 60, **more: str) -> None:
        self.pid = fork("desk-mailboxes", lambda: self.serve(environment | more, pace, lease))
        self.status: int | None = None

    @staticmethod
    def serve(environment: dict[str, str], pace: Pace, lease: int) -> None:
        os.environ.update(environment)
        actions.LEASE_SECONDS = lease
        mailboxes.watch(create_app(Settings.from_environ(os.environ)), pace)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None

    def stop(self) -> float:
        """Asks it to end; how long that took."""
        begun = time.monotonic()
        if not self.ended():
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            until(self.ended, "the part ends", 10)
        return time.monotonic() - begun


def letter(subject: str, size: int = 0) -> bytes:
    """A mail of Noura's; no two are the same."""
    line = b"0123456789abcdef" * 4 + b"\r\n"
    return OLD + subject.encode() + b"\r\n\r\nHello\r\n" + line * (size // len(line))


def raws() -> list[RawMessage]:
    """What is kept, in the order in which it was."""
    db.session.remove()
    return list(db.session.scalars(select(RawMessage).order_by(RawMessage.id)))


def subjects(of: Callable[[RawMessage], bool] = lambda raw: True) -> list[str]:
    """Of what is kept, in order."""
    return [raw.content.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode() for raw in raws() if of(raw)]


def mailbox_now(mailbox_id: int) -> Mailbox:
    db.session.remove()
    return db.session.get_one(Mailbox, mailbox_id, populate_existing=True)


def mark_now(mailbox_id: int) -> MailboxMark:
    """Of the numbering of today."""
    return db.session.get_one(MailboxMark, (mailbox_id, mailbox_now(mailbox_id).uidvalidity), populate_existing=True)
