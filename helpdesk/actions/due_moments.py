"""Moments at which something is to happen to a ticket: planned from events, found by an index, each dealt with once."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.record import holds
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.models import DueMoment, Ticket
from helpdesk.models.types import Moment
from helpdesk.queries.late_moments import ASIDE

log = logging.getLogger(__name__)
MOST_ROWS, MOST_SECONDS, MOST_ATTEMPTS, AT_ONCE = 200, 10.0, 5, 100
Due = tuple[DueMoment, Ticket]
Handler = Callable[[Session, Sequence[Due]], None]
HANDLERS: dict[str, Handler] = {}
TOGETHER: set[str] = set()


def on(kind: str, handler: Callable[[Session, DueMoment, Ticket], None]) -> None:
    """Called by a wing in init_app: who deals with moments of this kind, inside the transaction that deletes the row."""

    def each(session: Session, dues: Sequence[Due]) -> None:
        for moment, ticket in dues:
            handler(session, moment, ticket)

    HANDLERS[kind] = each


def on_many(kind: str, handler: Handler) -> None:
    """The same for who deals with up to AT_ONCE moments in one transaction. A moment whose `due_at` the handler moves is kept."""
    HANDLERS[kind] = handler
    TOGETHER.add(kind)


def plan(session: Session, kind: str, ref: int, ticket_id: int, due_at: datetime, step: str = "", revision: int = 0) -> None:
    """It will be due then; the same moment planned once more is moved, also one that was held back or has failed."""
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(DueMoment)
    row = {"kind": kind, "ref": ref, "ticket_id": ticket_id, "step": step, "revision": revision, "due_at": due_at, "attempts": 0}
    same = [DueMoment.kind, DueMoment.ref, DueMoment.ticket_id, DueMoment.step, DueMoment.revision]
    if kind in ASIDE:
        of_it = DueMoment.ref == ref, DueMoment.ticket_id == ticket_id, DueMoment.step == step, DueMoment.revision == revision
        session.execute(delete(DueMoment).where(DueMoment.kind == ASIDE[kind], *of_it))
    session.execute(insert.values(row).on_conflict_do_update(index_elements=same, set_={"due_at": due_at, "attempts": 0}))
    if due_at <= clock.now():
        nudge(session, "due")


def move(session: Session, kind: str, ref: int, ticket_id: int, due_at: datetime) -> None:
    """Where it is planned, held back or not, it will be due then instead; where it is not, it was dealt with."""
    of_it = DueMoment.kind.in_(kinds_of(kind)), DueMoment.ref == ref, DueMoment.ticket_id == ticket_id
    if session.scalar(select(DueMoment.id).where(*of_it).limit(1)) is not None:
        plan(session, kind, ref, ticket_id, due_at)


def cancel(session: Session, kind: str, ref: int, ticket_id: int | None = None) -> None:
    """Nothing of this is due any more, held back or not, on one ticket or on all."""
    gone = delete(DueMoment).where(DueMoment.kind.in_(kinds_of(kind)), DueMoment.ref == ref)
    session.execute(gone.where(DueMoment.ticket_id == ticket_id) if ticket_id is not None else gone)


def kinds_of(kind: str) -> tuple[str, ...]:
    """The kind of moments, and what it is while they are held back."""
    return (kind, ASIDE[kind]) if kind in ASIDE else (kind,)


def cancel_all(kind: str, refs: Sequence[int]) -> None:
    """Nothing of these is due any more."""
    with transaction() as session:
        for ref in refs:
            cancel(session, kind, ref)


def drain() -> None:
    """Works until nothing is due, 200 moments or 10 seconds are over; then nudges itself again."""
    end, done = time.monotonic() + MOST_SECONDS, 0
    while done < MOST_ROWS and time.monotonic() < end:
        number = handle_next()
        if not number:
            return
        done += number
    with transaction() as session:
        nudge(session, "due")


def handle_next() -> int:
    """Those that have been due longest, of one kind, in one transaction; how many. Where one fails each gets a transaction of its own, so
    that it comes again later and holds up no other."""
    numbers: list[int] = []
    try:
        with transaction() as session:
            dues = next_dues(session)
            numbers += [moment.id for moment, _ticket in dues]
            deal_with(session, dues)
    except Exception:  # a handler may fail in any way
        if not numbers:
            raise
        log.exception("a due moment failed")
        for number in numbers:
            handle_alone(number, last=len(numbers) == 1)
    return len(numbers)


def next_dues(session: Session) -> list[Due]:
    """Locked with their tickets, which is their lease; what somebody else holds is passed over, so nobody waits for anybody."""
    found = dues_by(session, 1)
    return dues_by(session, AT_ONCE, found[0][0].kind) if found and found[0][0].kind in TOGETHER else found


def dues_by(session: Session, most: int, kind: str = "", number: int = 0) -> list[Due]:
    """Those that have been due longest; of one kind, or with that number alone."""
    due = first_dues(most, of_kind=bool(kind), alone=bool(number))
    return [(moment, ticket) for moment, ticket in session.execute(due, {"now": clock.now(), "kind": kind, "number": number})]


@lru_cache
def first_dues(most: int, *, of_kind: bool, alone: bool) -> Select[DueMoment, Ticket]:
    """At `now`, of the kind `kind`, the one with `number`. Built once, as in drain_outbox."""
    due = select(DueMoment, Ticket).join(Ticket, Ticket.id == DueMoment.ticket_id).where(DueMoment.due_at <= bindparam("now", type_=Moment))
    if of_kind:  # concat: SQLite would walk all of that kind, not the index of time
        due = due.where(DueMoment.kind.concat("") == bindparam("kind"))
    due = due.where(DueMoment.id == bindparam("number")) if alone else due
    held = due.order_by(DueMoment.due_at, DueMoment.id).limit(most).with_for_update(of=[DueMoment, Ticket], skip_locked=True)
    return held.execution_options(populate_existing=True)


def deal_with(session: Session, dues: Sequence[Due]) -> None:
    """The handler's effect and the end of the rows go together."""
    if not dues:
        return
    holds(session, [ticket for _moment, ticket in dues])
    if handler := HANDLERS.get(dues[0][0].kind):
        handler(session, dues)
    session.flush()
    now = clock.now()
    session.execute(delete(DueMoment).where(DueMoment.id.in_([moment.id for moment, _ticket in dues if moment.due_at <= now])))


def handle_alone(number: int, *, last: bool) -> None:
    """One of several of which one failed; `last`: it was that one."""
    if not last:
        try:
            with transaction() as session:
                return deal_with(session, dues_by(session, 1, number=number))
        except Exception:  # as above
            log.exception("a due moment failed")
    put_off(number)
    return None


def put_off(row_id: int) -> None:
    """Comes again, later each time; after the fifth failure never, and stays to be seen, until somebody lets it go on."""
    with transaction() as session:
        moment = session.get(DueMoment, row_id, with_for_update=True, populate_existing=True)
        if moment is not None:
            moment.attempts += 1
            moment.due_at = clock.FAR if moment.attempts >= MOST_ATTEMPTS else clock.now() + timedelta(seconds=2**moment.attempts)


def try_parked_again() -> int:
    """An admin has what failed too often tried once more; how much that is."""
    with transaction() as session:
        tried = update(DueMoment).where(DueMoment.due_at == clock.FAR).values(due_at=clock.now(), attempts=0)
        numbers = session.scalars(tried.returning(DueMoment.id)).all()
        nudge(session, "due")
        return len(numbers)
