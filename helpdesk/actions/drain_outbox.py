"""Telling subscribers what happened: each effect in one transaction with the deletion of its pending row."""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, aliased

from helpdesk import clock
from helpdesk.actions.record import hold_tickets
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.crash import crash_point
from helpdesk.models import Event, PendingEvent
from helpdesk.outbox import SUBSCRIBERS
from helpdesk.queries.due import is_due

log = logging.getLogger(__name__)
MOST_ROWS, MOST_SECONDS, MOST_ATTEMPTS = 200, 10.0, 5
SET = 20
SET_SECONDS = {"sqlite": 0.03, "postgresql": 0.25}
"""So many rows in one transaction, begun within so long: on SQLite others wait for the writer no longer than for one message."""


def drain() -> None:
    """Works until nothing is due, 200 rows or 10 seconds are over; then nudges itself again."""
    end, done = time.monotonic() + MOST_SECONDS, 0
    while done < MOST_ROWS and time.monotonic() < end:
        handled = handle_next()
        if not handled:
            return
        done += handled
    with transaction() as session:
        nudge(session, "outbox")


def handle_next() -> int:
    """The lowest rows of some tickets and subscribers, in one transaction that is soon over; their locks are their leases. How many."""
    row_id = handled = 0
    try:
        with transaction() as session:
            rows, end = next_rows(session), time.monotonic() + SET_SECONDS[session.get_bind().dialect.name]
            events = events_of(session, rows)
            for row in rows:
                row_id = row.id
                crash_point("outbox.leased")
                if (subscriber := SUBSCRIBERS.get(row.subscriber)) is not None:
                    subscriber.handle(session, events[row.event_id])
                handled += 1
                if time.monotonic() > end:
                    break
            session.execute(delete(PendingEvent).where(PendingEvent.id.in_([row.id for row in rows[:handled]])))
            crash_point("outbox.before_commit")
    except Exception as error:  # a subscriber may fail in any way; the row says how, and the others of its set come again
        if not row_id:
            raise
        log.exception("subscriber failed")
        put_off(row_id, error)
        return 1
    return handled


def next_rows(session: Session) -> list[PendingEvent]:
    """Due rows before each of which nothing of the same ticket and subscriber waits, locked, with their tickets, which are locked in order
    so that two workers never wait for each other in a ring; skips what others hold."""
    same = aliased(PendingEvent)  # asked for as one value a row: as a join, PostgreSQL pairs all with all while it has no statistics
    of_pair = (same.ticket_id == PendingEvent.ticket_id, same.subscriber == PendingEvent.subscriber, same.parked_at.is_(None))
    first = select(same.id).where(*of_pair).order_by(same.id).limit(1).correlate(PendingEvent).scalar_subquery()
    rows = list(session.scalars(
        select(PendingEvent).where(PendingEvent.parked_at.is_(None), is_due(clock.now()), PendingEvent.id == first)
        .order_by(PendingEvent.next_at, PendingEvent.id).limit(SET).with_for_update(skip_locked=True)))
    hold_tickets(session, {row.ticket_id for row in rows})
    return rows


def events_of(session: Session, rows: Sequence[PendingEvent]) -> dict[int, Event]:
    """What the rows tell of, by number."""
    return {event.id: event for event in session.scalars(select(Event).where(Event.id.in_([row.event_id for row in rows])))}


def put_off(row_id: int, error: Exception) -> None:
    """Counts the failure; after the fifth the row is parked, visible, and holds up nothing else."""
    with transaction() as session:
        row = session.get(PendingEvent, row_id, with_for_update=True, populate_existing=True)
        if row is None:
            return
        row.attempts += 1
        row.error = f"{type(error).__name__}"[:500]
        row.next_at = clock.now() + timedelta(seconds=2**row.attempts)
        if row.attempts >= MOST_ATTEMPTS:
            row.parked_at = clock.now()
