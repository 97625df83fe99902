"""The doors by which mail is handed to us: the practice post office (SMTP on this machine only) and LMTP for Postfix.

Whatever is answered with 250 is committed; what cannot be kept now is answered with 451, and the sender comes again.
"""

import asyncio
import logging
import os
import re
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from flask import Flask

from channels.email.headers import decoded
from channels.raw_message import inbox_for, store_raw
from helpdesk.actions import practice
from helpdesk.queries.practice import desk_is_demo

log = logging.getLogger(__name__)
MOST_BYTES, MOST_RECIPIENTS, MOST_CONNECTIONS = 50 * 1024 * 1024, 100, 40
SILENT_SECONDS, STOP_SECONDS = 300, 2.0
TAKEN, LATER = "250 2.0.0 Kept", "451 4.3.0 Not kept: try again later"
UNKNOWN, TOO_MANY = "550 5.1.1 No such address here", "452 4.5.3 Too many recipients"
FULL = b"421 4.3.2 Too many connections: try again later\r\n"
BEHIND_PAGES = 10
"""A server that hands mail over can wait for a moment, an agent who opens a page cannot."""
SUBJECT = re.compile(rb"^Subject:((?:.*\r?\n)(?:[ \t].*\r?\n)*)", re.I | re.M)


def serve(app: Flask, sockets: dict[str, socket.socket]) -> None:
    """The part of the desk that listens for mail, on the supervisor's sockets `practice` and `lmtp`, until SIGTERM."""
    os.nice(BEHIND_PAGES)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's own log names senders and recipients
    asyncio.run(listen(app, sockets))


async def listen(app: Flask, sockets: dict[str, socket.socket]) -> None:
    """Serves until the process is asked to end; a mail that is being kept is kept first."""
    loop, stop, line = asyncio.get_running_loop(), asyncio.Event(), Line()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    servers = []
    for name, (protocol, handler) in {"practice": (Practice, PracticeHandler), "lmtp": (Lmtp, LmtpHandler)}.items():
        if name in sockets:
            # create_unix_server differs from create_server only in how it makes a socket; it asks for one of its family
            unix = sockets[name].family == socket.AF_UNIX
            create: Callable[..., Any] = loop.create_unix_server if unix else loop.create_server
            servers.append(await create(maker(protocol, handler(app, line), line), sock=sockets[name]))
    await stop.wait()
    for server in servers:
        server.close()
    await line.wait_until_idle(STOP_SECONDS)


def maker(protocol: "type[Limited]", handler: "Handler", line: "Line") -> Callable[[], "Limited"]:
    """What makes a protocol for each connection."""
    return lambda: protocol(
        handler, line=line, data_size_limit=MOST_BYTES, enable_SMTPUTF8=True, hostname="localhost", ident="helpdesk",
        timeout=SILENT_SECONDS, auth_exclude_mechanism=["LOGIN", "PLAIN"], loop=asyncio.get_running_loop())


@dataclass
class Line:
    """How many are connected, and how many mails are being kept."""

    connections: int = 0
    keeping: int = 0

    async def wait_until_idle(self, seconds: float) -> None:
        """Returns when nothing is being kept, or the time is over."""
        until = asyncio.get_running_loop().time() + seconds
        while self.keeping and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110  a counter of threads' work, once at the end
            await asyncio.sleep(0.01)


class Limited(SMTP):
    """aiosmtpd's server (1.4.6: a mail ends with CRLF.CRLF and nothing else, CVE-2024-27305) with a limit of connections."""

    line_length_limit = 2 * 1024 * 1024
    """RFC 5321 says 1,000, but a mail whose program broke no lines is a customer's mail too."""

    def __init__(self, handler: "Handler", line: Line, **options: Any) -> None:
        super().__init__(handler, **options)
        self.line, self.counted = line, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.line.connections >= MOST_CONNECTIONS:
            assert isinstance(transport, asyncio.WriteTransport)
            transport.write(FULL)
            transport.close()
            return
        self.line.connections, self.counted = self.line.connections + 1, True
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self.counted:
            self.line.connections, self.counted = self.line.connections - 1, False
            super().connection_lost(error)


class Practice(Limited):
    """SMTP."""


class Lmtp(Limited, LMTP):
    """LMTP (RFC 2033): after the data one answer for each recipient, also when the data was refused as a whole."""

    recipients = 0

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  aiosmtpd finds commands by these names
        """Counts who is to be answered."""
        self.recipients = len(self.envelope.rcpt_tos) if self.envelope else 0
        try:
            await super().smtp_DATA(arg)
        finally:
            self.recipients = 0

    async def push(self, status: str) -> None:  # type: ignore[override]
        """Repeats aiosmtpd's two refusals of the whole mail."""
        if self.recipients > 1 and status.startswith(("552 ", "500 Line too long")):
            status = "\r\n".join([status] * self.recipients)
        await super().push(status)


