"""The mail listener alone, forked from a test, and what a test sends to it."""

import os
import signal
import smtplib
import socket
from typing import Any

from sqlalchemy import select

from channels.email import listener
from helpdesk.app import create_app
from helpdesk.extensions import db
from helpdesk.models import PracticeMail, RawMessage
from helpdesk.serving import listening
from helpdesk.serving.child import fork
from helpdesk.settings import Settings
from tests.servers import until

MAIL = b"From: Sara <sara@example.com>\r\nTo: support@example.com\r\nSubject: =?utf-8?b?2YXYsdit2KjYpw==?=\r\n\r\nHello\r\n.dot\r\n"


class Door:
    """The listener alone, forked from the test: what is imported here need not be imported again."""

    def __init__(self, environment: dict[str, str], *options: str) -> None:
        sockets = {"practice": listening.listen("127.0.0.1", 0), "lmtp": listening.listen("127.0.0.1", 0)}
        self.practice, self.lmtp = (sock.getsockname()[1] for sock in sockets.values())
        self.pid = fork("desk-mail", lambda: self.serve(environment, options, sockets))
        self.status: int | None = None
        for sock in sockets.values():
            sock.close()

    @staticmethod
    def serve(environment: dict[str, str], options: tuple[str, ...], sockets: dict[str, socket.socket]) -> None:
        os.environ.update(environment)
        for option in options:
            name, _, value = option.partition("=")
            setattr(listener, name, int(value))
        listener.serve(create_app(Settings.from_environ(os.environ)), sockets)

    def ended(self) -> bool:
        """Whether the process is gone."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is not None

    def send(self, recipients: list[str], content: bytes = MAIL, sender: str = "sara@example.com") -> dict[str, Any]:
        """By SMTP, as smtplib tells it."""
        with smtplib.SMTP("127.0.0.1", self.practice, timeout=60) as line:
            return line.sendmail(sender, recipients, content)

    def lmtp_session(self, *lines: bytes) -> bytes:
        """Sends all lines at once and returns all answers."""
        with socket.create_connection(("127.0.0.1", self.lmtp), timeout=60) as line:
            line.sendall(b"\r\n".join([b"LHLO test", *lines, b"QUIT", b""]))
            answers = b""
            while chunk := line.recv(65536):
                answers += chunk
        return answers

    def stop(self) -> int:
        """Asks it to end; its exit code."""
        if not self.ended():
            os.kill(self.pid, signal.SIGTERM)
            until(self.ended, "the listener ends", 10)
        assert self.status is not None
        return os.waitstatus_to_exitcode(self.status)


def raws() -> list[RawMessage]:
    """What is kept for inboxes."""
    db.session.remove()
    return list(db.session.scalars(select(RawMessage).order_by(RawMessage.id)))


def practice_mails() -> list[PracticeMail]:
    """What is kept for customers."""
    db.session.remove()
    return list(db.session.scalars(select(PracticeMail).order_by(PracticeMail.id)))
