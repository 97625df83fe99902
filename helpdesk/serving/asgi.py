"""The shim between the server and Flask: every request but for assets goes to Flask first; what Flask has authorised to be a stream
or a file is then held by the event loop, because Flask's threads are few."""

from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from a2wsgi import WSGIMiddleware
from flask import Flask

from helpdesk.serving import body, statics
from helpdesk.serving.files import Headers, Send, plain, send_file
from helpdesk.serving.hub import Hub, Receive
from helpdesk.serving.layers import layered

THREADS, MOST_BYTES = 16, 64 * 1024 * 1024
TOPICS, FILE = b"x-live-topics", b"x-send-file"
EMPTY = {"type": "http.request", "body": b"", "more_body": False}


class Shim:
    """An ASGI application for one Flask application. A view answers with X-Live-Topics: inbox:1,agent:3 or with X-Send-File and an
    absolute path, percent-encoded; neither header leaves the house."""

    def __init__(self, app: Flask, hub: Hub) -> None:
        wsgi: Any = layered(app.wsgi_app)
        self.flask = WSGIMiddleware(wsgi, workers=THREADS, send_queue_size=10)
        self.hub = hub
        self.statics = statics.Statics(Path(app.root_path) / "static")
        self.bodies = body.Bodies(app.config.get("MAX_CONTENT_LENGTH") or MOST_BYTES)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"].startswith(statics.PREFIX):
            await self.statics(scope, send)
        else:
            await self.page(scope, receive, send)

    async def page(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """A request for Flask. One that says it is too large goes there without its body, so that Flask words the refusal."""
        scope = clean(scope)
        size = dict(scope["headers"]).get(b"content-length", b"0")
        if not size.isdigit() or int(size) > self.bodies.most_bytes:
            return await self.ask(scope, receive, send)
        try:
            content = await self.bodies.read(receive)
        except body.Gone:
            return None
        except body.TooSlow:
            return await plain(send, 408, b"The request came too slowly.", [(b"connection", b"close")])
        except body.Large:
            return await plain(send, 413, b"The request is too large.", [(b"connection", b"close")])
        except body.Crowded:
            return await plain(send, 503, b"Too many uploads at once: try again.", [(b"connection", b"close"), (b"retry-after", b"5")])
        length = content.seek(0, 2)
        content.seek(0)
        try:
            scope["headers"] = with_length(scope["headers"], length)
            await self.ask({**scope, "helpdesk.body": content}, receive, send)
        finally:
            self.bodies.close(content, length)

    async def ask(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Lets Flask answer, and answers in its place where it says so."""
        answer = Answer(send)
        await self.flask(scope, nothing_to_receive, answer)  # type: ignore[arg-type]
        named = dict(scope["headers"])
        if answer.topics is not None:
            await self.hub.hold(answer.topics, receive, send)
        elif answer.file is not None:
            await send_file(answer.file, answer.headers, named.get(b"range"), scope["method"] == "HEAD", send)


class Answer:
    """Takes Flask's answer: passes it on, or keeps its headers and drops its body."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.topics: list[str] | None = None
        self.file: str | None = None
        self.headers: Headers = []

    async def __call__(self, message: dict[str, Any]) -> None:
        """One message of it."""
        if message["type"] == "http.response.start":
            named = dict(message["headers"])
            self.headers = [(name, value) for name, value in message["headers"] if name not in (TOPICS, FILE)]
            if message["status"] == 200 and TOPICS in named:
                self.topics = [topic for topic in named[TOPICS].decode().split(",") if topic]
            elif message["status"] == 200 and FILE in named:
                self.file = unquote(named[FILE].decode("latin-1"))
            message = {**message, "headers": self.headers}
        if self.topics is None and self.file is None:
            await self.send(message)


async def nothing_to_receive() -> dict[str, Any]:
    """The body was read before."""
    return EMPTY


def clean(scope: dict[str, Any]) -> dict[str, Any]:
    """A scope whose headers mean to Flask what they meant to the sender: no underscores (WSGI cannot tell X_Forwarded_For from
    X-Forwarded-For), one Cookie line (HTTP/2 proxies send several; WSGI would join them by a comma), an ASCII query."""
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name and name != b"cookie"]
    cookies = [value for name, value in scope["headers"] if name == b"cookie"]
    if cookies:
        headers.append((b"cookie", b"; ".join(cookies)))
    query = scope["query_string"]
    if not query.isascii():
        query = quote(query, safe="".join(map(chr, range(33, 127)))).encode()
    return {**scope, "headers": headers, "query_string": query}


def with_length(headers: Headers, length: int) -> Headers:
    """A body that came in chunks has its length now: WSGI reads none without one."""
    kept = [(name, value) for name, value in headers if name not in (b"content-length", b"transfer-encoding")]
    return [*kept, (b"content-length", str(length).encode())] if length or len(kept) != len(headers) else kept
