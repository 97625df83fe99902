"""A hundred thousand broken mails through the limited reader: each is read or refused by name, soon, and in little memory."""

import os
import random
import re
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from bench.desk import Grounds
from bench.results import Row
from channels.email.limits import Unreadable
from channels.email.parser_child import Parser
from tests.channels.email.mutations import PLAIN, SEEDS, mutated

MAILS, A_SHARE, LOOK_EVERY = 100_000, 2_500, 100
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


@dataclass
class Share:
    """What became of some of them: the slowest in seconds, the most memory in MB, how many were refused, and faults of ours by number."""

    slowest: float = 0.0
    peak: int = 0
    refused: int = 0
    faults: dict[int, str] = field(default_factory=dict)


def measure(_grounds: Grounds, mails: int = MAILS) -> Iterator[Row]:
    """A reader on each processor; every mail is made anew from its number, so that one that goes wrong can be looked at."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        shares = list(pool.map(read_share, range(0, mails, A_SHARE)))
    faults = {number: reason for share in shares for number, reason in share.faults.items()}
    for number, reason in faults.items():
        print(f"mail {number}: {reason}")
    yield Row("mutated mails that broke the reader", len(faults), "mails", 0, n=mails)
    yield Row("mutated mails refused by name", sum(share.refused for share in shares), "mails", n=mails)
    yield Row("mutated mails: the slowest", round(max(share.slowest for share in shares), 2), "s", 5.0, n=mails)
    yield Row("mutated mails: the reader's most memory", max(share.peak for share in shares), "MB", 512.0, n=mails)


def read_share(first: int) -> Share:
    """A_SHARE mails through one reader, which reads a sound mail afterwards."""
    share = Share()
    with Parser() as parser:
        for number in range(first, first + A_SHARE):
            raw, started = mutated(random.Random(number), SEEDS), time.monotonic()
            try:
                parser.parse(raw)
            except Unreadable as reason:
                share.refused += 1
                if reason.reason.startswith(("could not", "broke", "took", "needed")):
                    share.faults[number] = reason.reason
            share.slowest = max(share.slowest, time.monotonic() - started)
            if number % LOOK_EVERY == 0:
                share.peak = max(share.peak, peak_of(parser))
        assert parser.parse(PLAIN)["subject"] == "plain"
    return share


def peak_of(parser: Parser) -> int:
    """The most that the reader's process has held, in MB."""
    child = parser._child
    status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii") if child else ""
    found = PEAK.search(status)
    return int(found[1]) // 1024 if found else 0
