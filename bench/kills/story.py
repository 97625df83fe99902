"""The story: round after round the product runs with one crash point, customers write, an agent answers; at the end all is settled."""

import json
import os
import re
import signal
import sqlite3
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bench.kills.oracle import Verdict, judge, undone
from bench.kills.people import Agent, Customers, Together, ask
from bench.kills.sink import Sink
from tests.journeys.product import Product
from tests.servers import until

LEASE_SECONDS = 16 * 60
SETTLE_SECONDS, STILL_SECONDS = 90.0, 5.0
SAID = re.compile(r"^crash point (\S+)$", re.M)


@dataclass
class Outcome:
    """`kills` by point; `under_way`: those at whose moment something waited to be done; `hidden`: uncertain answers no page shows."""

    verdict: Verdict
    kills: dict[str, int] = field(default_factory=dict)
    under_way: int = 0
    mails: int = 0
    answers: int = 0
    hidden: int = 0


class Story:
    """One desk in one folder; the product is started anew for each round, the clock is moved by hand."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self.folder, self.command = folder, command
        self.file, self.clock = folder / "data" / "helpdesk.db", folder / "time"
        self.customers, self.agent = Customers(), Agent()
        self.kills: dict[str, int] = {}
        self.under_way = 0
        self.clock.write_text(datetime.now().astimezone().isoformat())

    def run(self, points: list[tuple[str, int]], mails: int, answers: int, kills_a_round: int) -> Outcome:
        """`points`: (name, at which pass). Mails and answers are spread over the rounds."""
        with Sink() as sink:
            self.set_up(sink.port)
            for place, (point, passes) in enumerate(points):
                share = [total * (place + 1) // len(points) - total * place // len(points) for total in (mails, answers)]
                self.round(f"{point}:{passes}", sink.port, share[0], share[1], kills_a_round)
            hidden = self.settle(sink.port)
            verdict = judge(self.file, self.customers.accepted, self.agent.accepted, sink.taken)
        verdict_hidden = sum(1 for answer in verdict.uncertain if answer not in hidden)
        return Outcome(verdict, self.kills, self.under_way, len(self.customers.accepted), len(self.agent.accepted), verdict_hidden)

    def start(self, sink: int, crash: str = "") -> Product:
        """The product, with a crash point or without."""
        settings = {"HELPDESK_TESTING": "1", "HELPDESK_TEST_CLOCK": str(self.clock), "HELPDESK_EGRESS_ALLOW": f"127.0.0.1:{sink}"}
        product = Product(self.folder, self.command, settings | ({"HELPDESK_TEST_CRASH": crash} if crash else {}))
        return product.wait_until_ready()

    def set_up(self, sink: int) -> None:
        """The demo desk, whose inboxes send to the sink from now on; the agent signs in."""
        product = self.start(sink)
        self.agent.sign_in(product.url)
        end(product)
        with sqlite3.connect(self.file) as line:
            line.execute("UPDATE inbox SET smtp = ?", (json.dumps({"host": "127.0.0.1", "port": sink, "security": "none"}),))
        line.close()

    def round(self, crash: str, sink: int, mails: int, answers: int, most: int) -> None:
        """Work comes in while a point kills; over when everything was taken and enough was killed, or nothing moves any more."""
        product = self.start(sink, crash)
        post, url = product.said("practice smtp") or "", product.url
        people = Together(lambda: self.customers.send(post, mails), lambda: self.agent.write(url, answers))
        seen, still, last = 0, time.monotonic(), {}
        while people.going_on() or (seen < most and time.monotonic() - still < STILL_SECONDS):
            self.move_clock(1)  # five times as fast as a clock on the wall: undo windows end, leases do not
            time.sleep(0.2)
            waiting, killed = undone(self.file), len(SAID.findall(product.log.read_text(errors="replace")))
            if killed > seen or waiting != last:
                still, last = time.monotonic(), waiting
            self.under_way += (killed - seen) if waiting or people.going_on() else 0
            seen = killed
        self.kills[crash.partition(":")[0]] = self.kills.get(crash.partition(":")[0], 0) + seen
        end(product)
        self.move_clock(LEASE_SECONDS)

    def settle(self, sink: int) -> set[tuple[int, int]]:
        """Runs without crashes until nothing waits; answers the uncertain answers that their tickets' pages show."""
        product = self.start(sink)
        limit = time.monotonic() + SETTLE_SECONDS
        while (waiting := undone(self.file)) and time.monotonic() < limit:
            self.move_clock(LEASE_SECONDS)
            time.sleep(0.3)
        shown = self.shown_as_uncertain(product.url)
        end(product)
        if waiting:
            print(f"  still waiting after {SETTLE_SECONDS:g} s: {waiting}")
        return shown

    def shown_as_uncertain(self, url: str) -> set[tuple[int, int]]:
        """Asks every ticket's page for the buttons that only an uncertain answer has."""
        found = set()
        for ticket in set(self.agent.tickets):
            page = ask(url, "GET", f"/tickets/{ticket}?all=1", None, self.agent.cookie).body
            forms = re.findall(r'action="/messages/(\d+)/delivery"(.*?)</form>', page, re.S)
            found |= {(int(ticket), int(message)) for message, form in forms if 'value="sent"' in form}
        return found

    def move_clock(self, seconds: float) -> None:
        """Time passes, for every process."""
        beside = self.clock.with_suffix(".new")
        beside.write_text((datetime.fromisoformat(self.clock.read_text()) + timedelta(seconds=seconds)).isoformat())
        beside.replace(self.clock)


def end(product: Product) -> None:
    """As power goes: the supervisor is killed, and its children with it."""
    pids = [child["pid"] for child in json.loads((product.data / "run" / "children.json").read_text())["children"] if child["pid"]]
    product.process.kill()
    product.process.wait(10)
    until(lambda: not any(alive(pid) for pid in pids), "the children of a killed supervisor are gone", 20)


def alive(pid: int) -> bool:
    """Whether a process still runs."""
    try:
        os.kill(pid, signal.SIG_DFL)
    except ProcessLookupError:
        return False
    return True
