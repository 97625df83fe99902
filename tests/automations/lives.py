"""What happens to a desk, told so that it can be lived through again: random inputs, random rules of every word and every act."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from automations.actions import ACTS
from automations.conditions.happenings import EVENT_WORDS, SINCE_WORDS
from automations.conditions.kinds import KINDS
from automations.conditions.words import WORDS
from helpdesk import clock as time
from helpdesk.actions import change, drain_outbox, due_moments
from helpdesk.actions.receive import receive
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import UNDO_SECONDS, note, reply
from helpdesk.extensions import db
from helpdesk.models import DueMoment, Message
from tests.factories import NOW, Clock, SmallDesk, kinds, writing

TEXTS = ["أريد استرجاع المبلغ", "My printer does not print.", "Where is my order 4471?", "شكرا لكم", "refund please", "الطابعة معطلة"]
PHRASES = ["استرجاع", "refund", "printer", "طابعة", "order", "example"]
TAGS = ["vip", "seen", "مرتجع"]
PLACES, INPUTS, WEEK = 3, 12, timedelta(days=7)
PROMISES = {"sla", "sla_name", "until_due", "overdue", "first_response", "next_response", "resolution"}
QUIET = ("tag", "untag", "note", "notify", "notify_by_mail", "webhook")
"""Acts that leave promises alone: a simulation takes these as they were."""
HEARD = ["message_received", "ticket_opened", "reply_released", "note_written", "status_changed", "priority_changed", "type_changed",
         "team_changed", "ticket_assigned", "ticket_unassigned", "ticket_tagged", "ticket_untagged", "ticket_snoozed",
         "ticket_moved"]  # fmt: skip
Input = tuple[Any, ...]
Definition = dict[str, Any]


def inputs(random_: random.Random, kind_id: int) -> list[Input]:
    """What happens, in order: (minutes later, what, which ticket, value)."""
    values = {
        "mail": TEXTS, "robot": TEXTS, "status": ["open", "pending", "on_hold", "solved"], "priority": ["low", "normal", "high", "urgent"],
        "team": ["repairs", "returns"], "tag": TAGS, "untag": TAGS, "assign": ["rana", "huda", ""], "reply": TEXTS, "note": TEXTS,
        "type": [kind_id, None], "move": ["spam", "inbox"], "snooze": [600, 6000],
    }  # fmt: skip
    found: list[Input] = [(1, "mail", place, random_.choice(TEXTS)) for place in range(PLACES)]
    for _ in range(INPUTS - PLACES):
        what = random_.choice(["mail", "mail", *values])
        found.append((random_.choice([1, 30, 90, 400]), what, random_.randrange(PLACES), random_.choice(values[what])))
    return found


CHANGES: dict[str, Callable[[SmallDesk, Any], change.Change]] = {
    "status": lambda _desk, value: change.set_status(value),
    "priority": lambda _desk, value: change.set_priority(value),
    "team": lambda desk, value: change.set_team(desk.ids[value]),
    "tag": lambda _desk, value: change.tag(value),
    "untag": lambda _desk, value: change.untag(value),
    "assign": lambda desk, value: change.assign(desk.ids[value] if value else None),
    "type": lambda _desk, value: change.set_type(value),
    "move": lambda _desk, value: change.move(value),
    "snooze": lambda _desk, value: change.snooze(time.now() + timedelta(minutes=value)),
}


def live(desk: SmallDesk, clock: Clock, story: list[Input], number: int, *, prune: bool = False) -> list[int]:
    """Lives through it in the week of that number, with customers of its own; the tickets. With `prune`, acts that change nothing are taken
    out of the story: they leave no trace, and no simulation can know of them."""
    clock.set(NOW + number * WEEK)
    tickets, idle = dict[int, int](), list[int]()
    for at, (minutes, what, place, value) in enumerate(story):
        pass_time(clock, timedelta(minutes=minutes))
        if what in ("mail", "robot"):
            answers = {"tokens": []} if place not in tickets else {"in_reply_to": last_id(tickets[place])}
            mail = desk.mail(value, sender=f"customer{number}-{place}@example.net", authentication="pass",
                             auto_reply="absence" if what == "robot" else "", **answers)  # fmt: skip
            tickets[place] = receive([mail])[0].ticket_id
        elif what != "wait" and not happen(desk, clock, what, tickets[place], value):
            idle.append(at)
        settle()
    pass_time(clock, timedelta(days=2))
    if prune:
        for at in idle:
            story[at] = (story[at][0], "wait", 0, None)
    return [tickets[place] for place in range(PLACES)]


def happen(desk: SmallDesk, clock: Clock, what: str, number: int, value: Any) -> bool:
    """An agent does something; whether that changed anything."""
    admin, before = desk.viewer("admin"), kinds(number)
    if what == "reply":
        reply(admin, number, writing(number, value))
        clock.move(seconds=UNDO_SECONDS)
    elif what == "note":
        note(admin, number, writing(number, value))
    else:
        change.change(admin, number, CHANGES[what](desk, value))
    return kinds(number) != before


def pass_time(clock: Clock, span: timedelta) -> None:
    """What is due on the way happens at its own time, as it does where somebody looks every second."""
    end = time.now() + span
    while (due := next_due()) is not None and due <= end:
        clock.set(max(due, time.now()))
        settle()
    clock.set(end)
    settle()


def next_due() -> datetime | None:
    """The first moment that is planned."""
    found = db.session.scalar(select(func.min(DueMoment.due_at)))
    db.session.rollback()
    return found


def settle() -> None:
    """Everybody has heard of everything, and what is due is done."""
    release_due()
    for _ in range(2):
        drain_outbox.drain()
        due_moments.drain()
    drain_outbox.drain()
    db.session.rollback()


def last_id(number: int) -> str:
    """The Message-ID that the customer answers."""
    return db.session.scalars(select(Message.external_id).where(Message.ticket_id == number).order_by(Message.id)).first() or ""


class Author:
    """Writes rules at random: of every word that the past can tell, with every test of its kind; of every act that there is."""

    def __init__(self, random_: random.Random, *, promises: bool) -> None:
        self.random, self.promises = random_, promises
        self.words = [word for word in WORDS.values() if not word.now and (promises or word.name not in PROMISES)]
        self.acts = [act for act in ACTS.values() if not promises or act.name in QUIET]
        self.used: set[str] = set()

    def condition(self) -> Definition:
        """Any."""
        word = self.random.choice(self.words)
        name = self.random.choice(sorted(KINDS[word.kind]))
        self.used |= {word.name, f"{word.kind} {name}"}
        takes = KINDS[word.kind][name].takes
        value = {
            "choices": lambda: self.random.sample(keys := [key for key, _label in word.choices() if key != "und"], min(len(keys), 2)),
            "phrases": lambda: self.random.sample(PHRASES, 2), "pattern": lambda: self.random.choice(["print|order", r"\d+", "م.ل"]),
            "tags": lambda: [self.random.choice(TAGS)], "number": lambda: self.random.randrange(5),
            "minutes": lambda: self.random.choice([1, 60, 400, 1440]),
        }  # fmt: skip
        return {"word": word.name, "test": name} | ({"value": value[takes]()} if takes else {})

    def group(self, depth: int = 0) -> Definition:
        """Groups within groups."""
        parts = [self.group(depth + 1) if depth < 2 and self.random.random() < 0.2 else self.condition()
                 for _ in range(self.random.choice([0, 1, 1, 2, 3]))]  # fmt: skip
        return {self.random.choice(["all", "all", "any", "any", "none"]): parts}

    def action(self) -> Definition:
        """Any."""
        act = self.random.choice(self.acts)
        self.used.add(f"act {act.name}")
        if act.takes == "tags":
            return {"do": act.name, "value": self.random.sample([*TAGS, "new"], 2)}
        if act.choices:
            return {"do": act.name, "value": self.random.choice([key for key, _label in act.choices()])}
        return {"do": act.name, "value": "A note."}

    def rule(self) -> tuple[str, Definition]:
        """A kind and a definition."""
        definition = {"if": self.group(), "then": [self.action() for _ in range(self.random.randrange(1, 4))],
                      "stop": self.random.random() < 0.3}  # fmt: skip
        if self.random.random() < 0.3:
            unit = self.random.choice(["minutes", "hours", "business_hours", "calendar_days"])
            amount = {"minutes": 100, "hours": 7, "business_hours": 3, "calendar_days": 1}[unit]
            after = {"amount": amount, "unit": unit, "since": self.random.choice(sorted(SINCE_WORDS))}
            self.used |= {f"after {unit}", f"since {after['since']}"}
            return "timed", definition | {"on": [], "after": after}
        kinds = HEARD + ([kind for kind in EVENT_WORDS if kind.startswith("sla_")] if self.promises else [])
        return "trigger", definition | {"on": self.random.sample(kinds, self.random.randrange(1, 4))}
