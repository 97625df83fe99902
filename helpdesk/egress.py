"""Where the desk may connect to: public servers on mail ports and for HTTPS, and what the operator names in HELPDESK_EGRESS_ALLOW."""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

from helpdesk.fields import HOST
from helpdesk.settings import current

MAIL_PORTS, WEB_PORTS = frozenset({25, 465, 587, 143, 993, 110, 995}), frozenset({443})
NAME_SECONDS, FETCH_SECONDS, MOST_BYTES = 15.0, 5.0, 2**20
CONNECT_SECONDS, TELL_SECONDS, HEARD_BYTES = 5.0, 10.0, 2**16
NOT_PUBLIC = [ipaddress.ip_network(text) for text in (
    # what ipaddress calls global and is not: carrier NAT, protocol assignments, 6to4 and its relays, Teredo, documentation, multicast
    "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "2001::/32", "2002::/16", "3fff::/20",
)]
UNICAST = ipaddress.ip_network("2000::/3")
"""All that is global unicast in IPv6 today (RFC 4291, IANA). Whatever lies outside carries an IPv4 address in itself (::127.0.0.1,
::ffff:0:127.0.0.1, NAT64), or is local (fec0::), or is nobody's."""
Answer = tuple[int, dict[str, str], bytes]


class Forbidden(Exception):
    """The operator did not allow this address; `args` is a sentence without secrets."""


def resolve(host: str, port: int, ports: frozenset[int] = MAIL_PORTS, seconds: float = NAME_SECONDS) -> str:
    """The one address to connect to. Every answer of the name must be allowed, so that a name cannot be turned round in between.

    Raises Forbidden, or OSError when the name is unknown or its server is silent.
    """
    answers = look_up(host, port, seconds)
    if not is_named(host, port) and not all(is_allowed(answer, port, ports) for answer in answers):
        raise Forbidden(f"{host}:{port} is no public server on a usual port; HELPDESK_EGRESS_ALLOW can name it")
    return answers[0]


def look_up(host: str, port: int, seconds: float) -> list[str]:
    """Every address of a name, the likeliest to answer first. The system's resolver knows no time limit, so it is asked beside us."""
    found: list[list[str] | OSError] = []

    def ask() -> None:
        try:
            found.append(list(dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))))
        except (OSError, UnicodeError) as error:
            found.append(error if isinstance(error, OSError) else socket.gaierror(socket.EAI_NONAME, "no name"))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if not found:
        raise socket.gaierror(socket.EAI_AGAIN, "the name server is silent")
    if isinstance(found[0], OSError):
        raise found[0]
    return found[0]


def is_named(host: str, port: int) -> bool:
    """Whether the operator names it."""
    return f"{host.lower()}:{port}" in current().egress_allow


