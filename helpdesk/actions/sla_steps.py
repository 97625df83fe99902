"""Steps of targets: warnings, breaches, escalations, each taken once a due time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from helpdesk import clock
from helpdesk.actions.record import SYSTEM, record_many
from helpdesk.actions.rows import put_at_end, write_all
from helpdesk.models import SlaStep, SlaTarget, Ticket
from helpdesk.queries.sla import arabic_names

Taking = tuple[Ticket, SlaTarget, str]


def take(session: Session, taking: Sequence[Taking], did: Sequence[list[dict[str, Any]]]) -> None:
    """Marks each (ticket, target, step) as taken, with what was done. Part of the caller's transaction, which locks the tickets and has
    looked that none was taken before."""
    now = clock.now()
    put_at_end(session, SlaStep, [
        {"target_id": target.id, "revision": target.revision, "step": step, "at": now, "did": done}
        for (_ticket, target, step), done in zip(taking, did, strict=True)
    ])  # fmt: skip


def tell(session: Session, taking: Sequence[Taking]) -> list[int]:
    """The number of the event of each; a breach stands on its target and ticket too."""
    breach(session, [(ticket, target) for ticket, target, step in taking if step == "breach"])
    names = arabic_names(session, [target for _ticket, target, _step in taking])
    return record_many(session, [
        (SYSTEM, ticket, kind_of(step), {"target": target.name, "name_ar": names.get((target.version_id, target.name), ""),
                                         "due_at": target.due_at.isoformat() if target.due_at else None, "step": step})
        for ticket, target, step in taking
    ])  # fmt: skip


def breach(session: Session, broken: Sequence[tuple[Ticket, SlaTarget]]) -> None:
    """These targets are missed; a ticket whose badge shows one of them shows it."""
    session.flush()
    shown = [ticket for ticket, target in broken if ticket.due_at == target.due_at]
    write_all(session, SlaTarget, [target.id for _ticket, target in broken], state="breached", breached_at=SlaTarget.due_at)
    write_all(session, Ticket, {ticket.id for ticket in shown}, due_state="breached")
    for _ticket, target in broken:
        set_committed_value(target, "state", "breached")
        set_committed_value(target, "breached_at", target.due_at)
    for ticket in shown:
        set_committed_value(ticket, "due_state", "breached")


def kind_of(step: str) -> str:
    """The kind of event a step is."""
    return {"breach": "sla_breached", "after": "sla_escalated"}.get(step.partition(":")[0], "sla_warned")
