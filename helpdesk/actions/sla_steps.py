"""Steps of targets: warnings, breaches, escalations, each taken once a due time; and what the breaker holds back."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.due_moments import plan
from helpdesk.actions.record import Actor, record
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.models import DueMoment, Event, SlaStep, SlaTarget, Ticket
from helpdesk.queries import sla as held
from helpdesk.queries.sla import any_held, how_many_late, is_taken

LATE, MOST_LATE = timedelta(minutes=30), 100
"""More than so many steps that are late by more than that were not missed one by one: a clock jumped, or the desk stood still."""
AWAY = timedelta(days=365_000)
BATCH = 500


def take(session: Session, ticket: Ticket, target: SlaTarget, step: str) -> Event | None:
    """Marks the step as taken and tells of it; None when it was before. Part of the caller's transaction, which locks the ticket."""
    if is_taken(session, target, step):
        return None
    session.add(SlaStep(target_id=target.id, revision=target.revision, step=step, at=clock.now()))
    if step == "breach":
        target.state, target.breached_at = "breached", target.due_at
        ticket.due_state = "breached" if ticket.due_at == target.due_at else ticket.due_state
    due = target.due_at.isoformat() if target.due_at else None
    told = {"target": target.name, "due_at": due, "step": step}
    return record(session, ticket, kind_of(step), Actor("system"), told)


def kind_of(step: str) -> str:
    """The kind of event a step is."""
    return {"breach": "sla_breached", "after": "sla_escalated"}.get(step.partition(":")[0], "sla_warned")


def note(session: Session, target: SlaTarget, step: str, did: list[dict[str, Any]]) -> None:
    """What was done, on the step's row; one for actions alone is made."""
    same = (SlaStep.target_id == target.id, SlaStep.revision == target.revision, SlaStep.step == step)
    row = session.scalar(select(SlaStep).where(*same))
    if row is None:
        row = SlaStep(target_id=target.id, revision=target.revision, step=step, at=clock.now())
        session.add(row)
    row.did = did


def put_aside(session: Session, moment: DueMoment) -> bool:
    """Whether the moment is one of a mass that is late all at once: then it waits until an admin lets it go (safety M16)."""
    now = clock.now()
    if now - moment.due_at <= LATE:
        return False
    if not any_held(session) and how_many_late(session, now, LATE, MOST_LATE + 1) <= MOST_LATE:
        return False
    plan(session, held.ASIDE[moment.kind], moment.ref, moment.ticket_id, moment.due_at + AWAY, moment.step, moment.revision)
    return True


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
        kinds = {aside: kind for kind, aside in held.ASIDE.items()}
        found = select(DueMoment).where(DueMoment.kind.in_(kinds)).order_by(DueMoment.id).limit(BATCH).with_for_update()
        moments = session.scalars(found).all()
        for moment in moments:
            moment.kind, moment.due_at = kinds[moment.kind], max(now, moment.due_at - AWAY)
        nudge(session, "due")
        return len(moments)
