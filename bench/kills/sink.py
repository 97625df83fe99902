"""A mail server outside of the product, which takes everything and remembers the Message-IDs."""

from email import message_from_bytes
from threading import Lock
from types import TracebackType

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port


class Sink:
    """On a free port of this machine, as long as the block lasts."""

    def __init__(self) -> None:
        self.port, self.lock = free_port(), Lock()
        self.taken: list[str] = []
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Counts a mail before it says so: what it answered nobody may have heard."""
        content = envelope.content
        mail = message_from_bytes(content if isinstance(content, bytes) else (content or "").encode())
        with self.lock:
            self.taken.append(str(mail["Message-ID"]).strip().strip("<>"))
        return "250 2.0.0 Taken"

    def __enter__(self) -> "Sink":
        self.controller.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.controller.stop()
