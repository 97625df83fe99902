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
from bench.kills.people import Agent, Customers, Gate, Together, ask
from bench.kills.sink import Sink
from tests.journeys.product import Product
from tests.servers import free_port, until

LEASE_SECONDS = 16 * 60
STILL_SECONDS, ROUND_SECONDS = 60.0, 40.0
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
        self.post, self.url = f"127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"

    def run(self, points: list[tuple[str, int]], mails: int, answers: int, kills_a_round: int) -> Outcome:
        """`points`: (name, at which pass). Mails and answers are spread over the rounds; people go on while the product is down."""
        gate = Gate()
        with Sink() as sink:
            self.set_up(sink.port)
            people = Together(lambda: self.customers.send(self.post, mails, gate), lambda: self.agent.write(self.url, answers, gate))
            for place, (point, passes) in enumerate(points):
                gate.share = (place + 1) / len(points)
                self.round(point, passes, sink.port, people, kills_a_round)
            shown = self.settle(sink.port, people)
            verdict = judge(self.file, self.customers.accepted, self.agent.accepted, sink.taken)
        hidden = sum(1 for answer in verdict.uncertain if answer not in shown)
        return Outcome(verdict, self.kills, self.under_way, len(self.customers.accepted), len(self.agent.accepted), hidden)

    def start(self, sink: int, crash: str = "") -> Product:
        """The product, with a crash point or without."""
        settings = {"HELPDESK_TESTING": "1", "HELPDESK_TEST_CLOCK": str(self.clock), "HELPDESK_EGRESS_ALLOW": f"127.0.0.1:{sink}"}
        settings |= {"HELPDESK_PORT": self.url.rpartition(":")[2], "HELPDESK_PRACTICE_SMTP_PORT": self.post.rpartition(":")[2]}
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

    def round(self, point: str, passes: int, sink: int, people: Together, most: int) -> None:
        """Work goes on while a point kills; over when it has killed enough, or ROUND_SECONDS after it began."""
        product = self.start(sink, f"{point}:{passes}")
        limit, killed = time.monotonic() + ROUND_SECONDS, 0
        while killed < most and time.monotonic() < limit:
            people.going_on()
            self.move_clock(1)  # five times as fast as a clock on the wall: undo windows end, leases do not
            time.sleep(0.2)
            busy, before = bool(undone(self.file)) or people.going_on(), killed
            killed = len(SAID.findall(product.log.read_text(errors="replace")))
            self.under_way += (killed - before) if busy else 0
        self.kills[point] = self.kills.get(point, 0) + killed
        end(product)
        self.move_clock(LEASE_SECONDS)

    def settle(self, sink: int, people: Together) -> set[tuple[int, int]]:
        """Runs without crashes until everybody is done and nothing waits; answers the uncertain answers that their pages show."""
        product = self.start(sink)
        while people.going_on():
            time.sleep(0.2)
        least, since = 10**9, time.monotonic()
        while (waiting := undone(self.file)) and time.monotonic() - since < STILL_SECONDS:
            if sum(waiting.values()) < least:
                least, since = sum(waiting.values()), time.monotonic()
            self.move_clock(60)
            time.sleep(0.2)
        shown = self.shown_as_uncertain()
        end(product)
        if waiting:
            print(f"  nothing moved for {STILL_SECONDS:g} s: {waiting}")
        return shown

    def shown_as_uncertain(self) -> set[tuple[int, int]]:
        """Asks every ticket's page for the buttons that only an uncertain answer has."""
        found = set()
        for ticket in set(self.agent.tickets):
            page = ask(self.url, "GET", f"/tickets/{ticket}?all=1", None, self.agent.cookie).body
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