class Handler:
    """What both have in common. The database is asked in a thread: the other connections go on."""

    source = ""

    def __init__(self, app: Flask, line: Line) -> None:
        self.app, self.line = app, line

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str],  # noqa: ARG002
    ) -> str:
        """One recipient."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        if (refusal := await self.refusal(address)) is None:
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"
        return refusal

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """The whole mail; answered when it is kept."""
        self.line.keeping += 1
        try:
            content, sender = envelope.original_content or b"", (envelope.mail_from or "").replace("<>", "")
            return await asyncio.to_thread(self.kept, content, sender, list(envelope.rcpt_tos))
        finally:
            self.line.keeping -= 1

    async def handle_exception(self, error: Exception) -> str:
        """Nothing of what went wrong is told; whoever sent it comes again."""
        log.error("a mail session failed: %s", type(error).__name__)
        return LATER

    async def refusal(self, address: str) -> str | None:  # noqa: ARG002
        """Why a recipient is not taken; None when he is."""
        return None

    def kept(self, content: bytes, sender: str, recipients: list[str]) -> str:
        """Keeps a mail for its recipients and says so, in a thread."""
        raise NotImplementedError

    def keep(self, inbox_id: int, content: bytes, sender: str, recipient: str) -> str:
        """One inbox's copy; TAKEN only after the commit."""
        store_raw(inbox_id, content, self.source, sender, recipient)
        return TAKEN

    def safely(self, work: Callable[..., str], *args: Any) -> str:
        """What goes wrong while a mail is kept - a busy or dead database, a full disk - is no reason to lose it."""
        try:
            with self.app.app_context():
                return work(*args)
        except Exception as error:  # noqa: BLE001
            log.error("a mail could not be kept: %s", type(error).__name__)
            return LATER


class LmtpHandler(Handler):
    """For our inboxes alone."""

    source = "lmtp"

    async def refusal(self, address: str) -> str | None:
        """RFC 2033: an address that is not ours is refused before the data."""
        answer = await asyncio.to_thread(self.safely, lambda: TAKEN if inbox_for(address) is not None else UNKNOWN)
        return None if answer == TAKEN else answer

    def kept(self, content: bytes, sender: str, recipients: list[str]) -> str:
        """A line for each recipient, in their order."""
        return "\r\n".join(self.safely(self.keep_for, content, sender, recipient) for recipient in recipients)

    def keep_for(self, content: bytes, sender: str, recipient: str) -> str:
        """An inbox that was closed since RCPT is unknown now."""
        inbox_id = inbox_for(recipient)
        return UNKNOWN if inbox_id is None else self.keep(inbox_id, content, sender, recipient)


class PracticeHandler(Handler):
    """For our inboxes, and for everybody else as the customers' post office. One answer for all: whoever gets 451 sends all again,
    and the second copy of a mail is known by its Message-ID and content."""

    source = "practice"

    async def refusal(self, address: str) -> str | None:
        """Only a desk that is tried out plays the customers' post office too."""
        answer = await asyncio.to_thread(self.safely, lambda: TAKEN if desk_is_demo() or inbox_for(address) is not None else UNKNOWN)
        return None if answer == TAKEN else answer

    def kept(self, content: bytes, sender: str, recipients: list[str]) -> str:
        """In turn: inboxes first."""
        return self.safely(self.keep_all, content, sender, recipients)

    def keep_all(self, content: bytes, sender: str, recipients: list[str]) -> str:
        """TAKEN when every copy is committed."""
        inboxes = {recipient: inbox_for(recipient) for recipient in dict.fromkeys(recipients)}
        for recipient, inbox_id in inboxes.items():
            if inbox_id is not None:
                self.keep(inbox_id, content, sender, recipient)
        customers = [recipient for recipient, inbox_id in inboxes.items() if inbox_id is None]
        if customers:
            practice.keep(sender, customers, subject_of(content), content)
        return TAKEN


def subject_of(content: bytes) -> str:
    """The first Subject, decoded, for a list of mails; nothing else of it is read here."""
    head = content[:64 * 1024].partition(b"\r\n\r\n")[0] + b"\r\n"
    found = SUBJECT.search(head)
    return decoded(found.group(1)) if found else ""
