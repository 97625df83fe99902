"""Moments at which something is to happen to a ticket: planned from events, found by an index, each dealt with once."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.record import held_ticket
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.models import DueMoment, Ticket

log = logging.getLogger(__name__)
MOST_ROWS, MOST_SECONDS, MOST_ATTEMPTS = 200, 10.0, 5
Handler = Callable[[Session, DueMoment, Ticket], None]
HANDLERS: dict[str, Handler] = {}


def on(kind: str, handler: Handler) -> None:
    """Called by a wing in init_app: who deals with moments of this kind, inside the transaction that deletes the row."""
    HANDLERS[kind] = handler


def plan(session: Session, kind: str, ref: int, ticket_id: int, due_at: datetime, step: str = "", revision: int = 0) -> None:
    """It will be due then; the same moment planned once more is moved."""
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(DueMoment)
    row = {"kind": kind, "ref": ref, "ticket_id": ticket_id, "step": step, "revision": revision, "due_at": due_at, "attempts": 0}
    same = [DueMoment.kind, DueMoment.ref, DueMoment.ticket_id, DueMoment.step, DueMoment.revision]
    session.execute(insert.values(row).on_conflict_do_update(index_elements=same, set_={"due_at": due_at}))
    if due_at <= clock.now():
        nudge(session, "due")


def cancel(session: Session, kind: str, ref: int, ticket_id: int | None = None) -> None:
    """Nothing of this is due any more, on one ticket or on all."""
    gone = delete(DueMoment).where(DueMoment.kind == kind, DueMoment.ref == ref)
    session.execute(gone.where(DueMoment.ticket_id == ticket_id) if ticket_id is not None else gone)


def plan_all(kind: str, ref: int, moments: Sequence[tuple[int, datetime]]) -> None:
    """Many moments of one kind: (ticket, when); a transaction of their own."""
    with transaction() as session:
        for ticket_id, due_at in moments:
            plan(session, kind, ref, ticket_id, due_at)


def cancel_all(kind: str, refs: Sequence[int]) -> None:
    """Nothing of these is due any more."""
    with transaction() as session:
        for ref in refs:
            cancel(session, kind, ref)


def drain() -> None:
    """Works until nothing is due, 200 moments or 10 seconds are over; then nudges itself again."""
    end = time.monotonic() + MOST_SECONDS
    for _ in range(MOST_ROWS):
        if not handle_next():
            return
        if time.monotonic() > end:
            break
    with transaction() as session:
        nudge(session, "due")


def handle_next() -> bool:
    """The moment that has been due longest; its lock is its lease. Says whether there was one."""
    row_id = 0
    try:
        with transaction() as session:
            due = select(DueMoment).where(DueMoment.due_at <= clock.now()).order_by(DueMoment.due_at, DueMoment.id).limit(1)
            moment = session.scalar(due.with_for_update(skip_locked=True))
            if moment is None:
                return False
            row_id = moment.id
            if handler := HANDLERS.get(moment.kind):
                handler(session, moment, held_ticket(session, moment.ticket_id))
            session.delete(moment)
    except Exception:  # a handler may fail in any way: the moment comes again, and holds up no other
        if not row_id:
            raise
        log.exception("a due moment failed")
        put_off(row_id)
    return True


def put_off(row_id: int) -> None:
    """Comes again, later each time; after the fifth failure never, and stays to be seen."""
    with transaction() as session:
        moment = session.get(DueMoment, row_id, with_for_update=True, populate_existing=True)
        if moment is not None:
            moment.attempts += 1
            moment.due_at = clock.FAR if moment.attempts >= MOST_ATTEMPTS else clock.now() + timedelta(seconds=2**moment.attempts)
