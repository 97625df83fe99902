"""Agents' screens without browsers: each holds an event stream and asks for fragments by the rules of live-ticket.js and list.js."""

import asyncio
import gzip
import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LAST = re.compile(rb'data-last-event="(\d+)"')
ROWS = re.compile(rb'data-number="(\d+)"')
LIST_PAUSE, LIST_SPREAD = 2.0, 0.6
QUIET = re.compile(r"^(note_|reply_|delivery_|subject_|priority_|ticket_tagged|ticket_untagged)")


@dataclass
class Watch:
    """What all screens saw: (event, Unix time at which it was on a screen), on open tickets and on lists."""

    on_tickets: list[tuple[int, float]] = field(default_factory=list)
    on_lists: list[tuple[int, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Screen:
    """One agent's browser: the list of all open tickets, and perhaps an open ticket."""

    def __init__(self, url: str, cookie: str, watch: Watch, ticket: int | None, lists: bool) -> None:
        parts = urlsplit(url)
        self.host, self.port, self.cookie = parts.hostname or "", parts.port or 80, cookie
        self.watch, self.ticket, self.lists = watch, ticket, lists
        self.rows: set[int] = set()
        self.ticket_dirty, self.list_waits = asyncio.Event(), asyncio.Event()
        self.since: list[int] = []
        self.hinted: list[int] = []
        self.line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.turn = asyncio.Lock()
        self.open = asyncio.Event()

    def tasks(self) -> list[Callable[[], object]]:
        """What goes on at the same time."""
        return [self.listen, *([self.keep_ticket] if self.ticket else []), *([self.keep_list] if self.lists else [])]

    async def listen(self) -> None:
        """The stream of hints."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        writer.write(self.request("/live"))
        await writer.drain()
        status = await reader.readline()
        if b" 200 " not in status:
            self.watch.errors.append(f"stream: {status!r}")
            return
        async for line in reader:
            self.open.set()
            if line.startswith(b"data: {"):
                self.take(json.loads(line[6:]))

    def take(self, hint: dict[str, object]) -> None:
        """One hint, as both scripts look at it."""
        ticket, event, kind = hint.get("ticket"), hint.get("event"), str(hint.get("kind"))
        if not isinstance(ticket, int) or not isinstance(event, int) or kind == "presence":
            return
        if ticket == self.ticket:
            self.hinted.append(event)
            self.ticket_dirty.set()
        if self.lists and (ticket in self.rows or not QUIET.match(kind)):
            self.since.append(event)
            self.list_waits.set()

    async def keep_ticket(self) -> None:
        """At once, never two at a time."""
        while True:
            await self.ticket_dirty.wait()
            self.ticket_dirty.clear()
            body = await self.fetch(f"/tickets/{self.ticket}/thread")
            found, now = LAST.search(body), time.time()
            last = int(found[1]) if found else 0
            self.watch.on_tickets += [(event, now) for event in self.hinted if event <= last]
            self.hinted = [event for event in self.hinted if event > last]

    async def keep_list(self) -> None:
        """At most once in two seconds."""
        asked = -LIST_PAUSE
        while True:
            await self.list_waits.wait()
            rest = asked + LIST_PAUSE - time.monotonic()
            await asyncio.sleep(max(0.0, rest) + random.random() * LIST_SPREAD)  # as the script does
            self.list_waits.clear()
            asked, waiting, self.since = time.monotonic(), self.since, []
            body = await self.fetch("/tickets/rows?view=open&sort=newest")
            self.rows = {int(number) for number in ROWS.findall(body)}
            self.watch.on_lists += [(event, time.time()) for event in waiting]

    async def fetch(self, path: str) -> bytes:
        """A fragment over the screen's own kept connection."""
        async with self.turn:
            if self.line is None:
                self.line = await asyncio.open_connection(self.host, self.port)
            reader, writer = self.line
            writer.write(self.request(path))
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = re.search(r"content-length: (\d+)", head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            if " 200 " not in head.partition("\r\n")[0]:
                self.watch.errors.append(f"{path}: {head.partition(chr(13))[0]}")
            return gzip.decompress(body) if "content-encoding: gzip" in head else body

    def request(self, path: str) -> bytes:
        """As the browser asks."""
        return (
            f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nCookie: {self.cookie}\r\nHX-Request: true\r\n"
            "Accept-Encoding: gzip\r\n\r\n"
        ).encode()
