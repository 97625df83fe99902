"""The built assets, answered without Flask: kept by browsers for a year, because their names carry a hash of their content."""

import mimetypes
import os
import re
from pathlib import Path
from typing import Any

from helpdesk.serving.files import Send, plain, send_file

PREFIX = "/static/"
HASHED = re.compile(r"[-.][0-9A-Za-z_]{8,}\.[a-z0-9]+\Z")
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".map": "application/json",
         ".webmanifest": "application/manifest+json", ".ico": "image/x-icon"}
TEXTS = ("text/", "image/svg", "application/json")


class Statics:
    """Answers GET and HEAD below /static/ from one folder. Files beside it with .br and .gz added are its compressed twins."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    async def __call__(self, scope: dict[str, Any], send: Send) -> None:
        """One request; 404 for whatever is not an ordinary file of the folder."""
        named = dict(scope["headers"])
        path = self.find(scope["path"])
        if path is None or scope["method"] not in ("GET", "HEAD"):
            await plain(send, 404, b"Not found")
            return
        headers, etag = self.headers(path), tag(path)
        if named.get(b"if-none-match") == etag:
            await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", etag), *headers]})
            await send({"type": "http.response.body", "body": b""})
            return
        path, encoding = twin(path, named.get(b"accept-encoding", b""))
        await send_file(str(path), [*headers, (b"etag", etag), *encoding], None, scope["method"] == "HEAD", send)

    def find(self, url: str) -> Path | None:
        """The file of an address; links, dots and whatever lies outside are not found."""
        parts = url.removeprefix(PREFIX).split("/")
        if any(part.startswith(".") or not part or "\0" in part for part in parts):
            return None
        path = self.folder.joinpath(*parts)
        try:
            return path if path.is_file() and path.resolve().is_relative_to(self.folder) else None
        except OSError:
            return None

    def headers(self, path: Path) -> list[tuple[bytes, bytes]]:
        """Type, and how long it may be kept."""
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        kind += "; charset=utf-8" if kind.startswith(TEXTS) else ""
        keep = b"public, max-age=31536000, immutable" if HASHED.search(path.name) else b"no-cache"
        return [(b"content-type", kind.encode()), (b"cache-control", keep), (b"vary", b"Accept-Encoding"),
                (b"x-content-type-options", b"nosniff"), (b"cross-origin-resource-policy", b"same-origin")]


def twin(path: Path, accepted: bytes) -> tuple[Path, list[tuple[bytes, bytes]]]:
    """The file or its compressed twin, as the browser can read it, with the header that says so."""
    for ending, name in ((".br", b"br"), (".gz", b"gzip")):
        beside = Path(f"{path}{ending}")
        if name in accepted.replace(b" ", b"").split(b",") and beside.is_file():
            return beside, [(b"content-encoding", name)]
    return path, []


def tag(path: Path) -> bytes:
    """An ETag by time and size."""
    status = os.stat(path)
    return b'"%x-%x"' % (status.st_mtime_ns, status.st_size)
