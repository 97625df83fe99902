"""A desk with an admin, a supervisor and two agents, and browsers without a screen for each of them."""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from helpdesk import passwords
from helpdesk.actions import sessions
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Agent, Desk, Inbox, Team
from helpdesk.queries import roster

PASSWORD = "a quiet harbour at noon"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EVERYTHING = {  # what a hostile form posts beside the fields it has
    "id": "77",
    "email": "evil@example.com",
    "password_hash": "x",
    "role": "admin",
    "active": "",
    "created_at": "2020-01-01",
    "team_ids": "1",
    "teams": "1",
    "is_admin": "1",
    "agent_id": "1",
    "demo": "1",
    "channel": "sms",
    "smtp": '{"host": "evil"}',
    "plus_addressing": "1",
    "authserv_id": "evil",
}
PEOPLE = ("admin", "supervisor", "agent", "other")


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 at its cheapest: what these tests look at is not its price."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(passwords, "DECOY", passwords.decoy())


@dataclass
class World:
    """The running desk. `told`: topics that were published."""

    app: Flask
    clock: Path
    told: list[str] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)

    def move_clock(self, span: timedelta) -> None:
        """Time passes."""
        self.clock.write_text((datetime.fromisoformat(self.clock.read_text()) + span).isoformat())

    def client(self, who: str | None = None) -> FlaskClient:
        """A browser in which that person is signed in."""
        client = self.app.test_client()
        if who is not None:
            with self.app.app_context(), transaction() as session:
                token = sessions.open_session(session, session.get(Agent, self.ids[who]), sessions.Browser("127.0.0.1", "Firefox/1 Linux"))
            with client.session_transaction() as cookie:
                cookie["token"] = token
        return client

    def csrf(self, client: FlaskClient) -> str:
        """The token that goes with that browser's cookie."""
        with client.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", os.urandom(20).hex())
        return str(URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(raw))

    def post(self, client: FlaskClient, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """A form of that browser's own page."""
        return client.post(path, data={"csrf_token": self.csrf(client), **(data or {})}, **more)

    def login(self, client: FlaskClient, email: str, password: str, **more: Any) -> Any:
        """The login form."""
        return self.post(client, "/login", {"email": email, "password": password}, **more)

    def rows(self, statement: Any) -> list[Any]:
        """What stands in the database."""
        with self.app.app_context():
            return list(db.session.scalars(statement).all())

    def agent(self, who: str) -> Agent:
        """The row of a person."""
        return self.rows(select(Agent).where(Agent.id == self.ids[who]))[0]

    def at_once(self, work: Callable[[int], Any], count: int) -> list[Any]:
        """The same work in several threads at the same time; their answers."""
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(work, range(count)))


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The environment of an empty, migrated desk: on both grounds for a test that uses `ground`, else on SQLite without Redis."""
    if "ground" in request.fixturenames:
        return request.getfixturevalue("ground")
    (tmp_path / "data").mkdir()
    shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "data" / "helpdesk.db")
    return {"HELPDESK_DATA": str(tmp_path / "data"), "HELPDESK_TESTING": "1"}


@pytest.fixture
def bare(place: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cheap: None) -> Iterator[World]:
    """The application on that desk. No context is pushed: requests would share it."""
    from helpdesk.app import create_app
    from helpdesk.settings import Settings

    clock = tmp_path / "clock"
    clock.write_text(NOW.isoformat())
    environment = place | {"HELPDESK_TEST_CLOCK": str(clock), "HELPDESK_BASE_URL": "https://desk.example.com"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    app = create_app(Settings.from_environ(environment))
    app.config["SESSION_COOKIE_SECURE"] = False
    world = World(app, clock)
    monkeypatch.setattr("helpdesk.live.publish", lambda hints: world.told.extend(topic for topics, _hint in hints for topic in topics))
    roster.forget()
    yield world
    roster.forget()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def world(bare: World) -> World:
    """With people: the agent is in the team, the other in none."""
    with bare.app.app_context(), transaction() as session:
        session.add(Desk(id=1, name="Example Store", name_ar="متجر المثال", created_at=NOW))
        inbox = Inbox(address="support@example.com", name="Support", name_ar="الدعم", smtp={})
        team = Team(name="Repairs", name_ar="الصيانة", inboxes=[inbox])
        session.add(team)
        hashed = passwords.hash_password(PASSWORD)
        people = {
            who: Agent(
                email=f"{who}@example.com",
                name=who.title(),
                role=who if who != "other" else "agent",
                password_hash=hashed,
                language="en",
                created_at=NOW,
                teams=[team] if who == "agent" else [],
            )
            for who in PEOPLE
        }
        session.add_all(people.values())
        session.flush()
        bare.ids = {who: agent.id for who, agent in people.items()} | {"team": team.id, "inbox": inbox.id}
    return bare


def columns(row: Any) -> dict[str, Any]:
    """Every column of a row."""
    return {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The names of those that differ."""
    return {name for name in before if before[name] != after[name]}
