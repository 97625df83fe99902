"""A mailbox on an IMAP server: connect, log in, and say in one word and the server's own words what is wrong."""

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientAbortError, IMAPClientError

from channels.email.imap_wire import COMMAND_BYTES, COMMAND_SECONDS, Wire
from channels.email.scrub import scrubbed
from helpdesk import egress

LEAST_BYTES_A_SECOND = 20_000
MOST_WORDS = 300
PROBLEM_OF = {
    egress.Forbidden: "forbidden", socket.gaierror: "name", ssl.SSLError: "tls", CapabilityError: "tls",
    TimeoutError: "timeout", OSError: "refused",
}  # fmt: skip
QUOTA = re.compile(r"\[(?:OVERQUOTA|LIMIT)\]|too many (?:simultaneous )?connections|bandwidth|over ?quota", re.I)
ENDED = re.compile(r"socket error: EOF|the connection ended", re.I)
BYTES = re.compile(r"""b(?:'(.*)'|"(.*)")""")
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Server:
    """Where a mailbox is. `security` is "tls", "starttls" or "none"."""

    host: str
    port: int
    security: str = "tls"


@dataclass(frozen=True)
class Login:
    """Who asks: by password, or by the bearer token of an OAuth consent."""

    username: str
    password: str = field(default="", repr=False)
    bearer: str = field(default="", repr=False)


class Trouble(Exception):
    """A mailbox cannot be used. `problem` is one of models.mailbox.PROBLEMS, `words` what the other side said, without secrets."""

    def __init__(self, problem: str, words: str) -> None:
        super().__init__(f"{problem}: {words}")
        self.problem, self.words = problem, words


class Line(IMAPClient):
    """imapclient over our wire. It speaks with UIDs."""

    def __init__(self, server: Server, address: str) -> None:
        self.address = address
        super().__init__(server.host, server.port, ssl=server.security == "tls", ssl_context=tls() if server.security != "none" else None)
        self._imap.debug = 0
        self.normalise_times = False
        if server.security == "starttls":
            self.starttls(self.ssl_context)

    def _create_IMAP4(self) -> Wire:  # noqa: N802  imapclient's name
        return Wire(self.address, self.port, self.host, self.ssl_context if self.ssl else None)

    def _set_read_timeout(self) -> None:
        """The wire has its own."""

    @contextmanager
    def expecting(self, size: int) -> Iterator[None]:
        """Around a command whose answer is so large: it may take longer, but not for ever."""
        self._imap.seconds = COMMAND_SECONDS + size / LEAST_BYTES_A_SECOND
        self._imap.most = COMMAND_BYTES + size
        try:
            yield
        finally:
            self._imap.seconds, self._imap.most = COMMAND_SECONDS, COMMAND_BYTES

    def examine(self, folder: str) -> dict[bytes, Any]:
        """Opens a folder to read: nothing that is done there changes a flag (RFC 3501 6.3.2)."""
        try:
            found: dict[bytes, Any] = self.select_folder(folder, readonly=True)
        except IMAPClientError as error:
            raise trouble_of(error, "folder") from error
        return found

    def doze(self, seconds: float) -> bool:
        """IDLE: whether the server said something within so many seconds."""
        came: bool = self._imap.doze(seconds)
        return came

    def forget_news(self) -> None:
        """Before one looks: what comes after it wakes `doze` at once."""
        self._imap.forget_news()

    def hang_up(self) -> None:
        """Ends whatever another thread waits for on this line."""
        try:
            self._imap.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has ended by itself


def connect(server: Server, login: Login) -> Line:
    """A line that is logged in; Trouble says why not. The application's settings say where it may connect to."""
    try:
        address = egress.resolve(server.host, server.port)
        if server.security == "none" and not any(egress.is_named(name, server.port) for name in (server.host, address)):
            raise Trouble("tls", "not signed in: the password would go over the line as it is")
        line = Line(server, address)
    except Exception as error:
        raise trouble_of(error, "protocol", login) from error
    try:
        log_in(line, login)
    except Exception as error:
        line.shutdown()
        raise trouble_of(error, "login", login) from error
    return line


def check(server: Server, login: Login, folder: str = "INBOX") -> None:
    """Whether a mailbox can be used, for who sets it up; Trouble says why not."""
    line = connect(server, login)
    try:
        line.examine(folder)
    except Exception as error:
        raise trouble_of(error, "protocol", login) from error
    finally:
        line.shutdown()


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """Verifies certificates. Made once and only where it is needed: reading the machine's authorities takes longer than a login."""
    return ssl.create_default_context()


def log_in(line: Line, login: Login) -> None:
    """OAUTHBEARER (RFC 7628) before XOAUTH2; PLAIN (RFC 4616) before LOGIN, which knows no letters but ASCII."""
    if CONTROLS.search(login.username + login.password + login.bearer):
        raise Trouble("login", "a name or password holds a control character")
    if login.bearer and line.has_capability("AUTH=OAUTHBEARER"):
        line.oauthbearer_login(login.username, login.bearer)
    elif login.bearer:
        line.oauth2_login(login.username, login.bearer)
    elif line.has_capability("AUTH=PLAIN"):
        line.plain_login(login.username, login.password)
    else:
        line.login(login.username, login.password)


def trouble_of(error: Exception, otherwise: str = "protocol", login: Login | None = None) -> Trouble:
    """The problem in one word with the other side's words; `otherwise` when the error alone does not tell."""
    if isinstance(error, Trouble):
        return error
    words = scrubbed(words_of(error), login.password, login.bearer) if login else words_of(error)
    return Trouble(problem_of(error, words, otherwise), words[:MOST_WORDS])


def problem_of(error: Exception, words: str, otherwise: str) -> str:
    """One of PROBLEMS."""
    known = next((problem for kind, problem in PROBLEM_OF.items() if isinstance(error, kind)), "")
    if known or not isinstance(error, IMAPClientError):
        return known or otherwise
    if QUOTA.search(words):
        return "quota"
    if ENDED.search(words):
        return "refused"
    return "protocol" if isinstance(error, IMAPClientAbortError) else otherwise


def words_of(error: Exception) -> str:
    """In one line, as people can read it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, UnicodeError):
        return "letters that this server does not take"
    if isinstance(error, OSError):
        return error.strerror or str(error) or "no answer in time"
    bare = BYTES.sub(lambda found: found[1] or found[2] or "", str(error))
    return " ".join(CONTROLS.sub(" ", bare).split()) or type(error).__name__
