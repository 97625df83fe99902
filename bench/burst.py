"""10,000 mails at once while eight agents work: how long until all are tickets, how the list feels meanwhile, what the workers hold. The
senders are processes of their own, which have made their mails before: who measures an agent's wait must not keep him waiting."""

import os
import random
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg

from bench.client import Client
from bench.desk import LARGE, Desk, Grounds
from bench.intake import mail
from bench.pages import warm_up
from bench.results import Row, percentile
from bench.seed.people import FIRST_AGENT, SUPERVISOR

MAILS, SENDERS, AGENTS = 10_000, 2, 8
THINK_SECONDS, LOOK_SECONDS, MOST_SECONDS = 0.5, 0.5, 600.0
MEGABYTE = 2**20
INBOX = "inbox1@example.com"


def measure(grounds: Grounds) -> Iterator[Row]:
    """On PostgreSQL with 200,000 tickets."""
    with grounds.desk("postgresql", LARGE) as desk:
        warm_up(desk, "/tickets")
        last, burst = newest(desk), Burst(desk)
        begun = time.monotonic()
        burst.begin()
        while (left := MAILS - arrived(desk, last)) > 0 and time.monotonic() - begun < MOST_SECONDS:
            burst.weigh()
            time.sleep(LOOK_SECONDS)
        seconds = time.monotonic() - begun
        burst.end()
    yield Row("burst 10,000 mails until all are tickets", round(seconds, 1), "s", MOST_SECONDS, n=MAILS)
    yield Row("burst mails that are missing", max(0, left), "mails", 0, n=MAILS)
    yield Row("burst 8 agents at work, list p95", percentile(burst.lists, 0.95), "ms", 100.0, n=len(burst.lists))
    yield Row("burst 8 agents at work, notes p95", percentile(burst.notes, 0.95), "ms", n=len(burst.notes))
    for part in ("worker", "parser"):
        yield Row(f"burst memory of the {part}", round(burst.heaviest.get(part, 0) / MEGABYTE), "MB", 200.0)


def newest(desk: Desk) -> int:
    """The number of the last message that there is."""
    return ask(desk, "SELECT max(id) FROM message")


def arrived(desk: Desk, last: int) -> int:
    """How many mails are messages since that one: few rows are looked at, for whoever measures must not be the load."""
    return ask(desk, "SELECT count(*) FROM message WHERE raw_message_id IS NOT NULL AND id > %s", last)


def ask(desk: Desk, question: LiteralString, *values: int) -> int:
    """A number."""
    with psycopg.connect(desk.environment["HELPDESK_DATABASE_URL"]) as line:
        row = line.execute(question, values).fetchone()
    return int(row[0]) if row else 0


class Burst:
    """Those who send and those who work; `lists` and `notes` in ms, `heaviest` in bytes by part."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.over = desk, threading.Event()
        self.lists: list[float] = []
        self.notes: list[float] = []
        self.heaviest: dict[str, int] = {}
        door = desk.product.said("practice smtp") or ""
        self.senders = [sender(door, place) for place in range(SENDERS)]
        self.threads = [threading.Thread(target=self.work, args=(place,)) for place in range(AGENTS)]

    def begin(self) -> None:
        """All at once, when the mails are made."""
        for each in self.senders:
            assert each.stdout
            each.stdout.readline()
        for each in self.senders:
            assert each.stdin
            each.stdin.write("go\n")
            each.stdin.flush()
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        """When everything has arrived."""
        self.over.set()
        for thread in self.threads:
            thread.join()
        for each in self.senders:
            each.kill()
            each.communicate()

    def work(self, agent: int) -> None:
        """The list again and again, now and then a note. Each thinks as long as he likes: eight in step would wait for each other alone."""
        client: Client = self.desk.client(SUPERVISOR if agent == 0 else FIRST_AGENT + agent)
        turn, thinks = 0, random.Random(agent)
        while not self.over.wait(thinks.uniform(0.5, 1.5) * THINK_SECONDS):
            self.lists.append(client.get("/tickets").ms)
            turn += 1
            if agent == 0 and turn % 5 == 0:
                note = {"body": "Looked at it.", "idempotency_key": uuid4().hex, "seen_event_id": "0"}
                self.notes.append(client.post(f"/tickets/{8 * turn}/notes", **note).ms)

    def weigh(self) -> None:
        """What the workers and their parsers hold at this moment (RSS)."""
        workers = [self.desk.product.child(name) for name in ("worker-1", "worker-2")]
        parsers = [pid for worker in workers for pid in children(worker)]
        for part, pids in (("worker", workers), ("parser", parsers)):
            self.heaviest[part] = max([self.heaviest.get(part, 0), *map(resident, pids)])


def sender(door: str, place: int) -> "subprocess.Popen[str]":
    """A mail server that was away and now has its share of the mails for us."""
    command = [sys.executable, "-m", "bench.burst", door, str(place)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def send(door: str, first: int) -> None:
    """Makes its mails, waits for the word, and hands them over by one connection. It stands for another machine: it gets what processor
    time ours leaves."""
    os.nice(19)
    host, _, port = door.rpartition(":")
    mails = {place: mail(place).replace(b"support@example.com", INBOX.encode()) for place in range(first, MAILS, SENDERS)}
    print("ready", flush=True)
    sys.stdin.readline()
    with smtplib.SMTP(host, int(port), timeout=60) as line:
        for place, content in mails.items():
            line.sendmail(f"customer{place}@example.net", [INBOX], content)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    with suppress(OSError):
        return [int(each) for path in Path(f"/proc/{pid}/task").glob("*/children") for each in path.read_text().split()]
    return []


def resident(pid: int) -> int:
    """Bytes of memory in use; 0 when it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    send(sys.argv[1], int(sys.argv[2]))
