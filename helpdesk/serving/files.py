"""Files sent by the event loop: a slow reader holds a buffer, not one of the application's few threads."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from typing import Any

Headers = list[tuple[bytes, bytes]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
CHUNK = 128 * 1024
RANGE = re.compile(rb"bytes=(\d*)-(\d*)\Z")


async def send_file(path: str, headers: Headers, asked: bytes | None, head: bool, send: Send) -> None:
    """Answers with the file's bytes and the headers that the view gave; `asked` is the Range header (RFC 9110 §14: one range,
    anything else is answered whole). 404 when the file is gone."""
    try:
        descriptor = await asyncio.to_thread(os.open, path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return await plain(send, 404, b"Not found")
    try:
        size = os.fstat(descriptor).st_size
        part = wanted(asked, size)
        if part is None:
            return await plain(send, 416, b"", [(b"content-range", b"bytes */%d" % size)])
        await start(part, size, headers, send)
        await pour(descriptor, range(0) if head else part, send)
    finally:
        os.close(descriptor)


def wanted(asked: bytes | None, size: int) -> range | None:
    """The bytes to send; None when the range lies outside the file."""
    match = RANGE.match(asked or b"")
    if not match or match.groups() == (b"", b"") or any(len(number) > 18 for number in match.groups()):
        return range(size)
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size) if int(last) and size else None
    if int(first) >= size or (last and int(last) < int(first)):
        return None if int(first) >= size else range(size)
    return range(int(first), min(int(last) + 1 if last else size, size))


async def start(part: range, size: int, headers: Headers, send: Send) -> None:
    """Status and headers: 206 for a part, 200 for the whole."""
    partial = len(part) != size
    headers = [(name, value) for name, value in headers if name not in (b"content-length", b"accept-ranges", b"content-range")]
    headers += [(b"content-length", str(len(part)).encode()), (b"accept-ranges", b"bytes")]
    if partial:
        headers.append((b"content-range", b"bytes %d-%d/%d" % (part.start, part.stop - 1, size)))
    await send({"type": "http.response.start", "status": 206 if partial else 200, "headers": headers})


async def pour(descriptor: int, part: range, send: Send) -> None:
    """Chunk by chunk; the next is read when the reader has taken the last."""
    position = part.start
    while position < part.stop:
        chunk = await asyncio.to_thread(os.pread, descriptor, min(CHUNK, part.stop - position), position)
        if not chunk:
            break  # it became shorter meanwhile
        position += len(chunk)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def plain(send: Send, status: int, body: bytes, headers: Headers | None = None) -> None:
    """A short answer in plain text."""
    await send({"type": "http.response.start", "status": status, "headers": [
        *(headers or []), (b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": body})
