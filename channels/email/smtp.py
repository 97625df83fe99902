"""One mail over SMTP, with the moment known from which on it may have been taken (RFC 5321 4.1.1.4, 4.5.3.2)."""

import select
import smtplib
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from channels.channel import Accepted, Refused, SurelyNotAccepted, Uncertain
from channels.email.scrub import scrubbed
from channels.email.smtp_login import LoginRefused, Unprotected, sign_in
from helpdesk import egress
from helpdesk.crash import crash_point

CONNECT_SECONDS, COMMAND_SECONDS, DOT_SECONDS = 30, 300, 600
EARLY_SECONDS = 5
"""A server that ends in the midst of a mail has so long to say why."""
NEVER = 0
"""No answer has this code: every one is a refusal."""
NOT_LET_IN = (530, 534, 535, 538)
"""RFC 4954 §6: who asks is not, or not enough, signed in. That is our setting to mend, and no verdict about the mail."""


@dataclass(frozen=True)
class Server:
    """Where mail leaves. `security` is "none" or "starttls" or "tls"; `practice`: our own listener on this machine. With a `username` we
    sign in, by `bearer` where there is one, else by `password`."""

    host: str
    port: int
    security: str = "none"
    practice: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    bearer: str = field(default="", repr=False)


def send(server: Server, envelope_from: str, recipients: list[str], content: bytes, mark: Callable[[], bool]) -> Accepted:
    """Sends; raises SurelyNotAccepted, Refused or Uncertain. `mark` is called between the mail and its final dot. No words of the server
    hold what we signed in with."""
    secrets = (server.password, server.bearer)
    try:
        accepted = hand_in(server, envelope_from, recipients, content, mark)
    except (SurelyNotAccepted, Uncertain) as end:
        end.words = scrubbed(end.words, *secrets)
        end.args = (end.words,)
        raise
    refused: list[dict[str, object]] = [one | {"words": scrubbed(str(one["words"]), *secrets)} for one in accepted.refused]
    return Accepted(scrubbed(accepted.words, *secrets), refused)


def hand_in(server: Server, envelope_from: str, recipients: list[str], content: bytes, mark: Callable[[], bool]) -> Accepted:
    """See `send`."""
    try:
        connection = connect(server)
    except egress.Forbidden as error:
        raise Refused(str(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise SurelyNotAccepted(words_of(error)) from error
    try:
        refused = envelope(connection, envelope_from, recipients)
        hand_over(connection, content)
        crash_point("delivery.before_mark")
        if not mark():
            raise SurelyNotAccepted("another process holds this delivery")
        crash_point("delivery.data_marked")
        return Accepted(final_dot(connection), refused)
    except (OSError, smtplib.SMTPException) as error:
        raise SurelyNotAccepted(words_of(error)) from error
    finally:
        connection.close()


def connect(server: Server, seconds: float = CONNECT_SECONDS, command_seconds: float = COMMAND_SECONDS) -> smtplib.SMTP:
    """Greets the server at the address that was checked, and signs in; all waits are bounded, certificates are verified."""
    address = "127.0.0.1" if server.practice else egress.resolve(server.host, server.port)
    name = socket.gethostname().encode("ascii", "replace").decode()
    connection = (
        smtplib.SMTP_SSL(local_hostname=name, timeout=seconds, context=egress.tls())
        if server.security == "tls"
        else smtplib.SMTP(local_hostname=name, timeout=seconds)
    )
    connection._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001  the name for TLS; the address is what was checked
    try:
        expect(connection.connect(address, server.port), 220)
        assert connection.sock is not None
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the final dot waits for nothing
        connection.sock.settimeout(command_seconds)
        connection.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            connection.starttls(context=egress.tls())
            connection.ehlo()
        if server.username:
            protect(server, address)
            sign_in(connection, server.username, server.password, server.bearer, server.host, server.port)
    except BaseException:
        connection.close()
        raise
    return connection


def protect(server: Server, address: str) -> None:
    """Unprotected, unless the line is encrypted or the operator names this very server."""
    if server.security == "none" and not any(egress.is_named(name, server.port) for name in (server.host, address)):
        raise Unprotected("not signed in: the password would go over the line as it is")


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


def hand_over(connection: smtplib.SMTP, content: bytes) -> None:
    """The mail but for its final dot: whatever breaks here, the server did not take it, and what it says of that counts."""
    assert connection.sock is not None
    expect(connection.docmd("DATA"), 354)
    try:
        connection.sock.sendall(dotted(content))
    except OSError:
        with suppress(OSError):
            hear_early(connection)
        raise


def final_dot(connection: smtplib.SMTP) -> str:
    """The final dot. From here on silence means uncertain; an explicit refusal is one."""
    assert connection.sock is not None
    if has_spoken(connection.sock):
        hear_early(connection)
    try:
        connection.sock.settimeout(DOT_SECONDS)
        with suppress(ConnectionError):  # it hung up: what it said before can still be read
            connection.sock.sendall(b".\r\n")
        crash_point("delivery.after_dot")
        answer = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Uncertain(words_of(error)) from error
    expect(answer, 250)
    quit_quietly(connection)
    return decode(answer[1])


def has_spoken(line: socket.socket) -> bool:
    """It said something or hung up, before it was its turn."""
    watch = select.poll()
    watch.register(line, select.POLLIN)
    return bool(watch.poll(0))


def hear_early(connection: smtplib.SMTP) -> None:
    """A server that ends before it has the final dot did not take the mail, whatever it says: see `expect`, or SMTPServerDisconnected."""
    assert connection.sock is not None
    connection.sock.settimeout(EARLY_SECONDS)
    expect(connection.getreply(), NEVER)


def dotted(content: bytes) -> bytes:
    """As it goes over the line: CRLF alone, leading dots doubled (RFC 5321 4.5.2); the final dot is wanting."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n"


def expect(answer: tuple[int, bytes], code: int) -> None:
    """5xx is refused for good, all else but the expected code may be tried again, and so may what only wants another login."""
    if answer[0] == code or (code == 250 and answer[0] == 251):
        return
    words = f"{answer[0]} {decode(answer[1])}"
    if answer[0] in NOT_LET_IN:
        raise LoginRefused(words)
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
