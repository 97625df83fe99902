"""Subscribers hear of every event once, in a ticket's order; one that fails holds up nobody for long."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import outbox
from helpdesk.actions import change, drain_outbox
from helpdesk.extensions import db
from helpdesk.models import Contact, Event, PendingEvent
from helpdesk.queries import due
from tests.factories import NOW, Clock, SmallDesk, at_once

Handle = Callable[[Session, Event], None]


@pytest.fixture
def subscribe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Handle], None]]:
    """One more subscriber, of priority_changed, for one test."""
    monkeypatch.setattr(outbox, "SUBSCRIBERS", dict(outbox.SUBSCRIBERS))
    monkeypatch.setattr(drain_outbox, "SUBSCRIBERS", outbox.SUBSCRIBERS)
    return lambda handle: outbox.subscribe("test", {"priority_changed"}, handle)


def priorities(desk: SmallDesk, number: int, *names: str) -> None:
    """One event each."""
    for name in names:
        change.change(desk.viewer("admin"), number, change.set_priority(name))


def waiting() -> list[PendingEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(PendingEvent).order_by(PendingEvent.id).execution_options(populate_existing=True)))


def test_one_row_for_each_who_listens_and_none_for_others(desk: SmallDesk, subscribe: Any) -> None:
    subscribe(lambda session, event: None)
    number = desk.ticket()
    change.change(desk.viewer("admin"), number, change.set_subject("Other"))
    assert waiting() == []
    priorities(desk, number, "high")
    assert [(row.subscriber, row.ticket_id, row.next_at) for row in waiting()] == [("test", number, NOW)]
    assert due.outbox_is_due()
    drain_outbox.drain()
    assert waiting() == []
    assert not due.outbox_is_due()


def test_the_order_of_a_ticket_is_kept(desk: SmallDesk, subscribe: Any, clock: Clock) -> None:
    heard: list[tuple[int, str]] = []
    subscribe(lambda session, event: heard.append((event.ticket_id, event.data["to"])))
    one, two = desk.ticket(), desk.ticket()
    priorities(desk, one, "high", "urgent", "low")
    priorities(desk, two, "urgent", "high")
    drain_outbox.drain()
    assert [to for number, to in heard if number == one] == ["high", "urgent", "low"]
    assert [to for number, to in heard if number == two] == ["urgent", "high"]


def test_effect_and_deletion_are_one(desk: SmallDesk, subscribe: Any, clock: Clock) -> None:
    """A handler that wrote something and then failed has written nothing."""
    failing = [True]

    def handle(session: Session, event: Event) -> None:
        session.add(Contact(name="effect", created_at=NOW))
        session.flush()
        if failing:
            raise ZeroDivisionError

    subscribe(handle)
    priorities(desk, desk.ticket(), "high")
    drain_outbox.drain()
    effects = select(func.count()).where(Contact.name == "effect")
    assert db.session.scalar(effects) == 0
    assert [(row.attempts, row.error) for row in waiting()] == [(1, "ZeroDivisionError")]
    failing.clear()
    clock.move(seconds=5)
    drain_outbox.drain()
    db.session.rollback()
    assert db.session.scalar(effects) == 1
    assert waiting() == []


def test_five_failures_park_it_and_the_others_go_on(desk: SmallDesk, subscribe: Any, clock: Clock) -> None:
    heard: list[str] = []
    poisoned = desk.ticket()

    def handle(session: Session, event: Event) -> None:
        if event.ticket_id == poisoned and event.data["to"] == "high":
            raise LookupError
        heard.append(event.data["to"])

    subscribe(handle)
    priorities(desk, poisoned, "high", "urgent")
    priorities(desk, desk.ticket(), "low")
    drain_outbox.drain()
    assert heard == ["low"], "another ticket does not wait; the later row of the same does"
    for _attempt in range(4):
        clock.move(minutes=1)
        drain_outbox.drain()
    parked = [row for row in waiting() if row.parked_at is not None]
    assert [(row.attempts, row.error) for row in parked] == [(5, "LookupError")]
    assert heard == ["low", "urgent"]
    clock.move(days=1)
    assert not due.outbox_is_due()
    drain_outbox.drain()
    assert [(row.id, row.attempts) for row in waiting()] == [(row.id, 5) for row in parked]


def test_a_set_that_fails_comes_one_by_one(desk: SmallDesk, subscribe: Any, clock: Clock) -> None:
    """What the others of the set did is taken back with it, done again, and not put off."""
    heard: list[str] = []
    sound, poisoned = desk.ticket(), desk.ticket()

    def handle(session: Session, event: Event) -> None:
        if event.ticket_id == poisoned:
            raise LookupError
        heard.append(event.data["to"])

    subscribe(handle)
    priorities(desk, sound, "low")
    priorities(desk, poisoned, "high")
    drain_outbox.drain()
    assert heard == ["low", "low"]
    assert [(row.ticket_id, row.attempts, row.error) for row in waiting()] == [(poisoned, 1, "LookupError")]


def test_two_drains_at_once_never_do_a_row_twice(desk: SmallDesk, subscribe: Any) -> None:
    heard: list[int] = []
    lock = threading.Lock()

    def handle(session: Session, event: Event) -> None:
        with lock:
            heard.append(event.id)

    subscribe(handle)
    numbers = [desk.ticket() for _ in range(4)]
    for number in numbers:
        priorities(desk, number, "high", "urgent", "low")

    at_once(desk, [drain_outbox.drain] * 3)
    drain_outbox.drain()
    assert len(heard) == len(set(heard)) == 12
    assert waiting() == []
    tickets = {event.id: event.ticket_id for event in db.session.scalars(select(Event))}
    for number in numbers:
        assert (mine := [event for event in heard if tickets[event] == number]) == sorted(mine)


def test_a_subscriber_that_is_gone_leaves_no_row(desk: SmallDesk, subscribe: Any) -> None:
    subscribe(lambda session, event: None)
    priorities(desk, desk.ticket(), "high")
    del outbox.SUBSCRIBERS["test"]
    drain_outbox.drain()
    assert waiting() == []
