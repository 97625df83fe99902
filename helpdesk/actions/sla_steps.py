"""Steps of targets: warnings, breaches, escalations, each taken once a due time; and what the breaker holds back."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.record import Actor, record_many
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.models import DueMoment, SlaStep, SlaTarget, Ticket
from helpdesk.queries.sla import ASIDE, AWAY, any_held, arabic_names, how_many_late

LATE, MOST_LATE, PATIENCE = timedelta(minutes=30), 100, timedelta(minutes=5)
"""More than so many steps that are late by more than that were not missed one by one: a clock jumped, or the desk stood still. Then
whatever is not done within PATIENCE belongs to them."""
KIND_OF = {aside: kind for kind, aside in ASIDE.items()}
BATCH = 500
Taking = tuple[Ticket, SlaTarget, str]


def take(session: Session, taking: Sequence[Taking]) -> list[SlaStep]:
    """Marks steps as taken: of each (ticket, target, step) its row. Part of the caller's transaction, which locks the tickets and has
    looked that none was taken before."""
    now = clock.now()
    rows = [SlaStep(target_id=target.id, revision=target.revision, step=step, at=now, did=[]) for _ticket, target, step in taking]
    session.add_all(rows)
    return rows


def tell(session: Session, taking: Sequence[Taking]) -> list[int]:
    """The number of the event of each; a breach stands on its target and ticket too."""
    for ticket, target, step in taking:
        if step == "breach":
            target.state, target.breached_at = "breached", target.due_at
            ticket.due_state = "breached" if ticket.due_at == target.due_at else ticket.due_state
    names = arabic_names(session, [target for _ticket, target, _step in taking])
    return record_many(session, Actor("system"), [
        (ticket, kind_of(step), {"target": target.name, "name_ar": names.get((target.version_id, target.name), ""),
                                 "due_at": target.due_at.isoformat() if target.due_at else None, "step": step})
        for ticket, target, step in taking
    ])  # fmt: skip


def kind_of(step: str) -> str:
    """The kind of event a step is."""
    return {"breach": "sla_breached", "after": "sla_escalated"}.get(step.partition(":")[0], "sla_warned")


def put_aside(session: Session, moments: Sequence[DueMoment]) -> set[int]:
    """Those that are part of a mass that is late all at once wait until an admin lets them go (safety M16); their numbers."""
    now = clock.now()
    late = [moment for moment in moments if now - moment.due_at > PATIENCE]
    if not late or (not any_held(session) and how_many_late(session, now, LATE, MOST_LATE + 1) <= MOST_LATE):
        return set()
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
        now = clock.now()
        found = select(DueMoment).where(DueMoment.kind.in_(KIND_OF)).order_by(DueMoment.id).limit(BATCH).with_for_update()
        moments = session.scalars(found).all()
        for moment in moments:
            moment.kind, moment.due_at = KIND_OF[moment.kind], max(now, moment.due_at - AWAY)
        nudge(session, "due")
        return len(moments)


def take_back() -> None:
    """The clock was put right again: what is held back though its time has not come is planned as it was."""
    with transaction() as session:
        early = select(DueMoment).where(DueMoment.due_at > clock.now() + AWAY, DueMoment.kind.in_(KIND_OF)).order_by(DueMoment.due_at)
        for moment in session.scalars(early.limit(BATCH).with_for_update(skip_locked=True)):
            moment.kind, moment.due_at = KIND_OF[moment.kind], moment.due_at - AWAY
