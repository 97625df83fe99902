"""What a clock comes to: its due time, its state, and the moments at which its steps are taken. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from automations.sla.clocks import Clock
from automations.sla.due import RUNNING, Due, due
from automations.sla.hours import Hours, first_open, opened
from automations.sla.spans import SECONDS, Span
from automations.sla.wall import moment_of, seconds_of

BREACH = "breach"
LONGEST_WAIT, NEAR_SECONDS = timedelta(days=370), 4 * 3600
JUST_NOW = timedelta(seconds=1)


@dataclass(frozen=True)
class Figure:
    """A clock worked out at a moment: `due` with everything that was counted, `due_at` also where an agent set it by hand (None while it
    rests or is never reached); `state` is one of TARGET_STATES."""

    clock: Clock
    due: Due
    due_at: datetime | None
    state: str
    breached_at: datetime | None


def figure(clock: Clock, span: Span, hours: Hours, now: datetime) -> Figure:
    """Works it out. A promise is kept at the very moment at which it is due, and broken after it."""
    found = due(hours, clock.started_at, span, clock.pauses, min(now, clock.ended_at or now))
    due_at = clock.manual.due_at if clock.manual else found.at
    late = due_at is not None and (clock.ended_at > due_at if clock.ended_at else now >= due_at)
    if clock.end == "cancelled":
        return Figure(clock, found, due_at, "cancelled", None)
    state = "breached" if late else clock.end or ("running" if clock.manual else {"paused": "paused"}.get(found.state, "running"))
    return Figure(clock, found, due_at, state, due_at if late else None)


def counted_last(figure: Figure) -> list[list[int]] | None:
    """The last NEAR_SECONDS before it is due that count, as [from, to] in seconds since 1970; None where every minute does, or a date was
    set by hand."""
    pieces = figure.due.counted
    if figure.clock.manual or figure.due_at is None or not pieces or pieces[0].reason == RUNNING:
        return None
    found: list[list[int]] = []
    left = NEAR_SECONDS
    for piece in reversed(pieces):
        begin, stop = seconds_of(piece.from_at), seconds_of(piece.to_at)
        found.insert(0, [max(begin, stop - left), stop])
        left -= stop - begin
        if left <= 0:
            break
    return found


def step_key(at: dict[str, Any]) -> str:
    """The name of a step's moment: "percent:75", "before:30:minutes", "breach:do", "after:60:business_minutes". That a promise is broken is
    a moment of its own, "breach"."""
    if at["kind"] == BREACH:
        return f"{BREACH}:do"
    return f"percent:{at['amount']}" if at["kind"] == "percent" else f"{at['kind']}:{at['amount']}:{at['unit']}"


def moments(figure: Figure, definition: dict[str, Any], hours: Hours, people: Hours) -> list[tuple[str, datetime]]:
    """(step, when) of all its steps and of the breach, in order of time. `people` are the hours of those who are told: what says nothing
    else waits for them. Nothing while the due time is not known."""
    if figure.due_at is None:
        return []
    found = {BREACH: figure.due_at}
    for step in definition.get("steps", []):
        at = moment(figure, figure.due_at, step["at"], hours)
        key = step_key(step["at"])
        if at is not None:
            found[key] = at if step.get("always") else awake(people, at)
    return sorted(found.items(), key=lambda pair: pair[1])


def moment(figure: Figure, due_at: datetime, at: dict[str, Any], hours: Hours) -> datetime | None:
    """When a step's time has come; None when it never comes."""
    kind, amount, unit = at["kind"], int(at.get("amount", 0)), at.get("unit", "minutes")
    if kind == "percent":
        return part(figure, due_at, amount)
    if kind == "before":
        return before(figure, due_at, amount, unit, hours)
    return due(hours, due_at, Span(amount, unit), [], due_at).at if kind == "after" else due_at


def part(figure: Figure, due_at: datetime, percent: int) -> datetime | None:
    """When so much of the time was counted; of a date set by hand, of the real time until it."""
    if figure.clock.manual:
        return figure.clock.started_at + (due_at - figure.clock.started_at) * percent / 100
    return figure.due.reached(figure.due.owed_seconds * percent // 100)


def before(figure: Figure, due_at: datetime, amount: int, unit: str, hours: Hours) -> datetime:
    """So long before it is due, in real or in open time; not before it began."""
    seconds = amount * SECONDS[unit]
    begun = figure.clock.started_at
    if not unit.startswith("business_"):
        return max(begun, due_at - timedelta(seconds=seconds))
    for piece in reversed([piece for piece in opened(hours, begun, due_at) if piece.is_open]):
        begin, stop = seconds_of(piece.from_at), seconds_of(piece.to_at)
        if seconds <= stop - begin:
            return moment_of(stop - seconds)
        seconds -= stop - begin
    return begun


def awake(people: Hours, at: datetime) -> datetime:
    """The moment itself within hours, closing time included; else the next opening; itself where nobody ever opens."""
    first = first_open(people, at - JUST_NOW, at + LONGEST_WAIT)
    return at if first is None else max(at, first)


def still_to_come(
    found: list[tuple[str, datetime]], taken: dict[str, datetime], now: datetime, *, with_past: bool = True,
) -> list[tuple[str, datetime]]:
    """Those that are to be planned. What was taken is taken again only where its moment moved behind the time at which it was; of those
    whose moment has passed untaken the last one is enough, and the breach."""
    open_ones = [(step, at) for step, at in found if step not in taken or at > taken[step]]
    ahead = [(step, at) for step, at in open_ones if at > now]
    passed = [(step, at) for step, at in open_ones if at <= now] if with_past else []
    return [pair for pair in passed if pair[0] == BREACH or pair == passed[-1]] + ahead
