"""The web process: uvicorn on the supervisor's socket, with the shim and the hub."""

import asyncio
import resource
import socket

import uvicorn
from flask import Flask
from uvicorn.protocols.http.h11_impl import H11Protocol

from helpdesk.serving.asgi import Shim
from helpdesk.serving.hub import Hub

HEADER_SECONDS, GRACE_SECONDS, MOST_CONNECTIONS = 15.0, 2, 4000
KEEP_ALIVE_SECONDS = 75
"""Longer than a proxy keeps its line to us (nginx: 60), or it would now and then send a request into a line that we close."""


def serve(app: Flask, listener: socket.socket) -> None:
    """Answers until SIGTERM."""
    allow_many_files()
    hub = Hub(app.config["REDIS_URL"])
    Server(configuration(Shim(app, hub)), hub).run(sockets=[listener])


def configuration(shim: Shim) -> uvicorn.Config:
    """No trust in X-Forwarded-* here: ProxyFix in the application knows how many proxies there are. Lines of logs are the application's."""
    return uvicorn.Config(
        shim, loop="asyncio", http=Impatient, ws="none", lifespan="off", interface="asgi3", log_config=None, access_log=False,
        proxy_headers=False, server_header=False, limit_concurrency=MOST_CONNECTIONS, timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS, h11_max_incomplete_event_size=32 * 1024,
    )


class Server(uvicorn.Server):
    """Starts and ends the hub with the server."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self.hub = hub

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """The hub listens before the first request."""
        self.hub.start()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams first: uvicorn waits for open connections, and theirs would stay open."""
        await self.hub.stop()
        await super().shutdown(sockets)


class Impatient(H11Protocol):
    """Closes a connection whose request headers are not whole after HEADER_SECONDS; uvicorn itself waits for ever."""

    patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.wait_for_headers()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.wait_for_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.stop_waiting()

    def wait_for_headers(self) -> None:
        """Counts from the first byte of a request on, as long as no request is under way."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.stop_waiting()
        elif self.patience is None:
            self.patience = self.loop.call_later(HEADER_SECONDS, self.give_up)

    def stop_waiting(self) -> None:
        """The headers are there, or nobody is."""
        if self.patience is not None:
            self.patience.cancel()
            self.patience = None

    def give_up(self) -> None:
        """Without a word: whoever does this is not a browser."""
        self.patience = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


def allow_many_files() -> None:
    """A stream is an open file; the usual limit is 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
