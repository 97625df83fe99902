"""The line to an IMAP server: connected to the address that was checked, and patient only so far with what comes over it."""

import imaplib
import io
import socket
import ssl
import time

SILENT_SECONDS = 25.0
"""A server that says nothing at all for so long is gone."""
COMMAND_SECONDS, COMMAND_BYTES = 60.0, 32 * 1024 * 1024
KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 20, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 120_000}


class Reader(io.RawIOBase):
    """The bytes of a socket, until a moment (monotonic) and up to a number: a server that sends one byte a second, or without end, does
    not hold us for ever. TimeoutError, or ConnectionError when it sends too much."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.allow(COMMAND_SECONDS, COMMAND_BYTES)

    def allow(self, seconds: float, most: int, silent: float | None = None) -> None:
        """What may come from now on."""
        self.until, self.left, self.silent = time.monotonic() + seconds, most, silent or SILENT_SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """At least one byte, or 0 at the end."""
        seconds = min(self.until - time.monotonic(), self.silent)
        if seconds <= 0:
            raise TimeoutError("too slow")
        self.sock.settimeout(seconds)
        count = self.sock.recv_into(buffer)
        self.left -= count
        if self.left < 0:
            raise ConnectionError("more than was asked for")
        return count


class Wire(imaplib.IMAP4):
    """imaplib's protocol over our own reader. `name` is what the certificate must be for; `context` None is without TLS."""

    def __init__(self, address: str, port: int, name: str, context: ssl.SSLContext | None) -> None:
        self.address, self.name, self.context = address, name, context
        self.seconds, self.most = COMMAND_SECONDS, COMMAND_BYTES
        super().__init__(address, port)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:  # noqa: ARG002
        """Connects, with TLS at once where there is a context."""
        self.host, self.port = host, port
        sock = socket.create_connection((self.address, port), SILENT_SECONDS)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in KEEPALIVE.items():
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
        self.take(sock, self.context)

    def take(self, sock: socket.socket, context: ssl.SSLContext | None) -> None:
        """Reads from this socket from now on; what an older one had left over is forgotten (RFC 3501 6.2.1)."""
        self.sock = sock
        if context is not None:
            sock.settimeout(SILENT_SECONDS)
            self.sock = context.wrap_socket(sock, server_hostname=self.name)
        self.reader = Reader(self.sock)
        self.buffer = io.BufferedReader(self.reader, 64 * 1024)

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[str, list[bytes]]:  # type: ignore[override]
        """TLS from here on; error when the server will not."""
        answer, words = self._simple_command("STARTTLS")
        if answer != "OK":
            raise self.error(f"STARTTLS: {words!r}")
        self.take(self.sock, ssl_context)
        self._tls_established = True
        self._get_capabilities()
        return answer, words

    def send(self, data: bytes) -> None:  # type: ignore[override]
        """Every command is sent here, so each has its time and size from here on."""
        self.reader.allow(self.seconds, self.most)
        self.sock.settimeout(SILENT_SECONDS)
        self.sock.sendall(data)

    def read(self, size: int) -> bytes:
        """A literal; one that promises more than may come is not waited for."""
        if size > self.most:
            raise self.abort(f"a literal of {size} bytes")
        return self.buffer.read(size)

    def readline(self) -> bytes:
        """A line; the list of a million numbers is one."""
        return self.buffer.readline(COMMAND_BYTES)

    def shutdown(self) -> None:
        """Hangs up."""
        self.sock.close()

    def doze(self, seconds: float) -> bool:
        """IDLE (RFC 2177) until the server says something, or so long. Whether it did; TimeoutError when it does not wake up. What it said
        in the answer to another command, since `forget_news`, it does not say again."""
        tag = self._command("IDLE")
        while self._get_response() is not None:  # news may come before the go-ahead
            if self.tagged_commands[tag]:
                raise self.error("IDLE refused")
        came = self.has_news() or self.hears(seconds)
        self.send(b"DONE\r\n")
        self._command_complete("IDLE", tag)
        return came

    def forget_news(self) -> None:
        """Before one looks."""
        self.untagged_responses.pop("EXISTS", None)

    def has_news(self) -> bool:
        """Whether the server has spoken of new mail since then (RFC 3501 7.3.1)."""
        return "EXISTS" in self.untagged_responses

    def hears(self, seconds: float) -> bool:
        """Whether a byte comes within that time; nothing is lost when none does."""
        self.reader.allow(seconds, self.most, silent=seconds)
        try:
            if not self.buffer.peek(1):
                raise self.abort("the connection ended")
        except TimeoutError:
            return False
        return True
