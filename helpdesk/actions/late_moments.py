"""The breaker of the clock: moments that are late all at once wait until an admin lets them go, or the clock is right again."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, case, delete, exists, select
from sqlalchemy.orm import Session, aliased

from helpdesk import clock
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.models import DueMoment
from helpdesk.queries.late_moments import ASIDE, AWAY, any_held, how_many_late

LATE, MOST_LATE, PATIENCE = timedelta(minutes=30), 100, timedelta(minutes=5)
"""More than so many steps that are late by more than that were not missed one by one: a clock jumped, or the desk stood still. Then
whatever is not done within PATIENCE belongs to them."""
KIND_OF = {aside: kind for kind, aside in ASIDE.items()}
BATCH = 500


def put_aside(session: Session, moments: Sequence[DueMoment]) -> set[int]:
    """Those that are part of a mass that is late all at once wait until an admin lets them go (safety M16); their numbers."""
    now = clock.now()
    late = [moment for moment in moments if now - moment.due_at > PATIENCE]
    if not late or (not any_held(session) and how_many_late(session, now, LATE, MOST_LATE + 1) <= MOST_LATE):
        return set()
    forget_overtaken(session, DueMoment.ticket_id.in_({moment.ticket_id for moment in late}))
    for moment in late:
        moment.kind, moment.due_at = ASIDE[moment.kind], moment.due_at + AWAY
    return {moment.id for moment in late}


def release_held() -> int:
    """An admin lets go what is held back: what has passed is done now, the rest when its time comes. Returns how many there were."""
    count = 0
    while number := release_batch():
        count += number
    return count


def release_batch() -> int:
    """See `release_held`."""
    with transaction() as session:
        forget_overtaken(session)
        now = clock.now()
        held = select(DueMoment).where(DueMoment.kind.in_(KIND_OF)).order_by(DueMoment.id).limit(BATCH)
        found = held.with_for_update(skip_locked=True)  # whoever has it is about to let it go, or to plan it anew
        moments = session.scalars(found).all()
        for moment in moments:
            moment.kind, moment.due_at = KIND_OF[moment.kind], max(now, moment.due_at - AWAY)
        nudge(session, "due")
        return len(moments)


def take_back() -> None:
    """The clock was put right again: what is held back though its time has not come is planned as it was."""
    with transaction() as session:
        forget_overtaken(session)
        early = select(DueMoment).where(DueMoment.due_at > clock.now() + AWAY, DueMoment.kind.in_(KIND_OF)).order_by(DueMoment.due_at)
        for moment in session.scalars(early.limit(BATCH).with_for_update(skip_locked=True)):
            moment.kind, moment.due_at = KIND_OF[moment.kind], moment.due_at - AWAY


def forget_overtaken(session: Session, *which: ColumnElement[bool]) -> None:
    """Of two plans of one moment, one of them held back, the other is the newer."""
    newer = aliased(DueMoment)
    same = [getattr(newer, name) == getattr(DueMoment, name) for name in ("ref", "ticket_id", "step", "revision")]
    twin = exists().where(newer.kind == case(KIND_OF, value=DueMoment.kind), *same)
    gone = delete(DueMoment).where(DueMoment.kind.in_(KIND_OF), twin, *which)
    session.execute(gone, execution_options={"synchronize_session": False})
