"""What lies between Flask and any server: the time the application took, and compressed pages."""

import os
import time
import zlib
from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
LEAST_BYTES, LEVEL = 1000, 3
COMPRESSED = ("text/html", "application/json", "image/svg+xml", "text/plain")


def layered(app: Wsgi) -> Wsgi:
    """Wraps a WSGI application: Server-Timing on every answer, gzip where the browser takes it and the body is whole."""

    def call(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun = time.perf_counter()
        if (body := environ.get("asgi.scope", {}).get("helpdesk.body")) is not None:
            environ["wsgi.input"] = body
        started: list[Any] = []

        def start(*args: Any) -> Callable[[bytes], None]:
            started.append(args)
            return no_write

        chunks = app(environ, start)
        status, headers, *rest = started[-1]
        headers = list(headers)
        if fit(environ, status, headers):
            chunks = [compressed(whole(chunks), headers)]
        headers.append(("Server-Timing", f"app;dur={(time.perf_counter() - begun) * 1000:.1f}"))
        start_response(status, headers, *rest)
        return chunks

    return call


def no_write(_data: bytes) -> None:
    """WSGI's old way of answering; Flask does not use it."""
    raise RuntimeError("write() is not supported")


def fit(environ: Environ, status: str, headers: list[tuple[str, str]]) -> bool:
    """Whether compressing is possible and worth it."""
    named = {name.lower(): value for name, value in headers}
    return (
        "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") and environ["REQUEST_METHOD"] != "HEAD" and status[:3] == "200"
        and named.get("content-type", "").partition(";")[0] in COMPRESSED
        and int(named.get("content-length", 0)) >= LEAST_BYTES
        and not {"content-encoding", "x-live-topics", "x-send-file", "etag"} & named.keys()
    )


def whole(chunks: Iterable[bytes]) -> bytes:
    """The body; its iterable is closed, as WSGI asks."""
    try:
        return b"".join(chunks)
    finally:
        getattr(chunks, "close", lambda: None)()


def compressed(body: bytes, headers: list[tuple[str, str]]) -> bytes:
    """The body as gzip (RFC 1952), its headers changed to match.

    The header carries a file name of random length, so that the size of a page does not tell whether a guess that was put into
    it repeats a secret of the page (the BREACH attack).
    """
    noise = os.urandom(1)[0] % 40
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = b"".join((
        b"\x1f\x8b\x08\x08\0\0\0\0\0\xff", b"x" * noise, b"\0", packer.compress(body), packer.flush(),
        zlib.crc32(body).to_bytes(4, "little"), (len(body) & 0xFFFFFFFF).to_bytes(4, "little"),
    ))
    vary = [value for name, value in headers if name.lower() == "vary"]
    headers[:] = [(name, value) for name, value in headers if name.lower() not in ("vary", "content-length")]
    headers += [("Content-Encoding", "gzip"), ("Content-Length", str(len(packed))), ("Vary", ", ".join([*vary, "Accept-Encoding"]))]
    return packed
