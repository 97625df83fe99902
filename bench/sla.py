"""Promises: what the tick costs when 100 of 10,000 and of a million running targets are due, a holiday moved over 50,000 open targets while
an agent works, and a due time explained."""

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.desk import HELPDESK, Grounds
from bench.lateness import by_the_product
from bench.results import Row
from bench.sla_agent import agent_at_work
from tests.servers import PostgreSQL, Redis

OPEN, FEW, MANY, DUE, ASKED, ROUNDS, QUIET_SECONDS = 50_000, 10_000, 1_000_000, 100, 300, 9, 5.0
START = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
USUAL = [[[540, 1020]], [[540, 1020]], [[540, 1020]], [[540, 1020]], [], [], [[540, 1020]]]
SPAN = {"amount": 40, "unit": "business_hours"}
STEPS = [{"at": {"kind": "percent", "amount": share}, "then": [{"do": "tag", "value": ["soon"]}]} for share in (50, 75, 90)]


def measure(_grounds: Grounds) -> Iterator[Row]:
    """SQLite and PostgreSQL."""
    with PostgreSQL(durable=True) as server, Redis() as redis:
        for name, url in (("sqlite", ""), ("postgresql", server.url(server.new_database()))):
            env = desk_of(url, redis.url)
            told = ask(env)
            redis.empty()  # what was nudged while the desk was made is not the product's business
            late = by_the_product(env, DUE)
            few, many = told[f"tick {FEW}"], told[f"tick {MANY}"]
            yield Row(f"sla {name}: the tick, {DUE} due of {FEW:,} running", few, "ms", 50.0, n=ROUNDS)
            yield Row(f"sla {name}: the tick, {DUE} due of {MANY:,} running", many, "ms", 50.0, few, round(many / few, 2), ROUNDS)
            yield Row(f"sla {name}: the tick, 10 due of {MANY:,} running", told["tick 10"], "ms", n=ROUNDS)
            yield Row(f"sla {name}: the tick, {DUE} due that act as well", told["tick acts"], "ms", n=ROUNDS)
            quiet, busy = told["quiet"], told["busy"]
            yield Row(f"sla {name}: a holiday over {OPEN:,} open targets", told["moved"], "s", 60.0, n=told["targets"])
            yield Row(f"sla {name}: the longest batch, others wait for it", told["held"], "ms", 1000.0, n=told["batches"])
            yield Row(f"sla {name}: an agent's list meanwhile, p95", busy["list"], "ms", 100.0, quiet["list"], n=busy["n"])
            yield Row(f"sla {name}: an agent's answer meanwhile, p95", busy["reply"], "ms", 500.0, quiet["reply"], n=busy["n"])
            yield Row(f"sla {name}: a due moment acts after its time, the last of {DUE}", late[-1], "s", 5.0, n=len(late))
            yield Row(f"sla {name}: a due moment acts after its time, p50", late[len(late) // 2], "s", n=len(late))
            yield Row(f"sla {name}: a due time explained, p95", told["explained"], "ms", 50.0, n=ASKED)


def desk_of(url: str, redis: str) -> dict[str, str]:
    """The settings of an empty desk."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-sla-"))
    env = {"HELPDESK_DATA": str(folder), "HELPDESK_REDIS_URL": redis} | ({"HELPDESK_DATABASE_URL": url} if url else {})
    subprocess.run([HELPDESK, "migrate"], env=os.environ | env, check=True)
    return env


def ask(env: dict[str, str]) -> Any:
    """A process of its own on that desk."""
    return json.loads(subprocess.check_output([sys.executable, "-m", "bench.sla"], env=os.environ | env, text=True))


def fill() -> None:
    """A policy, a calendar, and OPEN tickets with a target and its moments each, three weeks of them."""
    from sqlalchemy import insert

    from helpdesk.actions import calendars, sla_policies
    from helpdesk.actions.transaction import transaction
    from helpdesk.clock import FAR
    from helpdesk.models import Agent, Contact, Desk, DueMoment, Event, Inbox, SlaTarget, Ticket
    from helpdesk.policy import Viewer

    with transaction() as session:
        session.add_all([Desk(id=1, name="Bench", created_at=START), Contact(id=1, name="Noura", created_at=START)])
        session.add(Inbox(id=1, address="support@example.com", name="Support"))
        session.add(Agent(id=1, email="admin@example.com", name="Admin", role="admin", created_at=START, password_hash="x"))
    calendars.create(calendars.CalendarChange("Usual", "", "Asia/Riyadh", USUAL, standard=True))
    says = {"if": {}, "calendar": "team", "pause": ["pending"], "targets": {"resolution": {"default": SPAN}}, "steps": STEPS}
    policy = sla_policies.create(Viewer(1, "admin"), sla_policies.PolicyChange("Bench", "", says))
    sla_policies.switch(policy.id, on=True)
    rows: dict[type[Any], list[dict[str, Any]]] = {Ticket: [], Event: [], SlaTarget: [], DueMoment: []}
    for number in range(1, OPEN + 1):
        at, due = START + timedelta(seconds=number), START + timedelta(days=7, seconds=number)
        rows[Ticket].append({"id": number, "inbox_id": 1, "contact_id": 1, "subject": "A", "snippet": "", "status": "open", "priority": 1,
                             "place": "inbox", "queue": "open", "last_at": at, "waiting_since": FAR, "last_event_id": number,
                             "created_at": at, "due_at": due, "due_name": "resolution", "due_state": "running"})  # fmt: skip
        rows[Event].append({"ticket_id": number, "kind": "ticket_opened", "at": at, "actor": "system", "data": {}})
        rows[SlaTarget].append({"ticket_id": number, "version_id": policy.version_id, "name": "resolution",
                                "state": "running", "revision": 1, "calendar_id": 1, "started_at": at, "pauses": [], "due_at": due,
                                "manual_reason": ""})  # fmt: skip
        rows[DueMoment] += [{"kind": "sla", "ref": number, "ticket_id": number, "step": step, "revision": 1, "due_at": due, "attempts": 0}
                            for step in ("percent:50", "percent:75", "percent:90", "breach")]  # fmt: skip
    for model, found in rows.items():
        for begin in range(0, len(found), 5000):
            with transaction() as session:
                session.execute(insert(model), found[begin:begin + 5000])


def running(count: int) -> None:
    """So many running targets, each with the moment of its breach, up to a hundred of them on a ticket; none is due."""
    from sqlalchemy import delete, insert, text

    from helpdesk import clock
    from helpdesk.actions.transaction import transaction
    from helpdesk.extensions import db
    from helpdesk.models import DueMoment, SlaTarget

    due, version = clock.now() + timedelta(days=1), 1
    with transaction() as session:
        session.execute(delete(DueMoment))
        session.execute(delete(SlaTarget))
    for begin in range(1, count + 1, 10_000):
        targets = [
            {"id": number, "ticket_id": number % OPEN + 1, "version_id": version, "name": f"stage:{number // OPEN}", "state": "running",
             "revision": 1, "calendar_id": 1, "started_at": START, "pauses": [], "due_at": due, "manual_reason": ""}
            for number in range(begin, begin + 10_000)
        ]  # fmt: skip
        moments = [{"kind": "sla", "ref": row["id"], "ticket_id": row["ticket_id"], "step": "breach", "revision": 1, "attempts": 0,
                    "due_at": due} for row in targets]  # fmt: skip
        with transaction() as session:
            session.execute(insert(SlaTarget), targets)
            session.execute(insert(DueMoment), moments)
    if db.engine.dialect.name == "postgresql":
        with transaction() as session:  # the next number comes from elsewhere
            session.execute(text("SELECT setval('sla_target_id_seq', (SELECT max(id) FROM sla_target))"))
        with db.engine.connect() as line:  # what was thrown away here is not the tick's business; the server itself sweeps a minute later
            line.exec_driver_sql("VACUUM ANALYZE due_moment, sla_target")


def tick(due: int, step: str = "breach") -> float:
    """Milliseconds of the drain itself, from its first question to its last commit, when so many targets are missed: states, rows of what
    was taken, events, whom they concern. The median of ROUNDS, each over other tickets."""
    from sqlalchemy import func, select, update

    from helpdesk import clock
    from helpdesk.actions import due_moments
    from helpdesk.actions.transaction import transaction
    from helpdesk.extensions import db
    from helpdesk.models import DueMoment, SlaStep

    took = []
    for _round in range(ROUNDS):
        with transaction() as session:
            later = select(DueMoment.id).where(DueMoment.step == "breach").order_by(DueMoment.id).limit(due)
            session.execute(update(DueMoment).where(DueMoment.id.in_(later)).values(due_at=clock.now(), step=step))
        before = db.session.scalar(select(func.count()).select_from(SlaStep)) or 0
        began = time.perf_counter()
        due_moments.drain()
        took.append((time.perf_counter() - began) * 1000)
        assert db.session.scalar(select(func.count()).select_from(SlaStep)) == before + due
    return round(sorted(took)[len(took) // 2], 1)


def move() -> dict[str, Any]:
    """A holiday more, over everything that is open, while an agent reads and answers. Another writer waits for a batch."""
    from automations.sla import moving
    from helpdesk.actions import holidays
    from helpdesk.long_tasks import Task

    quiet = agent_at_work(lambda: time.sleep(QUIET_SECONDS))
    holidays.create(holidays.HolidayChange(None, "National Day", "", date(2026, 11, 24), date(2026, 11, 25), []))
    waits = [0.0]

    def moved() -> None:
        at = time.perf_counter()
        for _done, _total in moving.run(Task(0, {}, 0, 0, None)):
            waits.append(time.perf_counter() - at)
            at = time.perf_counter()

    began = time.perf_counter()
    busy = agent_at_work(moved)
    return {"moved": round(time.perf_counter() - began, 1), "held": round(max(waits) * 1000), "batches": len(waits) - 1, "targets": OPEN,
            "quiet": quiet, "busy": busy}  # fmt: skip


def explained() -> float:
    """Milliseconds, p95."""
    from automations.sla.explain import as_told, explain_all
    from helpdesk.extensions import db
    from helpdesk.models import Ticket

    took = []
    for number in range(1, ASKED + 1):
        began = time.perf_counter()
        assert [as_told(each) for each in explain_all(db.session(), db.session.get_one(Ticket, number))]
        took.append((time.perf_counter() - began) * 1000)
        db.session.rollback()
    return round(sorted(took)[int(ASKED * 0.95)], 2)


def main() -> dict[str, Any]:
    """All figures of one desk."""
    from automations.sla import moving
    from helpdesk.actions.stamps import put_stamp
    from helpdesk.actions.transaction import transaction
    from helpdesk.app import create_app

    with create_app().app_context():
        gc.freeze()  # as the supervisor does before it forks the worker
        fill()
        told: dict[str, Any] = move() | {"explained": explained()}
        for many in (FEW, MANY):
            running(many)
            told[f"tick {many}"] = tick(DUE)
        told |= {"tick 10": tick(10), "tick acts": tick(DUE, "percent:75")}
        with transaction() as session:  # the product that comes next finds nothing to move
            put_stamp(session, moving.MOVED, moving.hours_mark(session))
        return told


if __name__ == "__main__":
    print(json.dumps(main()))
