"""Telling subscribers what happened: each effect in one transaction with the deletion of its pending row."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.orm import Session, aliased

from helpdesk import clock
from helpdesk.actions.record import hold_tickets
from helpdesk.actions.transaction import nudge, transaction, written_late
from helpdesk.crash import crash_point
from helpdesk.models import Event, PendingEvent
from helpdesk.models.types import Moment
from helpdesk.outbox import SUBSCRIBERS
from helpdesk.queries.due import is_due

log = logging.getLogger(__name__)
MOST_ROWS, MOST_SECONDS, MOST_ATTEMPTS = 200, 10.0, 5
SET = 50
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
    """The lowest rows of some tickets and subscribers, in one transaction that is soon over. Where that fails they come one by one, and
    the one that fails by itself is put off. How many there were."""
    tried: list[int] = []
    try:
        return handle_rows(tried)
    except Exception as error:
        if not tried:
            raise
        log.exception("subscriber failed")
        if len(tried) == 1:
            put_off(tried[0], error)
            return 1
    for row_id in tried:
        handle_alone(row_id)
    return len(tried)


def handle_alone(row_id: int) -> None:
    """One row of a set that failed; nothing when another worker had it meanwhile."""
    try:
        handle_rows([], row_id)
    except Exception as error:  # a subscriber may fail in any way; the row says how
        log.exception("subscriber failed")
        put_off(row_id, error)


def handle_rows(tried: list[int], row_id: int | None = None) -> int:
    """Handles a set, or that row alone; their locks are their leases. `tried` gets the numbers of the rows that were begun."""
    with transaction() as session, written_late(session):
        rows, end = next_rows(session, row_id), time.monotonic() + SET_SECONDS[session.get_bind().dialect.name]
        if not rows:
            return 0
        events, finishing = events_of(session, rows), dict[str, Callable[[Session], None]]()
        for row in rows:
            tried.append(row.id)
            crash_point("outbox.leased")
            if (subscriber := SUBSCRIBERS.get(row.subscriber)) is not None:
                subscriber.handle(session, events[row.event_id])
                if subscriber.finish is not None:
                    finishing[subscriber.name] = subscriber.finish
            if time.monotonic() > end:
                break
        for finish in finishing.values():
            finish(session)
        session.execute(delete(PendingEvent).where(PendingEvent.id.in_(tried)))
        crash_point("outbox.before_commit")
    return len(tried)


def next_rows(session: Session, row_id: int | None = None) -> list[PendingEvent]:
    """Due rows before each of which nothing of the same ticket and subscriber waits, locked, with their tickets, which are locked in order
    so that two workers never wait for each other in a ring; skips what others hold. `row_id`: that row alone."""
    rows = list(session.scalars(first_rows(alone=row_id is not None), {"now": clock.now(), "row": row_id}))
    if rows:
        hold_tickets(session, {row.ticket_id for row in rows})
    return rows


@lru_cache
def first_rows(*, alone: bool) -> Select[PendingEvent]:
    """At `now`, or the row `row` alone. Built once: it is asked all day, and building it takes longer than most answers."""
    same = aliased(PendingEvent)  # asked for as one value a row: as a join, PostgreSQL pairs all with all while it has no statistics
    of_pair = (same.ticket_id == PendingEvent.ticket_id, same.subscriber == PendingEvent.subscriber, same.parked_at.is_(None))
    first = select(same.id).where(*of_pair).order_by(same.id).limit(1).correlate(PendingEvent).scalar_subquery()
    rows = select(PendingEvent).where(PendingEvent.parked_at.is_(None), is_due(bindparam("now", type_=Moment)), PendingEvent.id == first)
    rows = rows.where(PendingEvent.id == bindparam("row")) if alone else rows
    return rows.order_by(PendingEvent.next_at, PendingEvent.id).limit(SET).with_for_update(skip_locked=True)


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


def go_on(row_id: int | None = None) -> int:
    """Parked rows are due again, as if they had never failed; `row_id`: that one alone. How many there were."""
    parked = update(PendingEvent).where(PendingEvent.parked_at.is_not(None))
    parked = parked.where(PendingEvent.id == row_id) if row_id is not None else parked
    with transaction() as session:
        done = session.execute(parked.values(parked_at=None, attempts=0, next_at=clock.now()).returning(PendingEvent.id)).all()
        nudge(session, "outbox")
    return len(done)
