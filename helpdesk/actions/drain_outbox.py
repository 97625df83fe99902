"""Telling subscribers what happened: each effect in one transaction with the deletion of its pending row."""

import logging
import time
from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from helpdesk import clock
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.crash import crash_point
from helpdesk.models import Event, PendingEvent
from helpdesk.outbox import SUBSCRIBERS

log = logging.getLogger(__name__)
MOST_ROWS, MOST_SECONDS, MOST_ATTEMPTS = 200, 10.0, 5


def drain() -> None:
    """Works until nothing is due, 200 rows or 10 seconds are over; then nudges itself again."""
    end = time.monotonic() + MOST_SECONDS
    for _ in range(MOST_ROWS):
        if not handle_next():
            return
        if time.monotonic() > end:
            break
    with transaction() as session:
        nudge(session, "outbox")


def handle_next() -> bool:
    """The lowest row of some ticket and subscriber; its lock is its lease. Says whether there was one."""
    row_id = 0
    try:
        with transaction() as session:
            row = next_row(session)
            if row is None:
                return False
            row_id = row.id
            crash_point("outbox.leased")
            subscriber, event = SUBSCRIBERS.get(row.subscriber), session.get_one(Event, row.event_id)
            if subscriber is not None:
                subscriber.handle(session, event)
            session.delete(row)
            crash_point("outbox.before_commit")
    except Exception as error:  # a subscriber may fail in any way; the row says how
        if not row_id:
            raise
        log.exception("subscriber failed")
        put_off(row_id, error)
    return True


def next_row(session: Session) -> PendingEvent | None:
    """A due row before which nothing of the same ticket and subscriber waits, locked; skips what others hold."""
    earlier = aliased(PendingEvent)
    blocked = exists().where(earlier.ticket_id == PendingEvent.ticket_id, earlier.subscriber == PendingEvent.subscriber,
                             earlier.id < PendingEvent.id, earlier.parked_at.is_(None))
    return session.scalar(
        select(PendingEvent).where(PendingEvent.parked_at.is_(None), PendingEvent.next_at <= clock.now(), ~blocked)
        .order_by(PendingEvent.next_at, PendingEvent.id).limit(1).with_for_update(skip_locked=True))


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
