"""Standing orders: what 100 rules cost an event, how many events a worker takes through rules and promises, and whether two workers that
are killed in the midst of their work leave the same desk as one that is not."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench.desk import HELPDESK, Grounds
from bench.load import bare
from bench.results import Row
from tests.servers import PostgreSQL, Redis

GOAL_MS, GOAL_RATE, PATIENCE_SECONDS = 3.0, 300.0, 600
COMPARED = {"runs": "acts done twice or not at all", "tickets": "tickets that ended otherwise", "promised": "promises that differ"}
AT_WORK = """SELECT count(*) FROM pg_stat_activity
WHERE application_name = %s AND backend_xid IS NOT NULL AND state = 'idle in transaction'"""
"""A worker that stands still has written something, and has not committed it."""


@dataclass(frozen=True)
class Plan:
    """A mail makes about eighteen events, with what the rules do; so many kills hit work under way."""

    mails: int = 600
    rules: int = 100
    kills: int = 60


def measure(_grounds: Grounds) -> Iterator[Row]:
    """PostgreSQL; the same mails for one worker without kills and for two with them."""
    plan = Plan()
    with PostgreSQL(durable=True) as server, Redis() as redis:
        assert isinstance(server, PostgreSQL)
        assert isinstance(redis, Redis)
        desks = two_desks(server, redis, plan)
        commits = bare("commits", desks[0]["HELPDESK_DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:"))["per_second"]
        cost = ask(desks[0], "cost")
        seconds = by_one(desks[0])
        kills = by_two(desks[1], plan.kills)
        one, two = ask(desks[0], "state"), ask(desks[1], "state")
    rate = one["events"] / seconds
    yield Row(f"rules {plan.rules} of five conditions on one event", cost["ms"], "ms", GOAL_MS, n=cost["n"])
    yield Row(f"rules {plan.rules} of five conditions on one event, p99", cost["worst"], "ms", n=cost["n"])
    yield Row("rules events a second, one worker, with promises", round(rate), "events/s", GOAL_RATE, commits, round(rate / commits, 3),
              n=one["events"], high=True)  # fmt: skip
    yield Row("rules kills of two workers with work under way", kills, "kills", plan.kills, high=True)
    yield Row("rules events of the killed desk that nobody heard", two["left"], "events", 0, n=two["events"])
    for what, name in COMPARED.items():
        yield Row(f"rules {name}", differences(one[what], two[what]), what, 0, n=len(one[what]))


def two_desks(server: PostgreSQL, redis: Redis, plan: Plan) -> list[dict[str, str]]:
    """The settings of a desk with rules, on which mails have arrived of which nobody has heard; and of its copy."""
    folder, name = Path(tempfile.mkdtemp(prefix="helpdesk-rules-")), server.new_database()
    env = {"HELPDESK_DATA": str(folder), "HELPDESK_DATABASE_URL": server.url(name), "HELPDESK_REDIS_URL": redis.url}
    subprocess.run([HELPDESK, "migrate"], env=os.environ | env, check=True)
    ask(env, "fill", plan.mails, plan.rules)
    return [env, env | {"HELPDESK_DATABASE_URL": server.url(server.new_database(name))}]


def ask(env: dict[str, str], what: str, *numbers: int) -> Any:
    """One process on that desk."""
    return json.loads(subprocess.check_output(command(what, *numbers), env=os.environ | env, text=True))


def command(what: str, *numbers: int) -> list[str]:
    """See bench.rules_desk."""
    return [sys.executable, "-m", "bench.rules_desk", what, *map(str, numbers)]


class Nursery:
    """Workers of a desk, by the names by which PostgreSQL knows them."""

    def __init__(self, env: dict[str, str]) -> None:
        self.line = psycopg.connect(env["HELPDESK_DATABASE_URL"], autocommit=True)
        self.mother = subprocess.Popen(
            command("nursery"), env=os.environ | env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.workers: dict[str, int] = {}

    def start(self, name: str) -> None:
        """One more."""
        assert self.mother.stdin
        assert self.mother.stdout
        print(name, file=self.mother.stdin, flush=True)
        self.workers[name] = json.loads(self.mother.stdout.readline())

    def living(self) -> list[str]:
        """Those that have not ended; their ends are nobody's zombies."""
        return [name for name, number in self.workers.items() if Path(f"/proc/{number}").exists()]

    def kill(self, name: str) -> bool:
        """Stands it still, and kills it if it has work under way."""
        number = self.workers[name]
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGSTOP)
            time.sleep(0.004)
            if self.line.execute(AT_WORK, [name]).fetchone() == (1,):
                os.kill(number, signal.SIGKILL)
                return True
            os.kill(number, signal.SIGCONT)
        return False

    def wait(self, seconds: float) -> None:
        """Until all have ended."""
        end = time.monotonic() + seconds
        while self.living():
            if time.monotonic() > end:
                raise TimeoutError("workers do not come to an end")
            time.sleep(0.02)

    def end(self) -> None:
        """All of them, and the mother."""
        for name in self.living():
            with suppress(ProcessLookupError):
                os.kill(self.workers[name], signal.SIGKILL)
        self.mother.communicate("end\n", timeout=30)
        self.line.close()


def by_one(env: dict[str, str]) -> float:
    """One worker without kills; how many seconds it took from its first moment on."""
    nursery = Nursery(env)
    try:
        nursery.start("first")
        begun = time.perf_counter()
        nursery.wait(PATIENCE_SECONDS)
        return time.perf_counter() - begun
    finally:
        nursery.end()


def by_two(env: dict[str, str], most: int) -> int:
    """Two workers, each killed at random moments with work under way and started again; how many kills that were."""
    nursery, random_, kills, names = Nursery(env), random.Random(1), 0, iter(range(10_000))
    try:
        for _ in range(2):
            nursery.start(f"worker-{next(names)}")
        end = time.monotonic() + PATIENCE_SECONDS
        while kills < most and time.monotonic() < end and (living := nursery.living()):
            time.sleep(random_.uniform(0.01, 0.12))
            if nursery.kill(random_.choice(living)):
                kills += 1
                nursery.start(f"worker-{next(names)}")
        nursery.wait(PATIENCE_SECONDS)
    finally:
        nursery.end()
    return kills


def differences(one: list[Any], other: list[Any]) -> int:
    """Lines that are in the one more often than in the other."""
    mine, theirs = Counter(map(json.dumps, one)), Counter(map(json.dumps, other))
    return (mine - theirs).total() + (theirs - mine).total()
