"""A change on other agents' screens: 200 agents connected, five changes a second; and the list beside many streams and slow downloads."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from bench.client import Client
from bench.desk import LARGE, Desk, Grounds
from bench.pages import warm_up
from bench.results import Row, percentile
from bench.screens import Screen, Watch
from bench.seed.people import AGENTS, FIRST_AGENT, SUPERVISOR

SECONDS, A_SECOND, PAGES = 30, 5, 400
HOT = 20
"""So many tickets change, in turn; each is open on two screens."""
DOWNLOADS, FILE_BYTES, BYTES_A_SECOND = 50, 5_000_000, 8_000


def measure(grounds: Grounds) -> Iterator[Row]:
    """From the event's time, which is a moment before its commit, to the fragment on the screen."""
    for ground in ("postgresql", "sqlite"):
        with grounds.desk(ground, LARGE) as desk:
            warm_up(desk, "/tickets/rows")
            watch = asyncio.run(play(desk))
            at = desk.event_times()
        on_tickets, on_lists = ([1000 * (seen - at[event]) for event, seen in found] for found in (watch.on_tickets, watch.on_lists))
        name = f"live {ground} 200 agents, 5 changes/s:"
        yield Row(f"{name} open ticket p95", percentile(on_tickets, 0.95), "ms", 300.0, n=len(on_tickets))
        yield Row(f"{name} open ticket p50", percentile(on_tickets, 0.5), "ms", n=len(on_tickets))
        yield Row(f"{name} lists p95", percentile(on_lists, 0.95), "ms", 3000.0, n=len(on_lists))
        yield Row(f"{name} errors", len(watch.errors), "errors", 0, n=len(on_tickets) + len(on_lists))


async def play(desk: Desk) -> Watch:
    """Opens the screens, makes the changes, listens to the end."""
    watch, hot = Watch(), [8 * place + 100_001 for place in range(HOT)]
    screens = [Screen(desk.url, desk.cookie(FIRST_AGENT + place), watch, None, True) for place in range(AGENTS - 2 * HOT)]
    screens += [Screen(desk.url, desk.cookie(SUPERVISOR), watch, None, False)]
    screens += [Screen(desk.url, desk.cookie(agent), watch, number, True) for number, agent in zip(hot * 2, seers(), strict=False)]
    tasks = [asyncio.create_task(work()) for screen in screens for work in screen.tasks()]  # type: ignore[arg-type]
    for screen in screens:
        await asyncio.wait_for(screen.open.wait(), 60)
    await asyncio.to_thread(change, desk, hot)
    await asyncio.sleep(3.5)
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError, asyncio.IncompleteReadError):
            await task
    return watch


def seers() -> list[int]:
    """Agents who see inbox 2, where all the hot tickets are: one of their three teams is team 2."""
    from bench.seed.people import teams_of

    return [agent for agent in range(FIRST_AGENT, FIRST_AGENT + AGENTS) if 2 in teams_of(agent)]


def change(desk: Desk, hot: list[int]) -> None:
    """A note, a status, a priority, by turns, to one ticket after another."""
    client = desk.client(SUPERVISOR)
    kinds = [
        ("notes", "body", ["Looked at it."]),
        ("status", "status", ["pending", "open"]),
        ("priority", "priority", ["high", "low", "normal"]),
    ]
    for place in range(SECONDS * A_SECOND):
        begun = time.monotonic()
        number, (path, name, values) = hot[place % HOT], kinds[place % len(kinds)]
        fields = {name: values[place // HOT % len(values)]} | (
            {"idempotency_key": f"live-{place}", "seen_event_id": "0"} if path == "notes" else {}
        )
        client.post(f"/tickets/{number}/{path}", **fields)
        time.sleep(max(0.0, begun + 1 / A_SECOND - time.monotonic()))


def beside_streams(grounds: Grounds) -> Iterator[Row]:
    """The list alone, and with 200 idle streams and 50 downloads of somebody with a slow line."""
    for ground in ("postgresql", "sqlite"):
        with grounds.desk(ground, LARGE) as desk:
            warm_up(desk, "/tickets")
            client = desk.client(FIRST_AGENT)
            alone = list_p95(client)
            file = upload(desk)
            lines = [opened(desk, "/live", FIRST_AGENT + place) for place in range(AGENTS)]
            downloads = [opened(desk, file, SUPERVISOR) for _ in range(DOWNLOADS)]
            over = threading.Event()
            reader = threading.Thread(target=read_slowly, args=(downloads, over))
            reader.start()
            beside = list_p95(client)
            over.set()
            reader.join()
            for line in [*lines, *downloads]:
                line.close()
        yield Row(
            f"streams {ground} list p95 beside 200 streams, 50 downloads",
            beside,
            "ms",
            1.3,
            alone,
            round(beside / alone, 2),
            200,
            of_ratio=True,
        )


def list_p95(client: Client) -> float:
    """Of PAGES pages, one after another, as the client waits."""
    return percentile([client.get("/tickets").ms for _ in range(PAGES)], 0.95)


def upload(desk: Desk) -> str:
    """The address of a large file in a draft of the supervisor."""
    import json

    client = desk.client(SUPERVISOR)
    client.post("/tickets/8/draft", kind="note", body="with a file")
    edge = "----bench"
    body = (
        f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.token}\r\n--{edge}\r\n'
        f'Content-Disposition: form-data; name="kind"\r\n\r\nnote\r\n--{edge}\r\n'
        f'Content-Disposition: form-data; name="file"; filename="large.bin"\r\nContent-Type: application/octet-stream\r\n\r\n'
        f"{'x' * FILE_BYTES}\r\n--{edge}--\r\n"
    )
    answer = client.ask("POST", "/tickets/8/files", body, {"Content-Type": f"multipart/form-data; boundary={edge}"})
    return f"/attachments/{json.loads(answer.body)['id']}"


def opened(desk: Desk, path: str, agent: int) -> socket.socket:
    """A request that was sent, whose answer nobody has read yet; with a small window, as slow lines have."""
    parts = urlsplit(desk.url)
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    line.connect((parts.hostname, parts.port))
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {desk.cookie(agent)}\r\n\r\n".encode())
    return line


def read_slowly(lines: list[socket.socket], over: threading.Event) -> None:
    """A little from each, ten times a second."""
    while not over.wait(0.1):
        for line in lines:
            line.recv(BYTES_A_SECOND // 10)
