"""A small desk for tests, mails that came in, and a clock that a test moves."""

import itertools
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.actions.receive import receive
from helpdesk.actions.reply import Writing
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.incoming import Incoming, Person
from helpdesk.models import Agent, Desk, Event, Inbox, Message, Team, Ticket
from helpdesk.policy import Viewer
from helpdesk.queries import counts, roster, saved_counts
from helpdesk.queries.people import viewer_of

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PEOPLE = {  # name -> (role, teams)
    "admin": ("admin", ()),
    "supervisor": ("supervisor", ()),
    "rana": ("agent", ("repairs",)),
    "omar": ("agent", ("returns",)),
    "huda": ("agent", ("repairs", "returns")),
    "lina": ("agent", ()),
}
NUMBERS = itertools.count(1)


class Clock:
    """The only clock, stopped; `move` lets time pass for every process that reads the file."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self.set(NOW)
        monkeypatch.setenv("HELPDESK_TESTING", "1")
        monkeypatch.setenv("HELPDESK_TEST_CLOCK", str(path))

    def set(self, moment: datetime) -> None:
        self.path.write_text(moment.isoformat(), "ascii")

    def move(self, **span: float) -> datetime:
        """`move(seconds=11)`; the new time."""
        moment = datetime.fromisoformat(self.path.read_text("ascii")) + timedelta(**span)
        self.set(moment)
        return moment


class SmallDesk:
    """Two teams with an inbox each; people in the one, the other, both and none. `ids`: names of people, teams and inboxes."""

    def __init__(self, app: Flask, smtp: dict[str, Any] | None = None) -> None:
        self.app = app
        self.ids: dict[str, int] = {}
        forget_names()
        with app.app_context(), transaction() as session:
            session.add(Desk(id=1, name="Example Store", name_ar="متجر المثال", created_at=NOW))
            teams = {name: Team(name=name.title(), name_ar=f"فريق {name}") for name in ("repairs", "returns")}
            inboxes = {name: inbox(name, smtp) for name in ("support", "parcels")}
            teams["repairs"].inboxes, teams["returns"].inboxes = [inboxes["support"]], [inboxes["parcels"]]
            agents = {name: agent(name, role, [teams[one] for one in of]) for name, (role, of) in PEOPLE.items()}
            session.add_all([*teams.values(), *inboxes.values(), *agents.values()])
            session.flush()
            inboxes["support"].team_id = teams["repairs"].id
            self.ids = {name: row.id for rows in (teams, inboxes, agents) for name, row in rows.items()}

    def viewer(self, who: str) -> Viewer:
        """What the policy asks with, as it is now."""
        return viewer_of(db.session.get_one(Agent, self.ids[who], populate_existing=True))

    def mail(self, text: str = "My printer does not print.", **changes: Any) -> Incoming:
        """A mail to support; every one has an id and content of its own unless said otherwise."""
        return incoming(changes.pop("inbox_id", self.ids["support"]), text, **changes)

    def ticket(self, text: str = "My printer does not print.", **changes: Any) -> int:
        """The number of a new ticket."""
        return receive([self.mail(text, **changes)])[0].ticket_id


def inbox(name: str, smtp: dict[str, Any] | None = None) -> Inbox:
    return Inbox(address=f"{name}@example.com", name=name.title(), name_ar=f"بريد {name}", smtp=smtp or {}, authserv_id="mx.example.com")


def agent(name: str, role: str, teams: list[Team]) -> Agent:
    return Agent(email=f"{name}@example.com", name=name.title(), role=role, language="en", created_at=NOW, teams=teams, password_hash="x")


def incoming(inbox_id: int, text: str, **changes: Any) -> Incoming:
    """A parsed mail of noura@example.com; `verified`: our own server vouches for its sender."""
    number = next(NUMBERS)
    made = Incoming(
        raw_message_id=None, inbox_id=inbox_id, channel="email", external_id=f"mail-{number}@mx.example.sa",
        content_hash=sha256(f"{number}".encode()).hexdigest(), sender_kind="email", sender=Person("Noura Saleh", "noura@example.com"),
        subject="Printer", text=text, reply_text=text, html=None, language="en", sent_at=None,
    )  # fmt: skip
    if isinstance(changes.get("sender"), str):
        changes["sender"] = Person("", changes["sender"])
    if changes.pop("verified", False):
        changes["authentication"] = "pass"
    return replace(made, **changes)


def writing(number: int, body: str = "Please send it to us.", **changes: Any) -> Writing:
    """What an agent sends who has seen everything."""
    seen = db.session.get_one(Ticket, number, populate_existing=True).last_event_id
    return replace(Writing(body=body, key=f"key-{next(NUMBERS)}", seen_event_id=seen, to=[Person("", "noura@example.com")]), **changes)


def ticket(number: int) -> Ticket:
    """The row as it is now."""
    db.session.rollback()
    return db.session.get_one(Ticket, number, populate_existing=True)


def kinds(number: int) -> list[str]:
    """What happened to a ticket, in order."""
    db.session.rollback()
    return list(db.session.scalars(select(Event.kind).where(Event.ticket_id == number).order_by(Event.id)))


def messages(number: int) -> list[Message]:
    """What was said in a ticket, in order."""
    db.session.rollback()
    found = select(Message).where(Message.ticket_id == number).order_by(Message.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def at_once(desk: SmallDesk, works: Sequence[Callable[[], Any]]) -> None:
    """Each in a thread of its own, begun together; the first error of any of them is raised here."""
    start = threading.Barrier(len(works))

    def begin(work: Callable[[], Any]) -> None:
        with desk.app.app_context():
            start.wait(10)
            work()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(begin, work) for work in works]:
            done.result(60)


def forget_names() -> None:
    """What a process keeps for seconds belongs to the desk of the test before."""
    roster.forget()
    counts.kept.clear()
    saved_counts.kept.clear()
