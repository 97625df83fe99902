"""A mailbox of the desk on a real Dovecot, behind a line that can be cut."""

import json
import smtplib
import socket
import subprocess
import threading
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from bench.kills.people import hand_over
from tests.dovecot import Dovecot

ADDRESS, PASSWORD = "imap@example.com", "a quiet harbour"


class Line:
    """Passes bytes on between a free port of this machine and another, until it is cut; then it takes the next connection."""

    def __init__(self, target: int) -> None:
        self.target, self.open = target, set[socket.socket]()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        """Until the listener is closed."""
        while True:
            try:
                near = self.listener.accept()[0]
                far = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                return
            self.open |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self.pass_on, args=(source, sink), daemon=True).start()

    def pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        """One direction."""
        try:
            while chunk := source.recv(65536):
                sink.sendall(chunk)
        except OSError:
            pass
        for end in (source, sink):
            self.open.discard(end)
            end.close()

    def cut(self) -> int:
        """Every connection ends in the midst of whatever it carries; how many there were."""
        ends = list(self.open)
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        return len(ends) // 2


class Mailbox:
    """Customers write to Dovecot; the desk fetches from there."""

    def __init__(self) -> None:
        self.server = Dovecot({ADDRESS: PASSWORD})
        self.server.start()
        self.line = Line(self.server.port)

    @property
    def allowed(self) -> str:
        """For HELPDESK_EGRESS_ALLOW."""
        return f"127.0.0.1:{self.line.port}"

    def take(self, mail: EmailMessage) -> bool:
        """One customer's mail into the mailbox."""
        return hand_over(f"127.0.0.1:{self.server.lmtp_port}", mail, smtplib.LMTP)

    def add_to_desk(self, folder: Path, helpdesk: str, environment: dict[str, str], smtp_port: int) -> None:
        """By the product's own command."""
        imap = {"host": "127.0.0.1", "port": self.line.port, "tls": False, "user": ADDRESS, "password": PASSWORD}
        smtp = {"host": "127.0.0.1", "port": smtp_port, "tls": False}
        start = datetime.now(UTC).date().isoformat()
        inbox = {"name": "Mailbox", "address": ADDRESS, "language": "en", "imap": imap, "smtp": smtp, "start": start}
        file = folder / "inbox.json"
        file.write_text(json.dumps(inbox))
        subprocess.run([helpdesk, "inbox", "add", "--file", str(file)], env=environment, check=True, stdout=subprocess.DEVNULL, timeout=120)

    def stop(self) -> None:
        """The server and the line."""
        self.line.listener.close()
        self.server.stop()