def is_allowed(address: str, port: int, ports: frozenset[int] = MAIL_PORTS) -> bool:
    """Whether an address may be connected to on that port."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if f"{found}:{port}" in current().egress_allow:
        return True
    reachable = found.is_global and (found.version == 4 or found in UNICAST)
    public = reachable and not any(found in network for network in NOT_PUBLIC if network.version == found.version)
    return public and port in ports


def fetch(
    url: str, *, method: str = "GET", data: bytes | None = None, headers: Mapping[str, str] | None = None, most_bytes: int = MOST_BYTES,
) -> Answer:
    """One request, answered within FETCH_SECONDS: (status, headers by lower-case name, body). A redirect is an answer like any other;
    it is not followed. The connection goes to the address that was checked; no proxy of the environment has a part in it.

    https on port 443, or what the operator names. Raises Forbidden, or OSError: name, refused, time-out, TLS, no HTTP, too large.
    """
    end = time.monotonic() + FETCH_SECONDS
    target = read_url(url)
    line = connect(target, end)
    cut = threading.Timer(max(0.0, end - time.monotonic()), end_line, [line])
    cut.start()
    try:
        answer = ask(line, target, (method, data, {"User-Agent": "helpdesk", "Accept-Encoding": "identity", **(headers or {})}), most_bytes)
        if time.monotonic() >= end:
            raise TimeoutError  # what was read until it was cut looks whole where no length was told
        return answer
    except (OSError, ValueError, http.client.HTTPException) as error:
        if time.monotonic() >= end:
            raise TimeoutError("no whole answer in time") from error
        raise error if isinstance(error, OSError) else ConnectionError(f"no HTTP: {type(error).__name__}") from error
    finally:
        cut.cancel()
        line.close()


def tell(url: str, data: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """One POST: its status as soon as it is known, and as much of the answer as came within TELL_SECONDS and HEARD_BYTES. The rules are
    those of `fetch`; the other side has CONNECT_SECONDS to take the call. Raises Forbidden, or OSError when no status came."""
    begun = time.monotonic()
    target = read_url(url)
    line = connect(target, begun + CONNECT_SECONDS)
    cut = threading.Timer(max(0.0, begun + TELL_SECONDS - time.monotonic()), end_line, [line])
    cut.start()
    try:
        line.settimeout(TELL_SECONDS)
        response = request(line, target, ("POST", data, {"User-Agent": "helpdesk", "Accept-Encoding": "identity", **headers}))
        if time.monotonic() >= begun + TELL_SECONDS:
            raise TimeoutError  # a head that was cut off may look whole
        return response.status, heard(response)
    except (OSError, ValueError, http.client.HTTPException) as error:
        if time.monotonic() >= begun + TELL_SECONDS:
            raise TimeoutError("no answer in time") from error
        raise error if isinstance(error, OSError) else ConnectionError(f"no HTTP: {type(error).__name__}") from error
    finally:
        cut.cancel()
        line.close()


def heard(response: http.client.HTTPResponse) -> bytes:
    """What came of an answer whose status is known; how it ends makes no difference any more."""
    found = b""
    try:
        while len(found) < HEARD_BYTES and (part := response.read1(HEARD_BYTES - len(found))):
            found += part
    except (OSError, ValueError, http.client.HTTPException):
        pass  # cut off: the status was said
    return found


@dataclass(frozen=True)
class Target:
    """An address that was read: `path` with its query."""

    secure: bool
    host: str
    port: int
    path: str


def read_url(url: str) -> Target:
    """Forbidden for all but plain http and https addresses without a name and password in them; http only where the operator names it."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError as error:
        raise Forbidden("this is no web address") from error
    odd = "@" in parts.netloc or "\\" in url or any(letter < " " for letter in url)
    if odd or parts.scheme not in ("https", "http") or not (HOST.fullmatch(host) or is_ip(host)):
        raise Forbidden("this is no web address")
    secure = parts.scheme == "https"
    port = port or (443 if secure else 80)
    if not secure and not is_named(host, port):
        raise Forbidden(f"{host}:{port} is not asked without encryption; HELPDESK_EGRESS_ALLOW can name it")
    path = quote(parts.path or "/", "/%:=~+!$,;'@()*&") + (f"?{quote(parts.query, '/%:=~+!$,;@()*&?')}" if parts.query else "")
    return Target(secure, host, port, path)


def is_ip(host: str) -> bool:
    """Whether the host is an address."""
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def connect(target: Target, end: float) -> socket.socket:
    """A connection to the address that was checked, before TLS speaks."""
    address = resolve(target.host, target.port, WEB_PORTS, max(0.1, end - time.monotonic()))
    line = socket.create_connection((address, target.port), max(0.1, end - time.monotonic()))
    return tls().wrap_socket(line, server_hostname=target.host, do_handshake_on_connect=False) if target.secure else line


def ask(line: socket.socket, target: Target, asked: tuple[str, bytes | None, dict[str, str]], most_bytes: int) -> Answer:
    """The request and its answer, which is read no further than `most_bytes`."""
    response = request(line, target, asked)
    body = response.read(most_bytes + 1)
    if len(body) > most_bytes:
        raise ConnectionError("the answer is too large")
    if response.length:
        raise ConnectionError("the answer was cut short")
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def request(line: socket.socket, target: Target, asked: tuple[str, bytes | None, dict[str, str]]) -> http.client.HTTPResponse:
    """(method, data, headers) over that line; the answer up to its body."""
    if isinstance(line, ssl.SSLSocket):
        line.do_handshake()
    kind = http.client.HTTPSConnection if target.secure else http.client.HTTPConnection
    connection = kind(target.host, target.port)
    connection.sock = line  # so that it opens none of its own
    method, data, headers = asked
    connection.request(method, target.path, data, headers)
    return connection.getresponse()


def end_line(line: socket.socket) -> None:
    """Wakes whoever waits for it: the time is over, however slowly the other side goes on."""
    try:
        socket.socket.shutdown(line, socket.SHUT_RDWR)
    except OSError:
        pass  # it is closed already


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """Verifies certificates. Made once and only where it is needed: reading the machine's authorities takes longer than a mail."""
    return ssl.create_default_context()
