"""Which promises a policy makes to a ticket, read off what happened to it: when each began, when it rested, how it ended.

Pure: no database, no clock. Whatever a target's row says can be worked out again by this alone.

First response: from the opening to the first answer of a person. Next response: from the first message nobody answered to the next answer.
Resolution: from the opening until the ticket is solved; one that is opened again goes on, and the time in between counted nothing. Stages
begin and end as the policy's own conditions said at the time. A ticket that is solved lets nobody wait, and ends its stages: an answer that
was sent with the solving still counts, and where a colleague takes the solving back everything goes on. What the customer writes after it
begins anew.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from automations.sla.due import Pause
from automations.sla.spans import Span

FIRST, NEXT, RESOLUTION, STAGE = "first_response", "next_response", "resolution", "stage:"
DONE = ("solved", "closed")


@dataclass(frozen=True)
class Happened:
    """One thing of a ticket's history. `kind`: "opened", "message" (a person wrote), "answer" (a person's answer left), "status" and
    "place" (`value`: the new one), "woken" (the status is that because the customer wrote), "begun" and "ended" (`value`: a stage's name),
    "manual" (`value`: a target's name; `manual` its date)."""

    at: datetime
    kind: str
    value: str = ""
    manual: "Manual | None" = None


@dataclass(frozen=True)
class Manual:
    """A date that an agent set by hand, and why."""

    due_at: datetime
    reason: str
    agent_id: int | None


@dataclass
class Clock:
    """One promise. `pauses` are its rests, the last one open while it rests; `end` is "", "met" or "cancelled"."""

    name: str
    started_at: datetime
    pauses: list[Pause] = field(default_factory=list)
    ended_at: datetime | None = None
    end: str = ""
    manual: Manual | None = None

    def rest(self, at: datetime, why: str) -> None:
        """Rests from now on, or for another reason than before; "" is no reason to."""
        if self.pauses and self.pauses[-1][1] is None:
            begun, _lasts, reason = self.pauses.pop()
            if begun < at:
                self.pauses.append((begun, at, reason))
        if why:
            self.pauses.append((at, None, why))

    def finish(self, at: datetime, how: str) -> None:
        """It is over."""
        self.rest(at, "")
        self.ended_at, self.end = at, how

    def go_on(self, at: datetime, why: str) -> None:
        """It is not over; nothing counted in between."""
        if self.ended_at is not None and self.ended_at < at:
            self.pauses.append((self.ended_at, at, "solved"))
        self.ended_at, self.end = None, ""
        self.rest(at, why)


def span_of(definition: dict[str, Any], name: str, priority: str) -> Span | None:
    """What the policy promises under this name to tickets of this priority; None when nothing."""
    told = by_priority(definition, name)
    said = told.get(priority) or told.get("default")
    return Span(int(said["amount"]), said["unit"]) if said else None


def by_priority(definition: dict[str, Any], name: str) -> dict[str, Any]:
    """A target's words: {"default" or a priority: {"amount", "unit"}}; of a stage with its name and conditions."""
    targets = definition.get("targets", {})
    if name.startswith(STAGE):
        return next((stage for stage in targets.get("stages", []) if STAGE + stage["name"] == name), {})
    found: dict[str, Any] = targets.get(name) or {}
    return found


def clocks(definition: dict[str, Any], history: Iterable[Happened]) -> list[Clock]:
    """Every promise, in the order in which they began."""
    walk = Walk(definition)
    for happened in history:
        walk.take(happened)
    return walk.all


class Walk:
    """One reading of a history."""

    def __init__(self, definition: dict[str, Any]) -> None:
        self.definition, self.all = definition, list[Clock]()
        self.running: dict[str, Clock] = {}
        self.stopped: dict[str, Clock] = {}
        self.status, self.place, self.why, self.unanswered, self.was_unanswered = "open", "inbox", "", False, False
        self.takes: dict[str, Callable[[Happened], None]] = {
            "opened": self.opened, "message": self.message, "answer": self.answer, "status": self.changed, "place": self.moved,
            "woken": self.woken,
            "begun": lambda one: self.begin(STAGE + one.value, one.at), "ended": lambda one: self.end(STAGE + one.value, one.at, "met"),
            "manual": self.dated,
        }  # fmt: skip

    def take(self, happened: Happened) -> None:
        """What it means for the promises."""
        self.takes[happened.kind](happened)

    def begin(self, name: str, at: datetime) -> None:
        """A promise that runs already, or that nobody made, does not begin."""
        if name in self.running or not by_priority(self.definition, name) or self.status in DONE:
            return
        self.running[name] = clock = Clock(name, at)
        clock.rest(at, self.why)
        self.all.append(clock)

    def end(self, name: str, at: datetime, how: str) -> None:
        """One that does not run does not end."""
        if clock := self.running.pop(name, None):
            clock.finish(at, how)

    def opened(self, happened: Happened) -> None:
        """The ticket is there; its first message is the one that opened it."""
        self.unanswered = True
        self.begin(FIRST, happened.at)
        self.begin(RESOLUTION, happened.at)

    def message(self, happened: Happened) -> None:
        """Nobody waits twice: of several messages the oldest counts."""
        if not self.unanswered:
            self.unanswered = True
            self.begin(NEXT, happened.at)

    def answer(self, happened: Happened) -> None:
        """Whoever waited has been answered, also by an answer that leaves after the ticket was solved with it."""
        self.unanswered = self.was_unanswered = False
        for name in (FIRST, NEXT):
            self.end(name, happened.at, "met")
            if clock := self.stopped.pop(name, None):
                clock.finish(happened.at, "met")

    def changed(self, happened: Happened) -> None:
        """The status: done, or opened again, or one in which clocks rest."""
        before, self.status = self.status, happened.value
        if happened.value in DONE and before not in DONE:
            self.done(happened.at)
        elif before in DONE and happened.value not in DONE:
            self.open_again(happened.at)
        self.settle(happened.at)

    def woken(self, happened: Happened) -> None:
        """The customer wrote: the resolution goes on, and who waits for what begins with the message."""
        if self.status in DONE:
            self.stopped = {name: clock for name, clock in self.stopped.items() if name == RESOLUTION}
            self.was_unanswered = False
        self.changed(happened)

    def done(self, at: datetime) -> None:
        """Resolution is met; everything else that runs has lost its object."""
        self.was_unanswered, self.unanswered = self.unanswered, False
        self.stopped = dict(self.running)
        for name in list(self.running):
            self.end(name, at, "met" if name == RESOLUTION else "cancelled")

    def open_again(self, at: datetime) -> None:
        """What stopped goes on."""
        for clock in self.stopped.values():
            clock.go_on(at, self.why)
        self.running |= self.stopped
        self.unanswered, self.stopped = self.unanswered or self.was_unanswered, {}

    def moved(self, happened: Happened) -> None:
        """To spam or to the trash, where everything rests, or back."""
        self.place = happened.value
        self.settle(happened.at)

    def settle(self, at: datetime) -> None:
        """What runs rests or goes on, as status and place say."""
        resting = self.status if self.status in self.definition.get("pause", []) else ""
        why = resting if self.place == "inbox" else self.place
        if why != self.why:
            self.why = why
            for clock in self.running.values():
                clock.rest(at, why)

    def dated(self, happened: Happened) -> None:
        """An agent gave it a date, or took that back."""
        if clock := self.running.get(happened.value):
            clock.manual = happened.manual
