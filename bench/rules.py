"""Standing orders: what 100 rules cost an event, how many events a worker takes through them, and whether two workers that are killed at
random leave the same desk as one that is not."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.desk import HELPDESK, Grounds
from bench.intake import mail
from bench.load import bare
from bench.results import Row
from tests.servers import PostgreSQL, Redis

MAILS, RULES, KILLS = 5000, 100, 60
GOAL_MS, GOAL_RATE, PATIENCE_SECONDS = 3.0, 300.0, 600
WORDS = ["order", "delivery", "invoice", "phone", "battery", "الطلب", "الفاتورة", "الشحن", "الجهاز", "screen"]


def measure(_grounds: Grounds) -> Iterator[Row]:
    """PostgreSQL; the same mails for one worker without kills and for two with them."""
    with PostgreSQL(durable=True) as server, Redis() as redis:
        assert isinstance(server, PostgreSQL)
        assert isinstance(redis, Redis)
        desks = [desk_on(server, redis) for _ in range(2)]
        commits = bare("commits", desks[0]["HELPDESK_DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:"))["per_second"]
        cost = ask(desks[0], "cost")
        quiet = drained(desks[0])
        kills = killed(desks[1])
        one, two = ask(desks[0], "state"), ask(desks[1], "state")
    yield Row("rules 100 of five conditions on one event", cost["ms"], "ms", GOAL_MS, n=cost["n"])
    yield Row("rules events a second, one worker", round(quiet["events"] / quiet["seconds"]), "events/s", GOAL_RATE, commits,
              round(quiet["events"] / quiet["seconds"] / commits, 3), n=quiet["events"], high=True)  # fmt: skip
    yield Row("rules kills of two workers at work", kills, "kills", KILLS / 2, high=True)
    yield Row("rules acts done twice or not at all", differences(one["runs"], two["runs"]), "acts", 0, n=len(one["runs"]))
    yield Row("rules tickets that ended otherwise", differences(one["tickets"], two["tickets"]), "tickets", 0, n=len(one["tickets"]))


def desk_on(server: PostgreSQL, redis: Redis) -> dict[str, str]:
    """The settings of a desk with rules, on which MAILS have arrived and nobody has heard of them."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-rules-"))
    env = {"HELPDESK_DATA": str(folder), "HELPDESK_DATABASE_URL": server.url(server.new_database()), "HELPDESK_REDIS_URL": redis.url}
    subprocess.run([HELPDESK, "migrate"], env=os.environ | env, check=True)
    ask(env, "fill")
    return env


def ask(env: dict[str, str], what: str) -> Any:
    """One process on that desk."""
    return json.loads(subprocess.check_output([sys.executable, "-m", "bench.rules", what], env=os.environ | env, text=True))


def start(env: dict[str, str]) -> "subprocess.Popen[str]":
    """A worker that drains until nobody waits to hear of anything."""
    return subprocess.Popen([sys.executable, "-m", "bench.rules", "work"], env=os.environ | env, stdout=subprocess.PIPE, text=True)


def drained(env: dict[str, str]) -> dict[str, Any]:
    """By one worker."""
    told: dict[str, Any] = json.loads(start(env).communicate(timeout=PATIENCE_SECONDS)[0])
    return told


def killed(env: dict[str, str]) -> int:
    """By two workers, killed at random moments and started again; how many were at work when they were killed."""
    random_, kills, end = random.Random(1), 0, time.monotonic() + PATIENCE_SECONDS
    workers = [start(env), start(env)]
    while any(worker.poll() is None for worker in workers) and time.monotonic() < end:
        time.sleep(random_.uniform(0.4, 1.2) if kills < KILLS else 0.2)
        victim = random_.choice(workers)
        if kills < KILLS and victim.poll() is None:
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            kills += 1
            workers[workers.index(victim)] = start(env)
    for worker in workers:
        with suppress(subprocess.TimeoutExpired):
            worker.wait(60)
    return kills


def differences(one: list[Any], other: list[Any]) -> int:
    """Lines that are in the one more often than in the other."""
    left = [json.dumps(line) for line in one]
    for line in map(json.dumps, other):
        if line in left:
            left.remove(line)
        else:
            left.append(line)
    return len(left)


