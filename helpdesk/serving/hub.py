"""Hints on their way to browsers: one Redis subscription a process, each message encoded once, told to whom it concerns."""

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from helpdesk.presence import CHANNEL
from helpdesk.serving.files import Send
from helpdesk.serving.keeper import Keeper
from helpdesk.serving.streams import BEAT, Stream, Streams, event

log = logging.getLogger(__name__)
BEAT_SECONDS, REFRESH_SECONDS, PAUSE_SECONDS = 15.0, 5.0, 0.5
HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache, no-transform"),
           (b"x-accel-buffering", b"no"), (b"x-content-type-options", b"nosniff")]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Hub:
    """Holds the streams of one web process. A dead Redis only makes it silent: when it is back every page is told so, and to ask anew."""

    def __init__(self, redis_url: str) -> None:
        # no retries of its own: a lost line is news, not something to hide
        self.redis = Redis.from_url(redis_url, socket_connect_timeout=2, socket_timeout=5, retry=None, protocol=2, **watched(redis_url))
        self.streams = Streams()
        self.keeper = Keeper(self.redis)
        self.lost = False
        self.tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begins to listen. Inside the event loop."""
        self.tasks = [asyncio.create_task(work()) for work in (self.listen, self.beat, self.refresh)]

    async def stop(self) -> None:
        """Ends the streams; whoever was present through them is gone at once."""
        self.streams.end_all()
        for task in self.tasks:
            task.cancel()
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(1):
                await self.keeper.leave(list(self.keeper.shown))
                await self.redis.aclose()

    async def hold(self, topics: list[str], receive: Receive, send: Send) -> None:
        """Answers a request with a stream of these topics, until the browser goes or the stream is ended."""
        stream = self.streams.open(topics)
        gone = asyncio.create_task(wait_until_gone(receive, stream))
        stream.task = asyncio.current_task()
        if self.lost:
            stream.put(event("lost", {}))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            while (data := await stream.queue.get()) is not None:
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except asyncio.CancelledError:
            if not stream.ended:
                raise
        finally:
            gone.cancel()
            self.streams.close(stream)
            with contextlib.suppress(RedisError, OSError):
                await self.keeper.leave([stream.id])

    async def listen(self) -> None:
        """Takes messages for ever; after a lost line everybody is told to ask anew."""
        while True:
            try:
                async with self.redis.pubsub() as subscription:
                    await subscription.subscribe("live", CHANNEL)
                    async for message in subscription.listen():
                        await self.take(message)
            except (RedisError, OSError) as error:
                if not self.lost:
                    log.warning("the line to Redis is lost: %s", type(error).__name__)
                    self.streams.tell_all(event("lost", {}))
                self.lost = True
            await asyncio.sleep(PAUSE_SECONDS)

    async def take(self, message: dict[str, Any]) -> None:
        """One message of the subscription. What cannot be read is dropped: only our own processes publish."""
        if message["type"] == "subscribe" and message["data"] == 2 and self.lost:
            self.lost = False
            log.warning("the line to Redis is back")
            self.streams.tell_all(event("reset", {}))
        if message["type"] != "message":
            return
        try:
            content = json.loads(message["data"])
            await (self.take_hint(content) if message["channel"] == b"live" else self.take_presence(content))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("a message on %s was not understood: %s", message["channel"], type(error).__name__)
        except (RedisError, OSError) as error:
            log.warning("presence was not written: %s", type(error).__name__)

    async def take_hint(self, content: dict[str, Any]) -> None:
        """{"topics": [...], "hint": {...}}"""
        topics = [str(topic) for topic in content["topics"]]
        self.streams.end([topic for topic in topics if topic.startswith("end:")])
        hint = content.get("hint")
        if not isinstance(hint, dict):
            return
        if hint:
            self.streams.newest = max(self.streams.newest, hint.get("event") or 0)
            self.streams.tell([topic for topic in topics if not topic.startswith("end:")], event("hint", hint))
        if hint.get("kind") == "presence":
            await self.keeper.contradict(hint)

    async def take_presence(self, content: dict[str, Any]) -> None:
        """{"stream": id, "agent": id, "tickets": [...]}; of a stream that this process holds for that very agent."""
        stream: Stream | None = self.streams.all.get(content["stream"])
        if stream is not None and stream.agent == content["agent"] and not stream.ended:
            await self.keeper.show(stream.id, stream.agent, content["tickets"])

    async def beat(self) -> None:
        """Tells proxies that the line lives, and finds lines that do not."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self.streams.end_old()
            self.streams.tell_all(BEAT)

    async def refresh(self) -> None:
        """Keeps presence from expiring."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            with contextlib.suppress(RedisError, OSError):
                await self.keeper.refresh()


def watched(redis_url: str) -> dict[str, Any]:
    """A machine that vanished without a word is noticed by the kernel after half a minute; behind a socket file nothing vanishes."""
    if redis_url.startswith("unix:"):
        return {}
    return {"socket_keepalive": True, "socket_keepalive_options": {socket.TCP_KEEPIDLE: 15, socket.TCP_KEEPINTVL: 5, socket.TCP_KEEPCNT: 3}}


async def wait_until_gone(receive: Receive, stream: Stream) -> None:
    """Ends the stream when the browser closes its side."""
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()
