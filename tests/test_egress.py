"""Where the desk may connect to: nothing that stands beside it (safety S22, F8)."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from helpdesk import egress
from tests.dovecot import make_certificate
from tests.mail_server import context_of

INSIDE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",
    "100.64.0.1",
    "192.0.0.192",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001::1",
    "ff02::1",
    "64:ff9b:1::1",
    "::127.0.0.1",
    "::7f00:1",
    "::ffff:0:127.0.0.1",
    "fec0::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "192.88.99.1",
    "240.0.0.1",
]
SPELT = ["localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1"]


def test_only_public_addresses_and_mail_ports(app: Any) -> None:
    assert [address for address in INSIDE if egress.is_allowed(address, 25)] == []
    assert [address for address in ("8.8.8.8", "2a00:1450::1", "::ffff:8.8.8.8") if not egress.is_allowed(address, 587)] == []
    assert [port for port in (22, 80, 443, 5432, 6379, 0, 65535) if egress.is_allowed("8.8.8.8", port)] == []
    for host in SPELT:
        with pytest.raises((egress.Forbidden, OSError)):
            egress.resolve(host, 25)


def test_the_operator_may_name_one_door_and_no_other(app: Any) -> None:
    app.extensions["helpdesk"] = replace(app.extensions["helpdesk"], egress_allow=("127.0.0.1:2525", "mail.internal:25"))
    assert egress.resolve("127.0.0.1", 2525) == "127.0.0.1"
    assert egress.resolve("2130706433", 2525) == "127.0.0.1"
    for host, port in (("127.0.0.1", 2526), ("127.0.0.1", 25), ("127.0.0.2", 2525), ("::1", 2525)):
        with pytest.raises(egress.Forbidden):
            egress.resolve(host, port)


@contextmanager
def door(answer: bytes = b"", seconds: float = 0.0, context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """A server on the loopback that says this to everybody, a byte at a time where `seconds` pass between them: its port, what came."""
    came: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                line, _peer = listener.accept()
                came.append(b"")
                line = context.wrap_socket(line, server_side=True) if context else line
                while b"\r\n\r\n" not in came[-1] or (came[-1].startswith(b"POST") and not came[-1].endswith(b"a=1")):
                    came[-1] += (part := line.recv(65536))
                    if not part:
                        break
                for part in [answer[place : place + 1] for place in range(len(answer))] if seconds else [answer]:
                    line.sendall(part)
                    time.sleep(seconds)
                line.close()
            except OSError:
                if listener.fileno() < 0:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield int(listener.getsockname()[1]), came
        listener.shutdown(socket.SHUT_RDWR)


def allow(app: Any, *doors: str) -> None:
    app.extensions["helpdesk"] = replace(app.extensions["helpdesk"], egress_allow=doors)


FINE = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 5\r\n\r\nhello"
NO_ADDRESS = [
    "", "x", "//example.com/", "ftp://example.com/", "unix:/run/redis.sock", "file:///etc/passwd", "gopher://127.0.0.1/", "https://",
    "https://a@127.0.0.1/", "https://user:word@example.com/", "https://example.com\\@127.0.0.1/", "https://exa mple.com/", "https://[::1/",
    "https://example.com:99999/", "https://example.com/a\r\nHost: b", "javascript:alert(1)", "https://_/", "https://1.2.3.4.5.6.7.8..9/",
]  # fmt: skip


def test_no_address_leads_beside_us(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every spelling of this machine, its neighbours and the cloud's own server; a proxy of the environment would not be asked either."""
    inside = [*(f"[{one}]" if ":" in one else one for one in INSIDE if "%" not in one), *SPELT, "localhost.", "127。0。0。1", "①27.0.0.1"]
    with door(FINE) as (port, came), door(FINE) as (other, _more):
        for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        allow(app, f"127.0.0.1:{other}")
        for url in [*NO_ADDRESS, *(f"{scheme}://{host}:{port}/" for host in inside for scheme in ("http", "https"))]:
            with pytest.raises((egress.Forbidden, OSError)):
                egress.fetch(url)
        assert came == []
        for url in ("http://8.8.8.8:443/", "https://8.8.8.8:25/"):
            with pytest.raises(egress.Forbidden):
                egress.fetch(url)
        assert egress.fetch(f"http://127.0.0.1:{other}/a b?x=é")[0] == 200


def test_what_is_no_address(app: Any) -> None:
    for url in NO_ADDRESS:
        with pytest.raises(egress.Forbidden):
            egress.read_url(url)


