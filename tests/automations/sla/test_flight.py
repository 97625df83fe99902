"""Whole histories on a real desk: what its rows say of every promise is what looking at every moment says, also where the policy or the
hours become others on the way."""

import random
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from automations.sla import moving
from helpdesk.actions import calendars, change, release, reply, sla_policies
from helpdesk.extensions import db
from helpdesk.models import Message, SlaTarget, Ticket
from tests.automations.sla.conftest import USUAL, at, settle
from tests.automations.sla.flight_cases import NAMES, Event
from tests.automations.sla.flight_oracle import Flight
from tests.automations.sla.hours_oracle import Oracle
from tests.factories import Clock, SmallDesk, writing

SHOP = [[[600, 780], [960, 1380]]] * 4 + [[[960, 1380]]] + [[[600, 780], [960, 1380]]] * 2
STEPS, FLIGHTS = 10, 12


def some_policy(chance: random.Random) -> dict[str, Any]:
    """Three promises in minutes or hours, and statuses in which they rest."""
    spans = [(chance.randint(1, 30), "business_hours"), (chance.randint(1, 900), "business_minutes"), (chance.randint(1, 48), "hours")]
    return {"targets": {name: chance.choice(spans) for name in NAMES}, "pause": chance.choice(([], ["pending"], ["pending", "on_hold"]))}


def definition(policy: dict[str, Any]) -> dict[str, Any]:
    """As the product keeps it."""
    targets = {name: {"default": {"amount": amount, "unit": unit}} for name, (amount, unit) in policy["targets"].items()}
    return {"if": {}, "calendar": "team", "pause": policy["pause"], "targets": targets, "steps": []}


class Life:
    """One ticket, and what happened to it as the oracle wants to know it."""

    def __init__(self, desk: SmallDesk, clock: Clock) -> None:
        self.desk, self.clock, self.history = desk, clock, list[Event]()
        self.number = desk.ticket()
        self.ours = ""
        self.note("opened")
        self.note("message")
        settle()

    def now(self) -> int:
        return int(datetime.fromisoformat(self.clock.path.read_text("ascii")).timestamp())

    def note(self, kind: str, value: str = "") -> None:
        self.history.append((self.now(), kind, value))

    def status(self) -> str:
        db.session.rollback()
        return db.session.get_one(Ticket, self.number, populate_existing=True).status

    def message(self) -> None:
        """The customer answers what we wrote last."""
        if self.status() != "open":
            self.note("woken", "open")
        assert self.desk.ticket("And now?", in_reply_to=self.ours, verified=True) == self.number
        self.note("message")

    def answer(self, status: str) -> None:
        """It leaves eleven seconds later."""
        if self.status() != status:
            self.note("status", status)
        reply.reply(self.desk.viewer("rana"), self.number, writing(self.number, status=status))
        settle()
        self.clock.move(seconds=11)
        release.release_due()
        self.note("answer")
        left = select(Message.external_id).where(Message.kind == "outgoing").order_by(Message.id.desc())
        self.ours = db.session.scalars(left).first() or ""

    def be(self, status: str) -> None:
        if self.status() != status:
            change.change(self.desk.viewer("rana"), self.number, change.set_status(status))
            self.note("status", status)

    def lie(self, place: str) -> None:
        change.change(self.desk.viewer("rana"), self.number, change.move(place))
        self.note("place", place)


def step(life: Life, chance: random.Random) -> None:
    """Time passes, and something happens."""
    life.clock.move(seconds=chance.choice((60, 3600, chance.randint(1, 50_000), chance.randint(1, 200_000))))
    kind = chance.choice(("message", "message", "answer", "status", "status", "place") if life.ours else ("answer", "status"))
    if kind == "message":
        life.message()
    elif kind == "answer":
        life.answer(chance.choice(("open", "pending", "on_hold", "solved")))
    elif kind == "status":
        life.be(chance.choice(("open", "pending", "on_hold", "solved", "open")))
    else:
        life.lie("spam")
        settle()
        life.clock.move(seconds=chance.randint(1, 20_000))
        life.lie("inbox")
    settle()


def rows(number: int) -> dict[tuple[str, int], tuple[int | None, str]]:
    """What the desk keeps."""
    db.session.rollback()
    found = db.session.scalars(select(SlaTarget).where(SlaTarget.ticket_id == number).execution_options(populate_existing=True))
    return {(row.name, int(row.started_at.timestamp())): (int(row.due_at.timestamp()) if row.due_at else None, row.state) for row in found}


def judged(life: Life, policy: dict[str, Any], week: list[Any]) -> dict[tuple[str, int], tuple[int | None, str]]:
    """What the oracle says."""
    hours = Oracle({"zone": "Asia/Riyadh", "week": week, "ranges": [], "days": {}})
    flight = Flight(life.history, policy | {"calendar": hours})
    return {(name, life.history[place][0]): flight.outcome(name, place, life.now()) for name in NAMES for place in flight.starts(name)}


@pytest.mark.parametrize("number", range(FLIGHTS))
def test_rows_are_what_the_history_says(riyadh: SmallDesk, clock: Clock, number: int) -> None:
    """Half way the policy promises other times, rests in other statuses, and the hours are others."""
    chance, admin = random.Random(number), riyadh.viewer("admin")
    old, new = some_policy(chance), some_policy(chance)
    policy = sla_policies.create(admin, sla_policies.PolicyChange("A policy", "", definition(old))).id
    sla_policies.switch(policy, on=True)
    clock.set(at("03-24 10:00"))
    life = Life(riyadh, clock)
    for _number in range(STEPS):
        step(life, chance)
        assert rows(life.number) == judged(life, old, USUAL), life.history
    over = {key: told for key, told in rows(life.number).items() if told[1] in ("met", "cancelled") or is_over(life.number, key)}
    sla_policies.save(admin, policy, sla_policies.PolicyChange("A policy", "", definition(new)))
    calendars.edit(1, calendars.CalendarChange("Usual", "", "Asia/Riyadh", SHOP, standard=True))
    moving.move_now()
    settle()
    assert rows(life.number) == judged(life, new, SHOP) | over, ("right after the change", life.history)
    for _number in range(STEPS):
        step(life, chance)
        still = {key: told for key, told in over.items() if is_over(life.number, key)}
        assert rows(life.number) == judged(life, new, SHOP) | still, life.history


def is_over(number: int, key: tuple[str, int]) -> bool:
    """Whether that row has ended."""
    found = select(SlaTarget).where(SlaTarget.ticket_id == number, SlaTarget.name == key[0]).execution_options(populate_existing=True)
    return any(row.ended_at is not None for row in db.session.scalars(found) if int(row.started_at.timestamp()) == key[1])
