"""Events of a ticket are numbered in their order and found by whoever asks, also while they wait to be written with others."""

import threading

from sqlalchemy import select

from helpdesk.actions import change
from helpdesk.actions.record import SYSTEM, by_agent, held_ticket, hold_tickets, record, record_many
from helpdesk.actions.transaction import transaction, written_late
from helpdesk.extensions import db
from helpdesk.models import Event
from helpdesk.queries.happened import happened_to
from tests.factories import SmallDesk, at_once
from tests.factories import ticket as ticket_of

KINDS = ("priority_changed", "status_changed")


def told(number: int) -> list[str]:
    """What was written of the ticket by hand, by its numbers."""
    db.session.rollback()
    rows = db.session.scalars(select(Event).where(Event.ticket_id == number, Event.kind == "priority_changed").order_by(Event.id))
    return [row.data["to"] for row in rows]


def test_numbers_rise_however_they_are_drawn(desk: SmallDesk) -> None:
    one, two = desk.ticket(), desk.ticket()
    with transaction() as session, written_late(session):
        hold_tickets(session, {one, two})
        ticket = held_ticket(session, one)
        record(session, ticket, "priority_changed", SYSTEM, {"to": "first"})
        record_many(session, [(SYSTEM, ticket, "priority_changed", {"to": "second"})])
        record(session, ticket, "priority_changed", SYSTEM, {"to": "third"})
    assert told(one) == ["first", "second", "third"]


def test_numbers_follow_the_locks(desk: SmallDesk) -> None:
    """One that waits for a ticket gets its numbers when it has it, although it drew others before. SQLite has one writer at a time."""
    ahead, also, number = desk.ticket(), desk.ticket(), desk.ticket()
    drawn, changed = threading.Event(), threading.Event()
    side_by_side = db.engine.dialect.name == "postgresql"

    def first() -> None:
        with transaction() as session, written_late(session):
            hold_tickets(session, {ahead, also})
            record(session, held_ticket(session, ahead), "priority_changed", SYSTEM, {"to": "drawn"})
            drawn.set()
            assert not side_by_side or changed.wait(20)
            record(session, held_ticket(session, number), "priority_changed", SYSTEM, {"to": "low"})

    def second() -> None:
        assert drawn.wait(20)
        change.change(desk.viewer("admin"), number, change.set_priority("urgent"))
        changed.set()

    at_once(desk, [first, second])
    assert told(number) == (["urgent", "low"] if side_by_side else ["low", "urgent"])


def test_what_waits_to_be_written_is_found(desk: SmallDesk) -> None:
    """By a query, by the history that is kept, and in the order in which it happened; what a ticket became is written with it."""
    number = desk.ticket()
    with transaction() as session, written_late(session):
        hold_tickets(session, {number})
        ticket, actor = held_ticket(session, number), by_agent(desk.viewer("admin").agent_id)
        change.set_priority("high")(session, ticket, actor)
        assert [row[0] for row in happened_to(session, number, KINDS)] == ["priority_changed"]
        change.set_status("pending")(session, ticket, actor)
        change.tag("x")(session, ticket, actor)
        record_many(session, [(SYSTEM, ticket, "status_changed", {"to": "open"})])
        kept = happened_to(session, number, KINDS)
        assert [row[0] for row in kept] == ["priority_changed", "status_changed", "status_changed"]
        found = session.scalars(select(Event.kind).where(Event.ticket_id == number).order_by(Event.id)).all()
        assert [kind for kind in found if kind in KINDS] == [row[0] for row in kept]
        assert found[-1] == "status_changed"
    with transaction() as session:
        assert [tuple(row) for row in happened_to(session, number, KINDS)] == kept
    assert (ticket_of(number).priority, ticket_of(number).status) == (2, "pending")