def rule(place: int) -> dict[str, Any]:
    """Five conditions, of which the first tell most tickets apart; a quarter listen to what other rules do."""
    random_ = random.Random(place)
    conditions = [
        {"word": "text", "test": "has_any", "value": random_.sample(WORDS, 2)},
        {"word": "status", "test": "is_not", "value": ["closed"]},
        {"word": "priority", "test": "is", "value": random_.sample(["low", "normal", "high", "urgent"], 3)},
        {"word": "tags", "test": "has_none", "value": [f"t{place}", f"t{random_.randrange(RULES)}"]},
        {"word": "messages", "test": "under", "value": 20},
    ]
    acts = [{"do": "tag", "value": [f"t{place}"]}, {"do": "set_priority", "value": random_.choice(["low", "high", "urgent"])},
            {"do": "set_status", "value": random_.choice(["open", "pending"])}]  # fmt: skip
    on = "priority_changed" if place % 4 == 3 else "message_received"
    many = {"word": "subject", "test": "has_all", "value": random_.sample(WORDS, 2)}
    return {"on": [on], "if": {"all": [many, *conditions[1:]]}, "then": random_.sample(acts, 2), "stop": place % 10 == 9}


def fill() -> dict[str, Any]:
    """An inbox, an agent, RULES rules, MAILS tickets."""
    from helpdesk import clock
    from helpdesk.actions import rules
    from helpdesk.actions.receive import receive
    from helpdesk.actions.transaction import transaction
    from helpdesk.incoming import Incoming, Person
    from helpdesk.models import Agent, Inbox
    from helpdesk.policy import Viewer

    with transaction() as session:
        inbox = Inbox(address="support@example.com", name="Support", smtp={})
        agent = Agent(email="admin@example.com", name="Admin", role="admin", created_at=clock.now())
        session.add_all([inbox, agent])
    viewer = Viewer(agent.id, "admin")
    for place in range(RULES):
        made = rules.create(viewer, rules.RuleChange("trigger", f"Rule {place}", "", rule(place)))
        rules.switch(made.id, on=True)
    random_ = random.Random(7)
    incomings = [
        Incoming(
            raw_message_id=None, inbox_id=inbox.id, channel="email", external_id=f"m{place}@example.net", content_hash=f"{place:064d}",
            sender_kind="email", sender=Person("", f"customer{place}@example.net"), subject=" ".join(random_.sample(WORDS, 4)),
            text=" ".join(random_.choices(WORDS, k=80)), reply_text="", html=None, language="en", sent_at=None,
        )
        for place in range(MAILS)
    ]  # fmt: skip
    for first in range(0, MAILS, 50):
        receive(incomings[first : first + 50])
    return {"mail": len(mail(1))}


def work() -> dict[str, Any]:
    """Drains until nothing waits; how many events and how long."""
    from sqlalchemy import func, select

    from helpdesk.actions import drain_outbox
    from helpdesk.extensions import db
    from helpdesk.models import Event, PendingEvent

    begun = time.perf_counter()
    while db.session.scalar(select(func.count()).select_from(PendingEvent)):
        drain_outbox.drain()
    events = db.session.scalar(select(func.count()).select_from(Event)) or 0
    return {"events": events, "seconds": time.perf_counter() - begun}


def cost() -> dict[str, Any]:
    """Processor time of all rules on one event, after the first: conditions alone, nothing is done."""
    from sqlalchemy import select

    from automations import orders
    from automations.conditions.evaluate import made
    from automations.facts import facts_of
    from helpdesk.extensions import db
    from helpdesk.models import Event

    session = db.session()
    events = session.scalars(select(Event).where(Event.kind == "message_received").limit(200)).all()
    found = orders.in_force(session, "trigger")
    spent = []
    for event in events:
        from helpdesk.models import Ticket

        facts = facts_of(session, session.get_one(Ticket, event.ticket_id), event)
        begun = time.process_time()
        for order in found:
            made(order.definition["if"]).holds(facts)
        spent.append((time.process_time() - begun) * 1000)
    return {"ms": round(sorted(spent)[len(spent) // 2], 2), "n": len(spent)}


def state() -> dict[str, Any]:
    """What every ticket is, and what every rule did, without the numbers of the time."""
    from sqlalchemy import select

    from helpdesk.extensions import db
    from helpdesk.models import Rule, RuleRun, Ticket

    names = {rule.id: rule.name for rule in db.session.scalars(select(Rule))}
    tickets = db.session.scalars(select(Ticket).order_by(Ticket.id))
    runs = db.session.scalars(select(RuleRun).where(RuleRun.matched).order_by(RuleRun.ticket_id, RuleRun.id))
    return {
        "tickets": [[one.contact_id, one.status, one.priority, sorted(tag.name for tag in one.tags)] for one in tickets],
        "runs": [[one.ticket_id, names[one.rule_id], one.depth, [line["result"] for line in one.did]] for one in runs],
    }


if __name__ == "__main__":
    from helpdesk.app import create_app

    with create_app().app_context():
        print(json.dumps({"fill": fill, "work": work, "cost": cost, "state": state}[sys.argv[1]]()))
