"""A simulation says what the rule would have done: the same things are lived through once more with the rule in force, and compared."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from automations.simulate import simulate
from helpdesk.actions import change, drain_outbox, due_moments, rules
from helpdesk.actions.receive import receive
from helpdesk.actions.release import release_due
from helpdesk.actions.reply import UNDO_SECONDS, note, reply
from helpdesk.clock import now
from helpdesk.extensions import db
from helpdesk.models import DueMoment, Message, RuleRun
from tests.factories import Clock, SmallDesk, writing

SCENARIOS, RULES_EACH, INPUTS = 4, 10, 14
TEXTS = ["أريد استرجاع المبلغ", "My printer does not print.", "Where is my order 4471?", "شكرا لكم", "refund please", "الطابعة معطلة"]
Input = tuple[Any, ...]


def inputs(random_: random.Random) -> list[Input]:
    """What happens, in order: (minutes later, what, which ticket, ...)."""
    found: list[Input] = [(1, "mail", place, random_.choice(TEXTS)) for place in range(3)]
    for _ in range(INPUTS - 3):
        what = random_.choice(["mail", "mail", "status", "priority", "team", "tag", "untag", "assign", "reply", "note"])
        value = {
            "mail": TEXTS, "status": ["open", "pending", "on_hold", "solved"], "priority": ["low", "normal", "high", "urgent"],
            "team": ["repairs", "returns"], "tag": ["vip", "seen", "مرتجع"], "untag": ["vip", "seen"], "assign": ["rana", "huda", ""],
            "reply": TEXTS, "note": TEXTS,
        }[what]  # fmt: skip
        found.append((random_.choice([1, 30, 90, 400]), what, random_.randrange(3), random_.choice(value)))
    return found


def live(desk: SmallDesk, clock: Clock, story: list[Input]) -> list[int]:
    """Lives through it; the tickets."""
    tickets: dict[int, int] = {}
    admin = desk.viewer("admin")
    for minutes, what, place, value in story:
        pass_time(clock, timedelta(minutes=minutes))
        number = tickets.get(place, 0)
        if what == "mail":
            answers = {"tokens": []} if not number else {"in_reply_to": last_id(number)}
            tickets[place] = receive([desk.mail(value, subject="Printer", authentication="pass", **answers)])[0].ticket_id
        elif what == "reply":
            reply(admin, number, writing(number, value))
            clock.move(seconds=UNDO_SECONDS)
        elif what == "note":
            note(admin, number, writing(number, value))
        else:
            change.change(admin, number, CHANGES[what](desk, value))
        settle()
    pass_time(clock, timedelta(days=2))
    return [tickets[place] for place in range(3)]


def pass_time(clock: Clock, span: timedelta) -> None:
    """What is due on the way happens at its own time, as it does where somebody looks every second."""
    end = now() + span
    while (due := db.session.scalar(select(func.min(DueMoment.due_at)))) is not None and due <= end:
        db.session.rollback()
        clock.set(max(due, now()))
        settle()
    clock.set(end)
    settle()


CHANGES: dict[str, Callable[[SmallDesk, str], change.Change]] = {
    "status": lambda _desk, value: change.set_status(value),
    "priority": lambda _desk, value: change.set_priority(value),
    "team": lambda desk, value: change.set_team(desk.ids[value]),
    "tag": lambda _desk, value: change.tag(value),
    "untag": lambda _desk, value: change.untag(value),
    "assign": lambda desk, value: change.assign(desk.ids[value] if value else None),
}


def last_id(number: int) -> str:
    """The Message-ID that the customer answers."""
    return db.session.scalars(select(Message.external_id).where(Message.ticket_id == number).order_by(Message.id)).first() or ""


def settle() -> None:
    release_due()
    for _ in range(4):
        drain_outbox.drain()
        due_moments.drain()
    db.session.rollback()


def condition(desk: SmallDesk, random_: random.Random) -> dict[str, Any]:
    """Any condition that can be asked of the past."""
    teams = [str(desk.ids["repairs"]), str(desk.ids["returns"]), ""]
    return random_.choice([
        {"word": "status", "test": random_.choice(["is", "is_not"]), "value": [random_.choice(["open", "pending", "on_hold", "solved"])]},
        {"word": "priority", "test": random_.choice(["is", "is_not"]), "value": random_.sample(["low", "normal", "high", "urgent"], 2)},
        {"word": "team", "test": "is", "value": [random_.choice(teams)]},
        {"word": "assignee", "test": random_.choice(["is", "is_not"]), "value": [""]},
        {"word": "tags", "test": random_.choice(["has_any", "has_all", "has_none"]), "value": [random_.choice(["vip", "seen", "مرتجع"])]},
        {"word": "text", "test": random_.choice(["has_any", "has_none"]), "value": [random_.choice(["استرجاع", "refund", "printer"])]},
        {"word": "messages", "test": random_.choice(["over", "under"]), "value": random_.randrange(1, 5)},
        {"word": "from_us", "test": "over", "value": 0},
        {"word": "by", "test": "is", "value": [random_.choice(["contact", "system", "rule"])]},
        {"word": "status_changed", "test": random_.choice(["changed", "changed_to"]), "value": [random_.choice(["open", "solved"])]},
        {"word": "since_created", "test": random_.choice(["over", "under"]), "value": random_.choice([10, 120, 600])},
        {"word": "since_customer", "test": "over", "value": random_.choice([10, 120])},
        {"word": "waiting", "test": random_.choice(["over", "under"]), "value": random_.choice([5, 100])},
    ])  # fmt: skip


def rule(desk: SmallDesk, random_: random.Random) -> tuple[str, dict[str, Any]]:
    """A kind and a definition."""
    acts = [
        {"do": "set_status", "value": random_.choice(["open", "pending", "on_hold", "solved"])},
        {"do": "set_priority", "value": random_.choice(["low", "high", "urgent"])}, {"do": "untag", "value": ["seen"]},
        {"do": "set_team", "value": str(desk.ids[random_.choice(["repairs", "returns"])])},
        {"do": "tag", "value": [random_.choice(["vip", "new"])]},
        {"do": "assign", "value": str(desk.ids["huda"])},
    ]  # fmt: skip
    group = {random_.choice(["all", "all", "any", "none"]): [condition(desk, random_) for _ in range(random_.randrange(0, 3))]}
    definition: dict[str, Any] = {"if": group, "then": random_.sample(acts, random_.randrange(1, 4)), "stop": False}
    if random_.random() < 0.3:
        since = random_.choice(["opened", "customer", "us", "status"])
        after = {"amount": random_.choice([20, 100, 500]), "unit": "minutes", "since": since}
        return "timed", definition | {"after": after}
    kinds = ["message_received", "reply_released", "note_written", "status_changed", "priority_changed", "ticket_tagged", "team_changed",
             "ticket_opened", "ticket_assigned"]  # fmt: skip
    return "trigger", definition | {"on": random_.sample(kinds, random_.randrange(1, 4))}


def outcome(tickets: list[int], runs: list[Any]) -> list[Any]:
    """What stands in the log, without the numbers of this time."""
    return sorted((tickets.index(ticket), [(line["do"], line["result"]) for line in did]) for ticket, did in runs if ticket in tickets)


def simulated(kind: str, definition: dict[str, Any], tickets: list[int]) -> list[Any]:
    """What the simulation says of these tickets."""
    *_, (_done, _total, found) = simulate(db.session(), kind, 0, definition, 30)
    return outcome(tickets, [(run["ticket"], run["did"]) for run in found.runs])


def lived(desk: SmallDesk, clock: Clock, story: list[Input], kind: str, definition: dict[str, Any]) -> list[Any]:
    """What the rule does when it is in force."""
    made = rules.create(desk.viewer("admin"), rules.RuleChange(kind, "A rule", "", definition))
    rules.switch(made.id, on=True)
    again = live(desk, clock, story)
    rules.switch(made.id, on=False)
    return outcome(again, [(run.ticket_id, run.did) for run in db.session.query(RuleRun).filter_by(rule_id=made.id, matched=True)])


def test_a_simulation_is_what_would_have_happened(desk: SmallDesk, clock: Clock) -> None:
    random_, differences, acted = random.Random(20261123), [], 0
    whole = db.engine.dialect.name == "sqlite"
    for _scenario in range(SCENARIOS if whole else 1):
        story = inputs(random_)
        base = live(desk, clock, story)
        tried = [rule(desk, random_) for _rule in range(RULES_EACH if whole else 5)]
        said = [simulated(kind, definition, base) for kind, definition in tried]
        did = [lived(desk, clock, story, kind, definition) for kind, definition in tried]
        acted += sum(map(bool, did))
        differences += [(rule, one, other) for rule, one, other in zip(tried, said, did, strict=True) if one != other]
    assert not differences, f"{len(differences)} rules, the first: {differences[0]}"
    assert acted > len(tried) / 4, "rules that never act prove nothing"
