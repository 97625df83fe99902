"""Promises: what finding 100 due moments costs among 10,000 and a million that are not, a holiday moved over 50,000 open targets, and a due
time explained."""

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
from bench.results import Row
from tests.servers import PostgreSQL, Redis

OPEN, FEW, MANY, DUE, ASKED = 50_000, 10_000, 1_000_000, 100, 300
START = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
USUAL = [[[540, 1020]], [[540, 1020]], [[540, 1020]], [[540, 1020]], [], [], [[540, 1020]]]
SPAN = {"amount": 40, "unit": "business_hours"}
STEPS = [{"at": {"kind": "percent", "amount": share}, "then": [{"do": "tag", "value": ["soon"]}]} for share in (50, 75, 90)]


def measure(_grounds: Grounds) -> Iterator[Row]:
    """SQLite and PostgreSQL."""
    with PostgreSQL(durable=True) as server, Redis() as redis:
        for name, url in (("sqlite", ""), ("postgresql", server.url(server.new_database()))):
            told = on_a_desk(url, redis.url)
            for many in (FEW, MANY):
                yield Row(f"sla {name}: {DUE} due moments found among {many:,}", told[f"tick {many}"], "ms", 50.0, n=20)
            yield Row(f"sla {name}: a million against ten thousand", round(told[f"tick {MANY}"] / told[f"tick {FEW}"], 2), "times", 3.0)
            yield Row(f"sla {name}: a holiday over {OPEN:,} open targets", told["moved"], "s", 60.0, n=told["targets"])
            yield Row(f"sla {name}: the longest that others waited meanwhile", told["held"], "ms", 1000.0, n=told["batches"])
            yield Row(f"sla {name}: a due time explained, p95", told["explained"], "ms", 50.0, n=ASKED)


def on_a_desk(url: str, redis: str) -> dict[str, Any]:
    """A process of its own on an empty desk."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-sla-"))
    env = os.environ | {"HELPDESK_DATA": str(folder), "HELPDESK_REDIS_URL": redis} | ({"HELPDESK_DATABASE_URL": url} if url else {})
    subprocess.run([HELPDESK, "migrate"], env=env, check=True)
    told: dict[str, Any] = json.loads(subprocess.check_output([sys.executable, "-m", "bench.sla"], env=env, text=True))
    return told


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


def moments(count: int) -> None:
    """So many that are not due, and DUE that are."""
    from sqlalchemy import delete, insert

    from helpdesk import clock
    from helpdesk.actions.transaction import transaction
    from helpdesk.models import DueMoment

    now = clock.now()
    with transaction() as session:
        session.execute(delete(DueMoment))
    for begin in range(0, count, 10_000):
        with transaction() as session:
            session.execute(insert(DueMoment), [
                {"kind": "sla", "ref": number, "ticket_id": number % OPEN + 1, "step": "percent:75", "revision": 1, "attempts": 0,
                 "due_at": now - timedelta(seconds=number + 1) if number < DUE else now + timedelta(days=1, seconds=number)}
                for number in range(begin, begin + 10_000)])  # fmt: skip


def tick() -> float:
    """Milliseconds that it takes to find what is due, in the order in which the drain does it; the median of twenty."""
    from sqlalchemy import select

    from helpdesk import clock
    from helpdesk.extensions import db
    from helpdesk.models import DueMoment

    took = []
    for _round in range(20):
        began = time.perf_counter()
        due = select(DueMoment).where(DueMoment.due_at <= clock.now()).order_by(DueMoment.due_at, DueMoment.id)
        assert len(db.session.scalars(due.limit(2 * DUE)).all()) == DUE
        took.append((time.perf_counter() - began) * 1000)
        db.session.rollback()
    return round(sorted(took)[len(took) // 2], 2)


def move() -> dict[str, Any]:
    """A holiday more, over everything that is open; the longest batch is what another writer waits for."""
    from automations.sla import moving
    from helpdesk.actions import holidays
    from helpdesk.long_tasks import Task

    holidays.create(holidays.HolidayChange(None, "National Day", "", date(2026, 11, 24), date(2026, 11, 25), []))
    began = at = time.perf_counter()
    waits = [0.0]
    for _done, _total in moving.run(Task(0, {}, 0, 0, None)):
        waits.append(time.perf_counter() - at)
        at = time.perf_counter()
    return {"moved": round(time.perf_counter() - began, 1), "held": round(max(waits) * 1000), "batches": len(waits) - 1, "targets": OPEN}


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
    from helpdesk.app import create_app

    with create_app().app_context():
        fill()
        told: dict[str, Any] = move() | {"explained": explained()}
        for many in (FEW, MANY):
            moments(many)
            told[f"tick {many}"] = tick()
        return told


if __name__ == "__main__":
    print(json.dumps(main()))
