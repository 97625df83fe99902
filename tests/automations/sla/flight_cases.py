"""Random histories of tickets under a policy that becomes another one on the way, each made from its number alone, and their judgement."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from automations.sla.clocks import Happened, clocks, span_of
from automations.sla.figures import figure
from automations.sla.hours import Hours
from automations.sla.spans import UNITS
from tests.automations.sla.flight_oracle import Flight
from tests.automations.sla.hours_cases import MOST, at, differences, hours_of, some_calendar, some_day
from tests.automations.sla.hours_oracle import Oracle

NAMES, STATUSES = ("first_response", "next_response", "resolution"), ("open", "pending", "on_hold", "solved", "closed")
Event = tuple[int, str, str]
Told = dict[tuple[str, int], tuple[Any, str]]
"""(name, start) -> (due, state)."""


def some_history(chance: random.Random, start: int) -> list[Event]:
    """Opened, then up to a dozen things that may happen, within about two weeks; some at the same second."""
    found: list[Event] = [(start, "opened", ""), (start, "message", "")]
    status, second = "open", start
    for _number in range(chance.randint(0, 12)):
        second += chance.choice((0, 11, 60, chance.randint(1, 7200), chance.randint(1, 86_400), chance.randint(1, 4 * 86_400)))
        kind = chance.choice(("message", "message", "answer", "answer", "status", "status", "status", "place"))
        if kind == "message" and status != "open":
            found.append((second, "woken", "open"))
            status = "open"
        value = chance.choice({"status": STATUSES, "place": ("inbox", "inbox", "spam", "trash")}.get(kind, ("",)))
        if kind == "status":
            if value == status:
                continue
            status = value
        found.append((second, kind, value))
    return found


def some_policy(chance: random.Random, around: date) -> dict[str, Any]:
    """Targets, statuses in which it rests, and a calendar of its own."""
    targets = {}
    for name in NAMES:
        unit = chance.choice(UNITS)
        if chance.random() < 0.9 or name == "resolution":
            targets[name] = (chance.randint(1, max(1, MOST.get(unit, 8) // 2)), unit)
    return {"pause": [status for status in ("pending", "on_hold") if chance.random() < 0.6], "targets": targets,
            "calendar": some_calendar(chance, around)}  # fmt: skip


def by_product(history: list[Event], policy: dict[str, Any], now: int) -> Told:
    """What the product makes of it."""
    hours: Hours = hours_of(policy["calendar"])
    definition = {"pause": policy["pause"], "targets": {
        name: {"default": {"amount": amount, "unit": unit}} for name, (amount, unit) in policy["targets"].items()}}  # fmt: skip
    found = {}
    for clock in clocks(definition, [Happened(at(second), kind, value) for second, kind, value in history]):
        span = span_of(definition, clock.name, "normal")
        assert span is not None
        worked = figure(clock, span, hours, at(now))
        found[clock.name, int(clock.started_at.timestamp())] = (worked.due_at and int(worked.due_at.timestamp()), worked.state)
    return found


def by_oracle(history: list[Event], policy: dict[str, Any], now: int) -> Told:
    """What looking at every moment makes of it."""
    flight = Flight(history, policy | {"calendar": Oracle(policy["calendar"])})
    return {(name, history[place][0]): flight.outcome(name, place, now) for name in policy["targets"] for place in flight.starts(name)}


def some_flight(number: int) -> tuple[list[Event], list[dict[str, Any]], int, int]:
    """(history, policy before and after, how many events were before the change, now)"""
    chance = random.Random(1_000_000 + number)
    around = some_day(chance)
    start = int(datetime(around.year, around.month, around.day, tzinfo=UTC).timestamp()) + chance.randint(-86_400, 86_400)
    history = some_history(chance, start)
    policies = [some_policy(chance, around), some_policy(chance, around)]
    return history, policies, chance.randint(2, len(history)), history[-1][0] + chance.choice((0, 3600, 86_400, 5 * 86_400))


def every_difference(number: int) -> Iterator[str]:
    """A case of hours; every tenth with a ticket's whole history too."""
    yield from differences(number)
    if number % 10 == 5:
        yield from flight_differences(number)


def flight_differences(number: int) -> Iterator[str]:
    """Under each of the two policies, at the change and at the end: whatever ended before the change keeps what the old one said of it, and
    everything else is as if the new one had been there from the beginning."""
    history, (old, new), change, now = some_flight(number)
    at_change = history[change - 1][0]
    for name, events, policy, when in (("before", history[:change], old, at_change), ("after", history, new, now)):
        ours, theirs = by_product(events, policy, when), by_oracle(events, policy, when)
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key) != theirs.get(key):
                yield f"flight {number}, {name} the change, {key}: {ours.get(key)} and not {theirs.get(key)}"
