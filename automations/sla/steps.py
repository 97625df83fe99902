"""What happens when a promise comes near, is broken, or stays broken: the moments that were planned have come."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from automations import actions
from automations.facts import facts_of
from automations.sla.figures import awake, step_key
from automations.sla.which_hours import which
from helpdesk import clock
from helpdesk.actions import sla_steps
from helpdesk.actions.due_moments import Due
from helpdesk.actions.record import Actor
from helpdesk.models import DueMoment, Event, SlaPolicyVersion, SlaTarget, Ticket
from helpdesk.queries.sla import by_id, taken_of

SILENT = step_key({"kind": "breach"})
"""What is done about a breach; that there is one was told by its own moment."""


def handle(session: Session, dues: Sequence[Due]) -> None:
    """The handler of due moments: whatever changed since they were planned has planned anew, so only what still stands is done."""
    targets = by_id(session, [moment.ref for moment, _ticket in dues])
    standing = [(moment, ticket, targets[moment.ref]) for moment, ticket in dues if stands(moment, targets.get(moment.ref))]
    aside = sla_steps.put_aside(session, [moment for moment, _ticket, _target in standing])
    taken = taken_of(session, list(targets))
    due = [
        (ticket, target, moment.step) for moment, ticket, target in standing
        if moment.id not in aside and (target.id, target.revision, moment.step) not in taken and not waits(session, moment, ticket, target)
    ]  # fmt: skip
    rows = sla_steps.take(session, due)
    events = iter(sla_steps.tell(session, [one for one in due if one[2] != SILENT]))
    for (ticket, target, step), row in zip(due, rows, strict=True):
        event = next(events) if step != SILENT else None
        if said := said_of(session, target, step):
            row.did = perform(session, ticket, said["then"], event)


def stands(moment: DueMoment, target: SlaTarget | None) -> bool:
    """Whether the moment belongs to the due time of today."""
    return target is not None and target.ended_at is None and target.revision == moment.revision and target.due_at is not None


def said_of(session: Session, target: SlaTarget, step: str) -> dict[str, Any] | None:
    """What the policy says of the step; nothing of a plain breach."""
    definition = session.get_one(SlaPolicyVersion, target.version_id).definition
    found: dict[str, Any] | None = next((each for each in definition.get("steps", []) if step_key(each["at"]) == step), None)
    return found


def waits(session: Session, moment: DueMoment, ticket: Ticket, target: SlaTarget) -> bool:
    """Whether the desk is late with it and nobody is at work any more: then it comes again at the opening."""
    now = clock.now()
    if now - moment.due_at <= sla_steps.PATIENCE:
        return False
    said = said_of(session, target, moment.step)
    opening = awake(which(session).of_team(ticket)[1], now) if said and not said.get("always") else now
    moment.due_at = max(opening, moment.due_at)
    return opening > now


def perform(session: Session, ticket: Ticket, then: list[dict[str, Any]], event: Event | None) -> list[dict[str, Any]]:
    """The actions of a step, as the desk."""
    actor = Actor("system", why="sla", cause_id=event.id if event else None, depth=1)
    doing = actions.Doing(session, ticket, actor, facts_of(session, ticket))
    return [actions.perform(doing, action) for action in then]
