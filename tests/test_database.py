"""The two databases: reading is the rule, writing is asked for, and whoever wants to write stands in line."""

import fcntl
import multiprocessing
import os
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import database, jobs, live
from helpdesk.actions.raw import store_raw
from helpdesk.actions.transaction import hint, nudge, transaction
from helpdesk.app import create_app
from helpdesk.database import WriteQueue
from helpdesk.errors import Busy
from helpdesk.extensions import db, redis_connection
from helpdesk.models import Contact, Inbox, RawMessage
from helpdesk.settings import Settings
from tests.factories import NOW
from tests.servers import free_port

SECONDS, WRITERS = 3.0, 4


def contacts() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Contact)) or 0


def add_contact() -> None:
    with transaction() as session:
        session.add(Contact(name="x", created_at=NOW))


def test_nobody_writes_outside_of_a_transaction(app: Any) -> None:
    for statement in (
        insert(Contact).values(name="x", language="", created_at=NOW),
        text("CREATE TABLE x (y integer)"),
        text("DELETE FROM desk"),
    ):
        with pytest.raises(SQLAlchemyError):
            db.session.execute(statement)
        db.session.rollback()
    add_contact()
    with pytest.raises(SQLAlchemyError):
        db.session.execute(insert(Contact).values(name="x", language="", created_at=NOW))
    assert contacts() == 1, "not even on the connection that has just written"


def test_what_customers_wrote_stands_in_no_error(app: Any) -> None:
    with pytest.raises(SQLAlchemyError) as refusal:
        db.session.execute(insert(Contact).values(name="a customer's secret", language="", created_at=NOW))
    assert "secret" not in str(refusal.value)


def test_all_or_nothing(app: Any) -> None:
    def half() -> None:
        with transaction() as session:
            session.add(Contact(name="x", created_at=NOW))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        half()
    assert contacts() == 0
    add_contact()
    assert contacts() == 1


def test_no_transaction_within_a_transaction(app: Any) -> None:
    def nested() -> None:
        with transaction():
            add_contact()

    with pytest.raises(RuntimeError):
        nested()
    add_contact()


def test_the_world_hears_after_the_commit_and_of_nothing_that_was_undone(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[object] = []
    monkeypatch.setattr(live, "publish", lambda hints: heard.extend((kind, contacts()) for _topics, kind in hints))
    monkeypatch.setattr(jobs, "later", lambda *names: heard.extend(names))

    def told(fails: bool) -> None:
        with transaction() as session:
            session.add(Contact(name="x", created_at=NOW))
            hint(session, ["desk"], "hinted")  # type: ignore[arg-type]
            nudge(session, "outbox")
            if fails:
                raise LookupError

    with pytest.raises(LookupError):
        told(fails=True)
    assert heard == []
    told(fails=False)
    assert heard == [("hinted", 1), "outbox"]


def test_a_dead_redis_stops_nobody(app: Any) -> None:
    app.extensions.pop("redis_client", None)
    for url in (f"redis://127.0.0.1:{free_port()}/0", "unix:///nowhere/valkey.sock"):
        app.config["REDIS_URL"] = url
        app.extensions.pop("redis_client", None)
        live.publish([(["desk"], {"ticket": 1})])
        jobs.later("outbox", "delivery")
        with transaction() as session:
            nudge(session, "outbox")


def test_a_nudge_waits_once_and_carries_a_name_alone(app: Any) -> None:
    """Safety S46: what lies in Redis is a name from a table, as JSON."""
    jobs.later("outbox")
    jobs.later("outbox", "outbox")
    assert redis_connection().llen("rq:queue:fast") == 1
    job = redis_connection().lindex("rq:queue:fast", 0)
    data = redis_connection().hget(b"rq:job:" + job, "data")
    assert b"helpdesk.jobs.run" in zlib_or_plain(data)
    with pytest.raises(KeyError):
        jobs.run("os.system")


def zlib_or_plain(data: bytes) -> bytes:
    import zlib

    try:
        return zlib.decompress(data)
    except zlib.error:
        return data


def write_for_a_while(environment: dict[str, str], inbox_id: int, results: Any) -> None:
    """One process: as many small transactions as it gets, and the longest it had to wait."""
    written, longest = 0, 0.0
    try:
        with create_app(Settings.from_environ(environment)).app_context():
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                begun = time.monotonic()
                store_raw(inbox_id, b"x" * 2000, "pipe")
                written, longest = written + 1, max(longest, time.monotonic() - begun)
    except Exception as error:  # noqa: BLE001  told to the test
        results.put((written, longest, repr(error)))
    else:
        results.put((written, longest, ""))


def test_four_processes_write_at_once(app: Any, ground: dict[str, str]) -> None:
    with transaction() as session:
        inbox = Inbox(address="support@example.com", name="Support", smtp={})
        session.add(inbox)
    db.session.remove()
    db.engine.dispose()
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    started = [context.Process(target=write_for_a_while, args=(ground, inbox.id, results)) for _ in range(WRITERS)]
    for process in started:
        process.start()
    found = [results.get(timeout=60) for _ in started]
    for process in started:
        process.join(20)
    assert [error for _, _, error in found] == [""] * WRITERS
    assert all(written > 0 for written, _, _ in found), "nobody starves"
    assert max(longest for _, longest, _ in found) < database.LOCK_SECONDS
    assert db.session.scalar(select(func.count()).select_from(RawMessage)) == sum(written for written, _, _ in found)


def test_busy_after_the_limit(ground: dict[str, str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.3)
    app = request.getfixturevalue("app")
    add_contact()
    if app.extensions["write_queue"] is not None:
        with open(app.extensions["write_queue"].path, "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with pytest.raises(Busy):
                add_contact()
    else:
        with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(False)) as other:
            other.execute("LOCK TABLE contact IN EXCLUSIVE MODE")
            with pytest.raises(Busy):
                add_contact()
    add_contact()
    assert contacts() == 2


def test_giving_up_leaves_no_lock_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stood in line and went away is skipped by the kernel's line, not waited for."""
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.2)
    path = str(tmp_path / "lock")
    holder = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(holder, fcntl.LOCK_EX)
    queues = [WriteQueue(path) for _ in range(3)]
    for queue in queues:
        with pytest.raises(Busy), queue.turn():
            pass
    os.close(holder)
    monkeypatch.setattr(database, "LOCK_SECONDS", 3.0)
    for queue in [*queues, WriteQueue(path)]:
        time.sleep(0.05)  # whoever is still in line gets the lock now, and must let it go
        with queue.turn():
            pass


def test_one_at_a_time_and_all_get_their_turn(tmp_path: Path) -> None:
    path, inside, most, turns = str(tmp_path / "lock"), [0], [0], [0]

    def work(queue: WriteQueue) -> None:
        for _ in range(20):
            with queue.turn():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                turns[0] += 1
                inside[0] -= 1

    shared = WriteQueue(path)
    threads = [threading.Thread(target=work, args=(queue,)) for queue in (shared, shared, WriteQueue(path), WriteQueue(path))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (most[0], turns[0]) == (1, 80)
