"""Two desks of ours confirm each other's confirmations, through a relay that strips every header: it ends by itself (safety S9, G10)."""

import email
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from channels import delivery
from channels.email import intake
from channels.email.parser_child import Parser
from helpdesk.actions import drain_outbox
from helpdesk.actions.raw import store_raw
from helpdesk.actions.transaction import transaction
from helpdesk.app import create_app
from helpdesk.extensions import db
from helpdesk.models import Inbox, Message, RawMessage
from helpdesk.settings import Settings
from tests.factories import Clock, SmallDesk
from tests.smtp_sink import Sink

KEPT_FIELDS = {"from", "to", "subject", "mime-version", "content-type", "content-transfer-encoding"}


@dataclass
class Peer:
    """One of the two desks, with its inbox."""

    app: Flask
    desk: SmallDesk
    address: str

    def open(self) -> "Peer":
        """Its inbox confirms every ticket."""
        with self.app.app_context(), transaction() as session:
            inbox = session.get_one(Inbox, self.desk.ids["support"])
            inbox.address, inbox.acknowledge = self.address, True
        return self

    def take(self, mail: bytes) -> None:
        """A mail comes in, and whatever it makes the desk write leaves."""
        with self.app.app_context():
            store_raw(self.desk.ids["support"], mail, "pipe")
            intake.drain()
            drain_outbox.drain()
            delivery.drain()
            db.session.remove()

    def wrote(self) -> int:
        """How many mails left by themselves."""
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(Message).where(Message.automatic)) or 0


@pytest.fixture
def peers(app: Any, desk: SmallDesk, sink: Sink, sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Peer, Peer]]:
    """The desk of the test and a second one with keys and a database of its own."""
    data = tmp_path / "other"
    data.mkdir()
    shutil.copyfile(sqlite_template, data / "helpdesk.db")
    other = create_app(Settings.from_environ({"HELPDESK_DATA": str(data), "HELPDESK_REDIS_URL": os.environ["HELPDESK_REDIS_URL"]}))
    other.extensions["helpdesk"] = replace(other.extensions["helpdesk"], egress_allow=(f"127.0.0.1:{sink.port}",))
    with Parser() as parser:
        app.extensions["mail_parser"] = other.extensions["mail_parser"] = parser
        second = SmallDesk(other, {"host": "127.0.0.1", "port": sink.port})
        yield Peer(app, desk, "help@one.example").open(), Peer(other, second, "help@two.example").open()
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def without(content: bytes, *names: str) -> bytes:
    """The mail without these fields."""
    mail = email.message_from_bytes(content, policy=policy.default)
    for name in names:
        del mail[name]
    return mail.as_bytes(policy=policy.SMTP)


def stripped(content: bytes) -> bytes:
    """What the relay leaves of a mail: nothing that says who answers what, or that a program wrote."""
    names = {name.lower() for name in email.message_from_bytes(content, policy=policy.default).keys()}  # noqa: SIM118  not a dict
    return without(content, *(names - KEPT_FIELDS))


def hello(sender: str, number: int) -> bytes:
    """What begins it: the one desk seems to write to the other."""
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = sender, "Hello", f"<{number}@{sender.partition('@')[2]}>"
    mail.set_content(f"Hello {number}")
    return mail.as_bytes(policy=policy.SMTP)


def test_two_desks_fall_silent(peers: tuple[Peer, Peer], sink: Sink, clock: Clock) -> None:
    """At most three mails each in a day, however often it begins anew."""
    one, two = peers
    passed_on = 0
    for hour in range(0, 20, 5):
        one.take(hello(two.address, hour))
        two.take(hello(one.address, hour))
        while passed_on < len(sink.journal):
            kept = sink.journal[passed_on]
            (one if one.address in kept.recipients else two).take(stripped(kept.content))
            passed_on += 1
        clock.move(hours=5)
    assert (one.wrote(), two.wrote()) == (3, 3)


def test_a_marker_of_ours_ends_it_at_once(peers: tuple[Peer, Peer], sink: Sink) -> None:
    """Our own confirmation, sent back to us under another name."""
    one = peers[0]
    one.take(hello("robot@three.example", 1))
    (kept,) = sink.journal
    back = without(kept.content, "From", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "In-Reply-To", "References")
    one.take(b"From: other@three.example\r\nMessage-ID: <back@three.example>\r\n" + back)
    assert one.wrote() == 1
    with one.app.app_context():
        assert db.session.scalars(select(RawMessage.reason).order_by(RawMessage.id)).all() == ["", "loop"]