def test_a_name_cannot_be_turned_round(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked up once, and all its answers must be allowed."""
    asked: list[str] = []

    def answers(*addresses: str) -> Callable[..., Any]:
        def lookup(host: str, port: int, *more: Any, **named: Any) -> Any:
            if host == addresses[0]:
                return real(host, port, *more, **named)
            asked.append(host)
            told = addresses if len(asked) < 2 else ("127.0.0.1",)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in told]

        return lookup

    real = socket.getaddrinfo
    for addresses in (["8.8.8.8", "127.0.0.1"], ["169.254.169.254"]):
        asked.clear()
        monkeypatch.setattr(socket, "getaddrinfo", answers(*addresses))
        with pytest.raises(egress.Forbidden):
            egress.fetch("https://metadata.google.internal/")
    asked.clear()
    monkeypatch.setattr(socket, "getaddrinfo", answers("8.8.8.8"))
    with pytest.raises(PermissionError, match=r"8\.8\.8\.8"):  # the test's own guard: this is where it went, and nowhere else
        egress.fetch("https://turned.example.com/")
    assert asked == ["turned.example.com"]


def test_what_is_fetched(app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_certificate(tmp_path)
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with door(FINE, context=context_of(tmp_path)) as (port, came), door(moved) as (other, _more):
        allow(app, f"localhost:{port}", f"127.0.0.1:{other}")
        url = f"https://localhost:{port}/path?a=b#c"
        egress.tls.cache_clear()
        with pytest.raises(ssl.SSLError):
            egress.fetch(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        egress.tls.cache_clear()
        status, headers, body = egress.fetch(url, method="POST", data=b"a=1", headers={"Content-Type": "x/y"})
        assert (status, headers["content-type"], body) == (200, "image/png", b"hello")
        head = came[-1].split(b"\r\n\r\n")[0].decode().split("\r\n")
        assert head[0] == "POST /path?a=b HTTP/1.1"
        assert {f"Host: localhost:{port}", "Content-Type: x/y", "Accept-Encoding: identity", "Content-Length: 3"} <= set(head)
        assert egress.fetch(f"http://127.0.0.1:{other}/")[::2] == (302, b"")
    egress.tls.cache_clear()


def test_no_answer_is_waited_for_long_or_kept_large(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "FETCH_SECONDS", 0.5)
    head = b"HTTP/1.1 200 OK\r\n"
    cases: list[tuple[bytes, float, type[Exception]]] = [
        (FINE, 0.2, TimeoutError), (head + b"\r\n" + b"x" * 400, 0.015, TimeoutError), (b"", 9, TimeoutError),
        (head + b"Content-Length: 9\r\n\r\nshort", 0, ConnectionError), (b"220 mail.example.com\r\n", 0, ConnectionError),
        (head + b"\r\n" + b"x" * 2000, 0, ConnectionError), (head + b"X: y\r\n" * 5000 + b"\r\n", 0, ConnectionError),
        (head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 0, ConnectionError),
    ]  # fmt: skip
    for answer, seconds, expected in cases:
        with door(answer or b"x", seconds) as (port, _came):
            allow(app, f"127.0.0.1:{port}")
            begun = time.monotonic()
            with pytest.raises(expected):
                egress.fetch(f"http://127.0.0.1:{port}/", most_bytes=1000)
            assert time.monotonic() - begun < 8, answer[:60]


def test_an_answer_is_heard_no_further_than_its_limit(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its status is known whatever follows; before that the time is short. A redirect is an answer."""
    monkeypatch.setattr(egress, "TELL_SECONDS", 0.6)
    head = b"HTTP/1.1 200 OK\r\n"
    cases: list[tuple[bytes, float, int | type[Exception]]] = [
        (head + b"\r\n" + b"x" * 10 * egress.HEARD_BYTES, 0, egress.HEARD_BYTES), (head + b"Content-Length: 9\r\n\r\nshort", 0, 5),
        (head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 0, 0), (FINE, 0.05, TimeoutError), (b"220 mail\r\n", 0, ConnectionError),
        (b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n", 0, 0),
    ]  # fmt: skip
    for answer, seconds, expected in cases:
        with door(answer, seconds) as (port, came):
            allow(app, f"127.0.0.1:{port}")
            if isinstance(expected, int):
                status, said = egress.tell(f"http://127.0.0.1:{port}/", b"a=1", {})
                assert (status, len(said)) == (302 if b"302" in answer else 200, expected), answer[:60]
            else:
                with pytest.raises(expected):
                    egress.tell(f"http://127.0.0.1:{port}/", b"a=1", {})
            assert came[0].startswith(b"POST / HTTP/1.1\r\n")
    allow(app)
    for url in ("http://127.0.0.1:80/", "https://127.0.0.1/", "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/"):
        with pytest.raises(egress.Forbidden):
            egress.tell(url, b"", {})


def test_a_silent_name_server_is_not_waited_for(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(20) and [])
    begun = time.monotonic()
    with pytest.raises(socket.gaierror):
        egress.resolve("slow.example.com", 443, seconds=0.2)
    assert time.monotonic() - begun < 10
    over.set()
