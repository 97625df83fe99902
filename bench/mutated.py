"""A hundred thousand broken mails through the limited reader: each is read or refused by name, soon, and in little memory."""

import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

from bench.desk import Grounds
from bench.results import Row
from channels.email.limits import Unreadable
from channels.email.parser_child import Parser
from tests.channels.email.mutations import PLAIN, SEEDS, mutated

MAILS, LOOK_EVERY = 100_000, 100
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


def measure(_grounds: Grounds, mails: int = MAILS) -> Iterator[Row]:
    """What became of them. The seed of the day is printed by the number of the mail that goes wrong."""
    slowest, peak, refused, faults = 0.0, 0, 0, 0
    with Parser() as parser:
        for number in range(mails):
            raw, started = mutated(random.Random(number), SEEDS), time.monotonic()
            try:
                parser.parse(raw)
            except Unreadable as reason:
                refused += 1
                if reason.reason.startswith(("could not", "broke", "took", "needed")):
                    faults += 1
                    print(f"mail {number}: {reason.reason}")
            slowest = max(slowest, time.monotonic() - started)
            if number % LOOK_EVERY == 0:
                peak = max(peak, peak_of(parser))
        assert parser.parse(PLAIN)["subject"] == "plain"
    yield Row("mutated mails that broke the reader", faults, "mails", 0, n=mails)
    yield Row("mutated mails refused by name", refused, "mails", n=mails)
    yield Row("mutated mails: the slowest", round(slowest, 2), "s", 5.0, n=mails)
    yield Row("mutated mails: the reader's most memory", peak, "MB", 512.0, n=mails)


def peak_of(parser: Parser) -> int:
    """The most that the reader's process has held, in MB."""
    child = parser._child
    status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii") if child else ""
    found = PEAK.search(status)
    return int(found[1]) // 1024 if found else 0
