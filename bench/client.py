"""A browser without a screen: one kept connection, one agent's cookie, and the time each answer took."""

import http.client
import re
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

TOKEN = re.compile(rb'name="csrf-token" content="([^"]+)"')
TIMING = re.compile(r"app;dur=([0-9.]+)")


@dataclass(frozen=True)
class Answer:
    """`ms` is what the client waited, `server_ms` what the server says (Server-Timing)."""

    status: int
    ms: float
    server_ms: float
    body: bytes
    headers: dict[str, str]


class Client:
    """`cookie` as a Cookie header has it."""

    def __init__(self, url: str, cookie: str = "") -> None:
        parts = urlsplit(url)
        self.line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self.cookie, self.token = cookie, ""

    def get(self, path: str, **headers: str) -> Answer:
        """One page; anything but 200 is an error."""
        return self.ask("GET", path, None, {name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, **fields: str | list[str]) -> Answer:
        """A form, with the token of the page that was read before."""
        if not self.token:
            found = TOKEN.search(self.get("/tickets").body)
            self.token = found[1].decode() if found else ""
        body = urlencode(fields | {"csrf_token": self.token}, doseq=True)
        return self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"})

    def ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        """Sends, reads, and looks at the clock."""
        begun = time.perf_counter()
        self.line.request(
            method,
            path,
            body,
            {"Cookie": self.cookie, "Accept-Encoding": "gzip", **headers} if method == "GET" else {"Cookie": self.cookie, **headers},
        )
        found = self.line.getresponse()
        content = found.read()
        ms = (time.perf_counter() - begun) * 1000
        named = {name.lower(): value for name, value in found.getheaders()}
        if found.status not in (200, 204, 303):
            raise RuntimeError(f"{method} {path}: {found.status} {content[:500]!r}")
        self.cookie = named.get("set-cookie", self.cookie).partition(";")[0]
        timing = TIMING.search(named.get("server-timing", ""))
        if named.get("content-encoding") == "gzip":
            import gzip

            content = gzip.decompress(content)
        return Answer(found.status, ms, float(timing[1]) if timing else 0.0, content, named)
