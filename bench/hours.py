"""Business hours against the brute force: a hundred thousand random cases; and what a due time weeks ahead costs."""

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta

from automations.sla.due import due
from automations.sla.spans import Span
from bench.desk import Grounds
from bench.results import Row
from tests.automations.sla.flight_cases import every_difference
from tests.automations.sla.hours_cases import hours_of, some_calendar

CASES, A_SHARE, TIMED = 100_000, 1_000, 2_000
START = datetime(2026, 3, 18, 10, 40, 30, tzinfo=UTC)


def measure(_grounds: Grounds, cases: int = CASES) -> Iterator[Row]:
    """Every case is made anew from its number, so that one that differs can be looked at."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = [told for share in pool.map(differences_from, range(0, cases, A_SHARE)) for told in share]
    for told in found[:20]:
        print(told)
    yield Row("hours: cases that look at every minute decided otherwise", len(found), "cases", 0, n=cases)
    taken = sorted(one_due_time(number) for number in range(TIMED))
    yield Row("hours: a due time weeks ahead, p95", round(taken[int(TIMED * 0.95)], 3), "ms", 1.0, n=TIMED)


def differences_from(first: int) -> list[str]:
    """What A_SHARE cases tell."""
    return [told for number in range(first, first + A_SHARE) for told in every_difference(number)]


def one_due_time(number: int) -> float:
    """Milliseconds of one core: up to three weeks of business hours with two rests, in a calendar that has been asked before."""
    chance = random.Random(number)
    calendar = some_calendar(chance, START.date())
    calendar["week"] = [[(540, 1020)] if day not in (4, 5) else [] for day in range(7)]
    hours, span = hours_of(calendar), Span(chance.randint(1, 120), "business_hours")
    start = START + timedelta(minutes=chance.randint(0, 10_000))
    pauses = [(start + timedelta(days=day), start + timedelta(days=day, hours=5), "rest") for day in (1, 3)]
    due(hours, start - timedelta(days=1), span, [], start)
    began = time.thread_time()
    due(hours, start, span, pauses, start)
    return (time.thread_time() - began) * 1000
