"""The event streams of one web process: who listens to what, in bounded queues."""

import asyncio
import json
import random
import secrets
import time
from typing import Any

LONGEST_QUEUE, MOST_OF_AN_AGENT, LIFE_SECONDS = 100, 30, 600.0
BEAT = b": beat\n\n"


def event(name: str, data: Any) -> bytes:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


class Stream:
    """One browser's stream. `agent` is taken from its topic agent:ID; it listens to end:agent:ID too."""

    __slots__ = ("agent", "born", "ended", "id", "life", "queue", "task", "topics")

    def __init__(self, topics: list[str], newest: int = 0) -> None:
        self.id = secrets.token_urlsafe(12)
        self.agent = next((int(topic[6:]) for topic in topics if topic.startswith("agent:") and topic[6:].isdigit()), 0)
        self.topics = frozenset([*topics, f"end:agent:{self.agent}"])
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None
        self.ended = False
        self.born = time.monotonic()
        self.life = LIFE_SECONDS * random.uniform(0.8, 1)  # noqa: S311  not all of them at once
        self.put(f"retry: {random.randint(1000, 4000)}\n".encode() + event("hello", {"stream": self.id, "newest": newest}))  # noqa: S311

    def put(self, data: bytes) -> None:
        """Queues data. A reader who does not keep up is ended: he comes back and asks for everything anew."""
        if self.ended:
            return
        if self.queue.qsize() >= LONGEST_QUEUE:
            self.end()
            if self.task:
                self.task.cancel()  # it waits for a reader who does not read
            return
        self.queue.put_nowait(data)

    def end(self) -> None:
        """No more after what is queued."""
        self.ended = True
        self.queue.put_nowait(None)


class Streams:
    """All of them, found by topic."""

    def __init__(self) -> None:
        self.all: dict[str, Stream] = {}
        self.by_topic: dict[str, set[Stream]] = {}
        self.newest = 0  # of all events that were told: who comes later hears at once that there were such

    def open(self, topics: list[str]) -> Stream:
        """A new stream of these topics. The oldest of an agent who has too many is ended."""
        stream = Stream(topics, self.newest)
        of_agent = list(self.by_topic.get(f"end:agent:{stream.agent}", ()))
        if len(of_agent) >= MOST_OF_AN_AGENT:
            min(of_agent, key=lambda other: other.born).end()
        self.all[stream.id] = stream
        for topic in stream.topics:
            self.by_topic.setdefault(topic, set()).add(stream)
        return stream

    def close(self, stream: Stream) -> None:
        """Forgets it."""
        self.all.pop(stream.id, None)
        for topic in stream.topics:
            listeners = self.by_topic.get(topic, set())
            listeners.discard(stream)
            if not listeners:
                self.by_topic.pop(topic, None)

    def tell(self, topics: list[str], data: bytes) -> None:
        """Each listener once, however many of the topics it listens to."""
        for stream in set().union(*(self.by_topic.get(topic, ()) for topic in topics)):
            stream.put(data)

    def tell_all(self, data: bytes) -> None:
        """Everybody."""
        for stream in list(self.all.values()):
            stream.put(data)

    def end(self, topics: list[str]) -> None:
        """Ends the listeners of topics that begin with end:."""
        for topic in topics:
            for stream in list(self.by_topic.get(topic, ())):
                stream.end()

    def end_old(self) -> None:
        """A stream outlives a lost right only so long: a new one is asked for through Flask."""
        for stream in list(self.all.values()):
            if time.monotonic() - stream.born > stream.life:
                stream.end()

    def end_all(self) -> None:
        """The process ends."""
        for stream in list(self.all.values()):
            stream.end()
