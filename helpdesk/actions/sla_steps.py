"""Steps of targets: warnings, breaches, escalations, each taken once a due time."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.record import Actor, record_many
from helpdesk.models import SlaStep, SlaTarget, Ticket
from helpdesk.queries.sla import arabic_names

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
