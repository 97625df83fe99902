"""The story: round after round the product runs with one crash point, customers write, agents answer, servers fall; at the end all is
settled and counted."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.kills.books import AWAY, Books
from bench.kills.mailbox import Mailbox
from bench.kills.oracle import Verdict, arrived, beside_the_dot, judge, undone, without_reason
from bench.kills.people import Agent, Customers, Gate, Together, ask, hand_over
from bench.kills.troubles import Troubles
from tests.journeys.product import Product
from tests.servers import free_port, until
from tests.smtp_sink import Sink

LEASE_SECONDS = 16 * 60
STILL_SECONDS, ROUND_SECONDS, REST_SECONDS, HANG_SECONDS = 90.0, 40.0, 5.0, 12.0
ON_THE_LINE_SECONDS = 2 * (HANG_SECONDS + 5)
"""By the moved clock: an answer whose dot left longer ago than that was not on the line when its round ended."""
SAID = re.compile(r"^crash point (\S+)$", re.M)


@dataclass(frozen=True)
class Plan:
    """`points`: (name, at which pass), a round each. Mails and answers are spread over the rounds; people go on while the product is
    down. `redis`, `database`, `cuts`: how often these fall beside it. `power_cuts`: rounds end as power goes, else as an operator asks."""

    points: list[tuple[str, int]]
    mails: int
    answers: int
    kills_a_round: int
    agents: int = 1
    redis: int = 0
    database: int = 0
    cuts: int = 0
    power_cuts: bool = True


@dataclass
class Outcome:
    """`kills` by point; `under_way`: those at whose moment something waited to be done; `met`: answers that a kill, or the end of a round,
    met between their final dot and the record of it (a worker has an answer a lane on the line, so one kill may meet several);
    `sink_faults`: mails that a server kept without saying so; `unexplained`: uncertain answers of neither kind; `hidden`: uncertain answers
    no page shows."""

    verdict: Verdict
    kills: dict[str, int]
    under_way: int
    mails: int
    answers: int
    met: int
    sink_faults: int
    unexplained: list[int]
    hidden: int
    ledger: dict[str, Any]
    troubles: dict[str, int] = field(default_factory=dict)

    @property
    def may_be_uncertain(self) -> int:
        """For so many there is a reason why nobody can know; for no other."""
        return self.met + self.sink_faults


class Story:
    """One desk in one folder; the product is started anew for each round, the clock is moved by hand."""

    def __init__(self, folder: Path, command: list[str], books: Books, mailbox: Mailbox | None = None) -> None:
        self.folder, self.command, self.books, self.mailbox = folder, command, books, mailbox
        self.clock = folder / "time"
        self.clock.write_text(datetime.now().astimezone().isoformat())
        self.kills: dict[str, int] = {}
        self.under_way, self.met = 0, set[int]()
        self.post, self.url = f"127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
        self.customers = [Customers("support@example.com", lambda mail: hand_over(self.post, mail))]
        if mailbox is not None:
            self.customers.append(Customers("imap@example.com", mailbox.take))

    def run(self, plan: Plan) -> Outcome:
        """From an empty folder to the count."""
        gate, troubles = Gate(), Troubles(plan.redis, plan.database, plan.cuts, len(plan.points))
        agents = [Agent() for _ in range(plan.agents)]
        with Sink(HANG_SECONDS) as sink:
            self.set_up(sink.port, agents)
            works = [(lambda one=one: one.send(plan.mails // len(self.customers), gate)) for one in self.customers]
            works += [(lambda one=one: one.write(self.url, -(-plan.answers // len(agents)), gate)) for one in agents]
            people = Together(*works)
            for place, (point, passes) in enumerate(plan.points):
                gate.share = (place + 1) / len(plan.points)
                self.round(f"{point}:{passes}", sink.port, people, gate, plan, troubles)
            return self.settle(sink, people, agents, troubles)

    def environment(self, sink: int) -> dict[str, str]:
        """The product's settings."""
        allowed = [f"127.0.0.1:{sink}", *([self.mailbox.allowed] if self.mailbox else [])]
        settings = {"HELPDESK_TESTING": "1", "HELPDESK_TEST_CLOCK": str(self.clock), "HELPDESK_EGRESS_ALLOW": ",".join(allowed)}
        settings |= {"HELPDESK_PORT": self.url.rpartition(":")[2], "HELPDESK_PRACTICE_SMTP_PORT": self.post.rpartition(":")[2]}
        return settings | {"HELPDESK_DATA": str(self.folder / "data")} | self.books.environment

    def start(self, sink: int, crash: str = "") -> Product:
        """The product, with a crash point or without."""
        settings = self.environment(sink) | ({"HELPDESK_TEST_CRASH": crash} if crash else {})
        return Product(self.folder, self.command, settings).wait_until_ready()

    def set_up(self, sink: int, agents: list[Agent]) -> None:
        """The demo desk, whose inboxes send to the sink from now on; the agents sign in."""
        product = self.start(sink)
        for agent in agents:
            agent.sign_in(product.url)
        if self.mailbox is not None:
            self.mailbox.add_to_desk(self.folder, self.command[0], os.environ | self.environment(sink), sink)
        self.end(product)
        self.books.write("UPDATE inbox SET smtp = :smtp", smtp=json.dumps({"host": "127.0.0.1", "port": sink, "security": "none"}))

    def round(self, crash: str, sink: int, people: Together, gate: Gate, plan: Plan, troubles: Troubles) -> None:
        """Work goes on while a point kills and servers fall; over when enough has fallen and people have done their share, or
        ROUND_SECONDS after it began."""
        product = self.start(sink, crash)
        begun, killed, enough_at = time.monotonic(), 0, 0.0
        seen: set[int] = set()
        troubles.begin_round()
        while time.monotonic() - begun < ROUND_SECONDS:
            working = people.going_on()
            self.move_clock(0.4)  # twice as fast as a clock on the wall: undo windows end, leases do not
            time.sleep(0.2)
            troubles.strike(time.monotonic() - begun, self.books, self.mailbox)
            busy, before = working or self.busy(), killed
            killed = len(SAID.findall(product.log.read_text(errors="replace")))
            if killed > before:
                self.under_way += (killed - before) if busy else 0
                seen |= self.on_the_line().keys()
            if killed >= plan.kills_a_round and troubles.over:
                enough_at = enough_at or time.monotonic()
                if not gate.walking or time.monotonic() - enough_at > REST_SECONDS:
                    break
        point = crash.partition(":")[0]
        self.kills[point] = self.kills.get(point, 0) + killed
        self.end(product, power_cut=plan.power_cuts)
        self.met |= caught(self.on_the_line(), seen, self.now())  # the leases still hold, and nobody is there
        self.move_clock(LEASE_SECONDS)

    def busy(self) -> bool:
        """Whether something waits to be done."""
        try:
            return bool(undone(self.books))
        except AWAY:
            return True

    def on_the_line(self) -> dict[int, datetime]:
        """Answers between their final dot and its record; none are seen while the database is away."""
        try:
            return beside_the_dot(self.books)
        except AWAY:
            return {}

    def settle(self, sink: Sink, people: Together, agents: list[Agent], troubles: Troubles) -> Outcome:
        """Runs without crashes until everybody is done and nothing waits; then counts, and looks at the pages of uncertain answers."""
        product = self.start(sink.port)
        while people.going_on():
            self.move_clock(0.4)
            time.sleep(0.2)
        mails = [name for customers in self.customers for name in customers.accepted]
        self.wait_until_nothing_waits(len(mails))
        keys = {key: mode for agent in agents for key, mode in agent.accepted.items()}
        journal = [kept for kept in sink.journal if kept.answer != "refused"]
        verdict = judge(self.books, mails, keys, [kept.message_id for kept in journal])
        hidden = len(set(verdict.uncertain) - self.shown_as_uncertain({ticket for ticket, _ in verdict.uncertain}, agents[0]))
        told = subprocess.run([self.command[0], "ledger", "--json"], env=os.environ | self.environment(sink.port), stdout=subprocess.PIPE,
                              timeout=60, check=False)  # fmt: skip
        silent = [kept.message_id for kept in journal if kept.answer in ("drop", "hang")]
        unexplained = without_reason(self.books, self.met, set(silent))
        self.end(product)
        return Outcome(verdict, self.kills, self.under_way, len(mails), len(keys), len(self.met), len(silent), unexplained, hidden,
                       json.loads(told.stdout or "{}"), troubles.done)  # fmt: skip

    def wait_until_nothing_waits(self, mails: int) -> None:
        """Time flies once everything is read: a reader's lease is short, the undo window and the pauses of deliveries are long."""
        least, since = 10**9, time.monotonic()
        while time.monotonic() - since < STILL_SECONDS:
            waiting = undone(self.books) | ({"mails on their way": left} if (left := max(0, mails - arrived(self.books))) else {})
            if not waiting:
                return
            if sum(waiting.values()) < least:
                least, since = sum(waiting.values()), time.monotonic()
            self.move_clock(0.4 if {"raw mail", "mails on their way"} & set(waiting) else 30)
            time.sleep(0.2)
        print(f"  nothing moved for {STILL_SECONDS:g} s: {waiting}", file=sys.stderr)

    def shown_as_uncertain(self, tickets: set[int], agent: Agent) -> set[tuple[int, int]]:
        """Asks the tickets' pages for the buttons that only an uncertain answer has."""
        found = set()
        for ticket in tickets:
            page = ask(self.url, "GET", f"/tickets/{ticket}?all=1", None, agent.cookie).body
            forms = re.findall(r'action="/messages/(\d+)/delivery"(.*?)</form>', page, re.S)
            found |= {(ticket, int(message)) for message, form in forms if 'value="sent"' in form}
        return found

    def move_clock(self, seconds: float) -> None:
        """Time passes, for every process."""
        beside = self.clock.with_suffix(".new")
        beside.write_text((self.now() + timedelta(seconds=seconds)).isoformat())
        beside.replace(self.clock)

    def now(self) -> datetime:
        """The moved clock."""
        return datetime.fromisoformat(self.clock.read_text())

    def end(self, product: Product, *, power_cut: bool = True) -> None:
        """As power goes: the supervisor is killed, and its children with it; or as an operator asks."""
        pids = [child["pid"] for child in json.loads((product.data / "run" / "children.json").read_text())["children"] if child["pid"]]
        product.process.kill() if power_cut else product.process.terminate()
        product.process.wait(10)
        until(lambda: not any(alive(pid) for pid in pids), "the children of a killed supervisor are gone", 20)


def caught(left: dict[int, datetime], seen: set[int], now: datetime) -> set[int]:
    """Of the answers that a round left on the line: those that were there at a kill, and those on which it ended. One that had been
    there for long with nothing falling is neither: somebody forgot it."""
    return {number for number, at in left.items() if number in seen or now - at < timedelta(seconds=ON_THE_LINE_SECONDS)}


def alive(pid: int) -> bool:
    """Whether a process still runs."""
    try:
        os.kill(pid, signal.SIG_DFL)
    except ProcessLookupError:
        return False
    return True
