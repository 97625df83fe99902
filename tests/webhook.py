"""A web address that is told things: it keeps them, and answers as a test says."""

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HUGE = 10 * 2**20


@dataclass(frozen=True)
class Call:
    """What came, byte by byte, and when it came and was answered (monotonic seconds)."""

    path: str
    headers: dict[str, str]
    body: bytes
    began: float
    ended: float

    @property
    def json(self) -> dict[str, Any]:
        """The body, read."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class Hook:
    """`told` are the JSON objects that came by POST; each is answered with `status`. `modes` are how the next ones are answered, one after
    another and the last for ever: a status, "hang", "drip" (a head, letter by letter), "drip_body", "huge", "close", "redirect:URL".
    `journal` has all calls, `most_at_once` how many came at the same time."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.journal: list[Call] = []
        self.status = 204
        self.modes: list[int | str] = []
        self.slow = 0.0
        self.most_at_once = self.at_once = 0
        self.lock, self.over = threading.Lock(), threading.Event()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                began = time.monotonic()
                with hook.lock:
                    hook.at_once += 1
                    hook.most_at_once = max(hook.most_at_once, hook.at_once)
                    mode = (hook.modes.pop(0) if len(hook.modes) > 1 else hook.modes[0]) if hook.modes else hook.status
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.told.append(json.loads(body))
                hook.over.wait(hook.slow)
                with hook.lock:
                    hook.at_once -= 1
                    hook.journal.append(Call(self.path, dict(self.headers), body, began, time.monotonic()))
                hook.answer(self, mode)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # whoever hangs up is no news
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/alarm"

    def answer(self, line: BaseHTTPRequestHandler, mode: int | str) -> None:
        """As the mode says."""
        line.close_connection = True
        if mode == "hang":
            self.over.wait(60)
        elif mode == "close":
            line.connection.close()
        elif mode in ("drip", "drip_body"):
            self.drip(line, 0 if mode == "drip" else 19)
        elif isinstance(mode, str) and mode.startswith("redirect:"):
            line.send_response(302)
            line.send_header("Location", mode.removeprefix("redirect:"))
            line.end_headers()
        else:
            line.send_response(200 if mode == "huge" else int(mode))
            line.end_headers()
            line.wfile.write(b"x" * HUGE if mode == "huge" else b"said <b>so</b>\r\n\x00twice")

    def drip(self, line: BaseHTTPRequestHandler, at_once: int) -> None:
        """An answer of which every letter takes its time."""
        text = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000
        line.wfile.write(text[:at_once])
        for place in range(at_once, len(text)):
            if self.over.wait(0.1):
                return
            line.wfile.write(text[place : place + 1])

    def end(self) -> None:
        """Nothing is answered any more."""
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
