"""Mails in and answers out under kills: nothing lost, nothing twice. 1,000 each and 30 kills on SQLite; with SIZE=full 10,000 each and 100
kills on PostgreSQL, with ten restarts of it, ten losses of Redis and fifty cuts of IMAP."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.desk import HELPDESK, Grounds
from bench.kills.books import OnPostgresql, OnSqlite
from bench.kills.mailbox import Mailbox
from bench.kills.story import Outcome, Plan, Story
from bench.results import Row

IN_SETS, FETCHED = ("receive", "release", "outbox"), "fetch"
"""What is passed once for several mails or answers; and what is passed only where there is a mailbox, for many at a time."""
ELSEWHERE = "webhook"
"""What no mail and no answer passes; the tests of that road kill there."""
FALLS = {"redis": ("losses of Redis", 10), "database": ("restarts of PostgreSQL", 10), "cuts": ("cuts of IMAP", 50)}


def measure(_grounds: Grounds) -> Iterator[Row]:
    """Every point that `helpdesk crash-points` lists."""
    full = os.environ.get("BENCH_SIZE") == "full"
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-kills-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user
    books = OnPostgresql() if full else OnSqlite(folder)
    mailbox = Mailbox() if full else None
    begun = time.monotonic()
    try:
        outcome = Story(folder, [HELPDESK, "run"], books, mailbox).run(plan_of(full))
    finally:
        books.stop()
        if mailbox is not None:
            mailbox.stop()
    print(f"  after the dot: {outcome.met} answers met by a fall, {outcome.sink_faults} faults of the sink", file=sys.stderr)
    print(f"  kills by point: {outcome.kills}\n  other falls: {outcome.troubles}\n  ledger: {outcome.ledger}", file=sys.stderr)
    for sentence in [*outcome.verdict.lost, *outcome.verdict.twice][:20]:
        print(f"  {sentence}", file=sys.stderr)
    yield from rows(outcome, full, round((time.monotonic() - begun) / 60, 1))
    shutil.rmtree(folder, ignore_errors=True)


def plan_of(full: bool) -> Plan:
    """The rounds: full, each point twice with three kills; else once with two."""
    named = [line.split()[0] for line in subprocess.check_output([HELPDESK, "crash-points"], text=True).splitlines()]
    points = alternating([point for point in named if not point.startswith(ELSEWHERE)])
    if not full:
        points = [point for point in points if not point.startswith(FETCHED)]
        return Plan([(point, passes(point, 1000 // len(points), 2)) for point in points], 1000, 1000, 2)
    points += points
    each = [(point, passes(point, 10_000 // len(points), 3)) for point in points]
    return Plan(each, 10_000, 10_000, 3, agents=3, **{kind: wanted for kind, (_, wanted) in FALLS.items()})


def passes(point: str, a_round: int, kills: int) -> int:
    """At which pass of a process a point kills, so that its kills are spread over the round's mails or answers."""
    share = a_round // (2 * kills)
    if point.startswith(FETCHED):
        return 1
    return max(2, min(8, share // 10)) if point.partition(".")[0] in IN_SETS else max(3, min(25, share))


def rows(outcome: Outcome, full: bool, minutes: float) -> Iterator[Row]:
    """The figures."""
    verdict, name = outcome.verdict, "kills full" if full else "kills"
    kills = sum(outcome.kills.values())
    yield Row(f"{name} at named points", kills, "kills", 100 if full else 30, high=True)
    yield Row(f"{name} at the point that killed least", min(outcome.kills.values()), "kills", 1, n=len(outcome.kills), high=True)
    yield Row(f"{name} with work under way", outcome.under_way, "kills", 60 if full else 20, high=True)
    yield Row(f"{name} mails lost", sum("mail" in what.split()[0] for what in verdict.lost), "mails", 0, n=outcome.mails)
    yield Row(f"{name} answers lost", sum("answer" in what.split()[0] for what in verdict.lost), "mails", 0, n=outcome.answers)
    yield Row(f"{name} anything twice", len(verdict.twice), "times", 0, n=outcome.mails + outcome.answers)
    yield Row(f"{name} answers uncertain", len(verdict.uncertain), "mails", outcome.may_be_uncertain, n=outcome.answers)
    yield Row(f"{name} uncertain without a fall or a fault", len(outcome.unexplained), "mails", 0, n=len(verdict.uncertain))
    yield Row(f"{name} uncertain answers that no page shows", outcome.hidden, "mails", 0, n=len(verdict.uncertain))
    yield Row(f"{name} difference of the ledger", outcome.ledger.get("difference", -1), "mails", 0, n=outcome.mails + outcome.answers)
    if full:
        for kind, (words, wanted) in FALLS.items():
            yield Row(f"{name} {words}", outcome.troubles[kind], "times", wanted, high=True)
        yield Row(f"{name} took", minutes, "min", 25)


def alternating(points: list[str]) -> list[str]:
    """Points of different roads by turns, so that what one left behind is mended in another's round."""
    return sorted(points, key=lambda point: (points.index(point) * 7) % len(points) if len(points) % 7 else points.index(point))
