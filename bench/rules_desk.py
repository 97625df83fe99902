"""What runs on the desk of the rules' figures, each part in a process of its own: `python -m bench.rules_desk PART [MAILS RULES]`, where
PART is fill, cost, state or nursery."""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from typing import Any

WORDS = ["order", "delivery", "invoice", "phone", "battery", "الطلب", "الفاتورة", "الشحن", "الجهاز", "screen"]
POLICY: dict[str, Any] = {
    "if": {"none": [{"word": "tags", "test": "has_any", "value": ["unpromised"]}]}, "pause": ["pending", "on_hold"], "calendar": "team",
    "steps": [{"at": {"kind": "percent", "amount": 75}, "then": [{"do": "tag", "value": ["soon"]}]}],
    "targets": {"first_response": {"default": {"amount": 8, "unit": "business_hours"}}, "stages": [],
                "resolution": {"default": {"amount": 3, "unit": "business_days"}}},
}  # fmt: skip


def rule(place: int, rules: int) -> dict[str, Any]:
    """Five conditions, of which the first tells most tickets apart; a quarter listen to what other rules do."""
    random_ = random.Random(place)
    conditions = [
        {"word": "subject", "test": "has_all", "value": random_.sample(WORDS, 2)},
        {"word": "status", "test": "is_not", "value": ["closed"]},
        {"word": "priority", "test": "is", "value": random_.sample(["low", "normal", "high", "urgent"], 3)},
        {"word": "tags", "test": "has_none", "value": [f"t{place}", f"t{random_.randrange(rules)}"]},
        {"word": "messages", "test": "under", "value": 20},
    ]
    acts = [{"do": "tag", "value": [f"t{place}"]}, {"do": "set_priority", "value": random_.choice(["low", "high", "urgent"])},
            {"do": "set_status", "value": random_.choice(["open", "pending"])}]  # fmt: skip
    on = "priority_changed" if place % 4 == 3 else "message_received"
    return {"on": [on], "if": {"all": conditions}, "then": random_.sample(acts, 2), "stop": place % 10 == 9}


def fill(mails: int, rules: int) -> dict[str, Any]:
    """An inbox, an agent, rules and a promise in force, and mails of which nobody has heard."""
    from helpdesk import clock
    from helpdesk.actions import rules as acts
    from helpdesk.actions import sla_policies
    from helpdesk.actions.receive import receive
    from helpdesk.actions.transaction import transaction
    from helpdesk.models import Agent, Desk, Inbox
    from helpdesk.policy import Viewer

    with transaction() as session:
        inbox = Inbox(address="support@example.com", name="Support", smtp={})
        agent = Agent(email="admin@example.com", name="Admin", role="admin", created_at=clock.now())
        session.add_all([Desk(id=1, name="Bench", created_at=clock.now()), inbox, agent])
    viewer = Viewer(agent.id, "admin")
    for place in range(rules):
        acts.switch(acts.create(viewer, acts.RuleChange("trigger", f"Rule {place}", "", rule(place, rules))).id, on=True)
    sla_policies.switch(sla_policies.create(viewer, sla_policies.PolicyChange("Answers", "", POLICY)).id, on=True)
    incomings = incoming(inbox.id, mails)
    for first in range(0, mails, 50):
        receive(incomings[first : first + 50])
    return {"mails": mails}


def incoming(inbox_id: int, mails: int) -> list[Any]:
    """Mails of ordinary length, of as many customers."""
    from helpdesk.incoming import Incoming, Person

    random_ = random.Random(7)
    return [
        Incoming(
            raw_message_id=None, inbox_id=inbox_id, channel="email", external_id=f"m{place}@example.net", content_hash=f"{place:064d}",
            sender_kind="email", sender=Person("", f"customer{place}@example.net"), subject=" ".join(random_.sample(WORDS, 4)),
            text=" ".join(random_.choices(WORDS, k=80)), reply_text="", html=None, language="en", sent_at=None,
        )
        for place in range(mails)
    ]  # fmt: skip


def cost(*_asked: int) -> dict[str, Any]:
    """Processor time of every condition of all rules on one event, facts read from the tables; nothing is done. The median and the worst
    of a hundred."""
    from sqlalchemy import select

    from automations import orders
    from automations.conditions.evaluate import made
    from automations.facts import facts_of
    from helpdesk.extensions import db
    from helpdesk.models import Event, Ticket

    session, spent = db.session(), []
    events = session.scalars(select(Event).where(Event.kind == "message_received").limit(400)).all()
    groups = [made(order.definition["if"]) for order in orders.in_force(session, "trigger")]
    for event in events:
        facts = facts_of(session, session.get_one(Ticket, event.ticket_id), event)
        begun = time.process_time()
        for group in groups:
            for part in group.parts:  # also those behind one that does not hold
                part.holds(facts)
        spent.append((time.process_time() - begun) * 1000)
    spent.sort()
    conditions = sum(len(group.parts) for group in groups)
    return {"ms": round(spent[len(spent) // 2], 2), "worst": round(spent[len(spent) * 99 // 100], 2), "n": len(spent), "asked": conditions}


def state(*_asked: int) -> dict[str, Any]:
    """What every ticket is, what every rule did and what is promised, without the numbers of the time; and how many events there were of
    which somebody heard."""
    from sqlalchemy import func, select

    from automations.sla.watch import HEARS
    from helpdesk.extensions import db
    from helpdesk.models import Event, PendingEvent, Rule, RuleRun, SlaTarget, Ticket

    names = {rule.id: rule.name for rule in db.session.scalars(select(Rule))}
    tickets = db.session.scalars(select(Ticket).order_by(Ticket.id))
    runs = db.session.scalars(select(RuleRun).where(RuleRun.matched).order_by(RuleRun.ticket_id, RuleRun.id))
    promised = db.session.scalars(select(SlaTarget).order_by(SlaTarget.ticket_id, SlaTarget.id))
    heard = select(func.count()).select_from(Event).where(Event.kind.in_(HEARS))
    return {
        "tickets": [[one.id, one.status, one.priority, sorted(tag.name for tag in one.tags)] for one in tickets],
        "runs": [[one.ticket_id, names[one.rule_id], one.depth, [line["result"] for line in one.did]] for one in runs],
        "promised": [[one.ticket_id, one.name, one.state, len(one.pauses)] for one in promised],
        "events": db.session.scalar(heard), "left": db.session.scalar(select(func.count()).select_from(PendingEvent)),
    }  # fmt: skip


def nursery(*_asked: int) -> None:
    """Starts a worker for every line with its name, which is how PostgreSQL knows it, and prints its process: a fork takes 30 ms where a
    new interpreter takes a second. At "end" it leaves."""
    import signal

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if (name := line.strip()) == "end":
            return
        number = os.fork()
        if not number:
            os.environ["PGAPPNAME"] = name
            work()
            os._exit(0)
        print(json.dumps(number), flush=True)


def work() -> None:
    """Drains until nobody waits to hear of anything."""
    from sqlalchemy import func, select

    from helpdesk.actions import drain_outbox
    from helpdesk.extensions import db
    from helpdesk.models import PendingEvent

    while db.session.scalar(select(func.count()).select_from(PendingEvent)):
        db.session.rollback()
        drain_outbox.drain()


if __name__ == "__main__":
    from helpdesk.app import create_app

    PARTS: dict[str, Callable[..., Any]] = {"fill": fill, "cost": cost, "state": state, "nursery": nursery}
    with create_app().app_context():
        told = PARTS[sys.argv[1]](*map(int, sys.argv[2:]))
        if told is not None:
            print(json.dumps(told))
