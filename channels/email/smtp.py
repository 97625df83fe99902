"""One mail over SMTP, with the moment known from which on it may have been taken (RFC 5321 4.1.1.4, 4.5.3.2)."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from channels.channel import Accepted, Refused, SurelyNotAccepted, Uncertain
from helpdesk import egress
from helpdesk.crash import crash_point

CONNECT_SECONDS, COMMAND_SECONDS, DOT_SECONDS = 30, 300, 600


@dataclass(frozen=True)
class Server:
    """Where mail leaves. `security` is "none" or "starttls" or "tls"; `practice`: our own listener on this machine."""

    host: str
    port: int
    security: str = "none"
    practice: bool = False


def send(server: Server, envelope_from: str, recipients: list[str], content: bytes, mark: Callable[[], bool]) -> Accepted:
    """Sends; raises SurelyNotAccepted, Refused or Uncertain. `mark` is called between the server's go-ahead and the first byte."""
    try:
        connection = connect(server)
    except egress.Forbidden as error:
        raise Refused(str(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise SurelyNotAccepted(words_of(error)) from error
    try:
        refused = envelope(connection, envelope_from, recipients)
        crash_point("delivery.before_data")
        expect(connection.docmd("DATA"), 354)
        if not mark():
            raise SurelyNotAccepted("another process holds this delivery")
        crash_point("delivery.data_marked")
        return Accepted(hand_over(connection, content), refused)
    except (OSError, smtplib.SMTPException) as error:
        raise SurelyNotAccepted(words_of(error)) from error
    finally:
        connection.close()


def connect(server: Server) -> smtplib.SMTP:
    """Greets the server at the address that was checked; all waits are bounded, certificates are verified."""
    address = "127.0.0.1" if server.practice else egress.resolve(server.host, server.port)
    name = socket.gethostname().encode("ascii", "replace").decode()
    connection = (
        smtplib.SMTP_SSL(local_hostname=name, timeout=CONNECT_SECONDS, context=tls())
        if server.security == "tls"
        else smtplib.SMTP(local_hostname=name, timeout=CONNECT_SECONDS)
    )
    connection._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001  the name for TLS; the address is what was checked
    code, words = connection.connect(address, server.port)
    expect((code, words), 220)
    assert connection.sock is not None
    connection.sock.settimeout(COMMAND_SECONDS)
    connection.ehlo_or_helo_if_needed()
    if server.security == "starttls":
        connection.starttls(context=tls())
        connection.ehlo()
    return connection


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """Verifies certificates. Made once and only where it is needed: reading the machine's authorities takes longer than a mail."""
    return ssl.create_default_context()


def envelope(connection: smtplib.SMTP, envelope_from: str, recipients: list[str]) -> list[dict[str, object]]:
    """Sender and recipients; those that were refused are returned unless all were."""
    expect(connection.mail(envelope_from), 250)
    answers = [(address, *connection.rcpt(address)) for address in recipients]
    refused: list[dict[str, object]] = [
        {"address": address, "words": f"{code} {decode(words)}"} for address, code, words in answers if code not in (250, 251)
    ]
    if len(refused) == len(answers):
        expect(min((answer[1:] for answer in answers), key=lambda answer: answer[0]), 250)  # one that may be tried again decides
    return refused


def hand_over(connection: smtplib.SMTP, content: bytes) -> str:
    """The mail and its final dot. From the first byte on, silence means uncertain; an explicit refusal is one."""
    assert connection.sock is not None
    try:
        connection.sock.settimeout(DOT_SECONDS)
        connection.send(dotted(content))
        crash_point("delivery.after_dot")
        code, words = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Uncertain(words_of(error)) from error
    expect((code, words), 250)
    quit_quietly(connection)
    return decode(words)


def dotted(content: bytes) -> bytes:
    """As it goes over the line: CRLF alone, leading dots doubled, the final dot (RFC 5321 4.5.2)."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n.\r\n"


def expect(answer: tuple[int, bytes], code: int) -> None:
    """5xx is refused for good, all else but the expected code may be tried again."""
    if answer[0] == code or (code == 250 and answer[0] == 251):
        return
    words = f"{answer[0]} {decode(answer[1])}"
    raise Refused(words) if 500 <= answer[0] < 600 else SurelyNotAccepted(words)


def quit_quietly(connection: smtplib.SMTP) -> None:
    """The mail is with the server; how the goodbye goes no longer matters."""
    try:
        connection.sock.settimeout(5)  # type: ignore[union-attr]
        connection.docmd("QUIT")
    except (OSError, smtplib.SMTPException):
        pass


def decode(words: bytes | str) -> str:
    """A server's words, in one line."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())


def words_of(error: Exception) -> str:
    """What went wrong, without addresses of ours or secrets."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {decode(error.smtp_error)}"
    return f"{type(error).__name__}: {error.strerror or ''}".rstrip(": ") if isinstance(error, OSError) else type(error).__name__
