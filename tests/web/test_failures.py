"""When something breaks: a page that says so, with nothing of the inside; nothing half done; and all is well again by itself."""

import fcntl
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, select

from helpdesk import database, disk
from helpdesk.extensions import db
from helpdesk.models import Event, Message
from tests.servers import free_port
from tests.web.site import Site

INSIDE = (
    "Traceback",
    "sqlalchemy",
    "psycopg",
    "sqlite",
    "SELECT",
    "INSERT",
    "/srv/desk/",
    "site-packages",
    "secret-of-ours",
    ".py",
    "OperationalError",
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits ten seconds for the writer here."""
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.3)


@contextmanager
def without_database(site: Site) -> Iterator[None]:
    """The database is away: the file is gone, or PostgreSQL lets nobody in."""
    with site.app.app_context():
        url = db.engine.url
        db.session.remove()
        db.engine.dispose()
    if url.drivername == "sqlite":
        path = Path(str(url.database))
        path.rename(path.with_suffix(".away"))
        path.mkdir()
        yield
        path.rmdir()
        path.with_suffix(".away").rename(path)
        return
    with psycopg.connect(url.set(drivername="postgresql", database="postgres").render_as_string(False), autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false')
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (url.database,))
        try:
            yield
        finally:
            admin.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true')


def quiet(text: str) -> None:
    """Nothing of the inside."""
    assert [word for word in INSIDE if word in text] == []


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}, {"Accept": "application/json"}])
def test_the_database_is_away_and_comes_back(site: Site, headers: dict[str, str]) -> None:
    client, path = site.client("rana"), site.path("/tickets/<int:number>")
    with without_database(site):
        for answer in (client.get("/tickets", headers=headers), client.get(path, headers=headers), client.get("/login", headers=headers)):
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            quiet(answer.text)
        answer = site.post(client, f"{path}/status", {"status": "solved"}, headers=headers)
        assert answer.status_code == 503
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json["database"]) == (503, False)
    assert client.get(path).status_code == 200
    assert client.get("/readyz").json["database"] is True


def test_redis_is_away_and_the_work_goes_on(site: Site) -> None:
    client, path = site.client("rana"), site.path("/tickets/<int:number>")
    site.app.extensions.pop("redis_client", None)
    site.app.config["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    for page in ("/tickets", path, "/search?q=printer", "/tickets/rows"):
        assert client.get(page).status_code == 200, page
    form = {"body": "Hello", "to": "noura@example.com", "idempotency_key": "k", "seen_event_id": "999999"}
    assert site.post(client, f"{path}/replies", form).status_code == 303
    assert site.post(client, "/live/here").status_code in (204, 422)
    assert client.get("/readyz").json["redis"] is False
    with site.app.app_context():
        assert db.session.scalars(select(Message.text).where(Message.idempotency_key == "k")).all() == ["Hello"]


@contextmanager
def writer_held(site: Site) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    with site.app.app_context():
        url, queue = db.engine.url, site.app.extensions["write_queue"]
    if queue is not None:
        with open(queue.path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(False)) as other:
        other.execute("SELECT id FROM ticket FOR UPDATE")
        yield


def test_who_cannot_write_in_time_hears_so_and_has_changed_nothing(impatient: None, site: Site) -> None:
    client, path = site.client("rana"), site.path("/tickets/<int:number>")
    form = {"body": "Hello", "to": "noura@example.com", "idempotency_key": "k", "seen_event_id": "999999", "status": "solved"}
    with writer_held(site):
        answer = site.post(client, f"{path}/replies", form)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
        quiet(answer.text)
        assert client.get(path).status_code == 200, "reading goes on"
    with site.app.app_context():
        assert db.session.scalars(select(Event.kind).order_by(Event.id)).all() == ["ticket_opened", "message_received"]
    assert site.post(client, f"{path}/replies", form).status_code == 303, "the same form again"


def test_a_full_disk_is_named_and_leaves_nothing_half_done(site: Site, ground: dict[str, str]) -> None:
    client, path = site.client("rana"), site.path("/tickets/<int:number>")
    form = {"body": "Hello " * 50_000, "to": "noura@example.com", "idempotency_key": "k", "seen_event_id": "999999"}
    with full(site) as free:
        answer = site.post(client, f"{path}/replies", form)
        assert answer.status_code == 503
        assert "disk" in answer.text
        quiet(answer.text)
        assert client.get("/healthz").status_code == 200
        free()
    assert site.post(client, f"{path}/replies", form).status_code == 303
    with site.app.app_context():
        assert len(db.session.scalars(select(Message).where(Message.idempotency_key == "k")).all()) == 1


@contextmanager
def full(site: Site) -> Iterator[Callable[[], None]]:
    """SQLite may not grow; PostgreSQL says what it says on a full disk. The value frees it again."""
    with site.app.app_context():
        db.session.remove()
        db.engine.dispose()
        engine, limits = db.engine, [1]

    def on_sqlite(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={limits[0]}")

    def on_postgresql(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if limits[0] == 1 and statement.startswith("INSERT"):
            raise psycopg.errors.DiskFull("could not extend file: No space left on device")

    hook = ("connect", on_sqlite) if engine.dialect.name == "sqlite" else ("before_cursor_execute", on_postgresql)
    event.listen(engine, *hook)

    def free() -> None:
        limits[0] = 1_000_000
        with site.app.app_context():
            engine.dispose()

    try:
        yield free
    finally:
        event.remove(engine, *hook)


def test_an_upload_stops_at_the_low_water_mark(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "free_bytes", lambda: 1000)
    path = site.path("/tickets/<int:number>/files")
    answer = site.post(site.client("rana"), path, {"file": (io.BytesIO(b"x"), "a.txt")})
    assert answer.status_code == 503
    assert site.client().get("/readyz").json["disk"] is False


def test_a_fault_of_ours_has_a_number_and_no_inside(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("secret-of-ours in /srv/desk/helpdesk/x.py")

    monkeypatch.setattr("helpdesk.web.tickets.ticket_page", broken)
    for headers in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
        answer = site.client("rana").get("/tickets", headers=headers)
        assert answer.status_code == 500
        assert "ault" in answer.text
        quiet(answer.text)


def test_refusals_hold_no_inside(site: Site) -> None:
    client = site.client("rana")
    for path, code in (("/nothing", 404), ("/raw/1", 404), ("/tickets/1/status", 405), ("/reset/" + "x" * 43, 404)):
        answer = client.get(path)
        assert answer.status_code == code
        quiet(answer.text)
    assert site.client().get("/tickets/1", headers={"HX-Request": "true"}).status_code == 401
