"""What happens when a promise comes near, is broken, or stays broken: the moments that were planned have come."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from automations import actions
from automations.facts import facts_of
from automations.sla.clocks import STAGE
from automations.sla.figures import awake, step_key
from automations.sla.which_hours import which
from helpdesk import clock
from helpdesk.actions import due_moments, sla_steps
from helpdesk.actions.record import Actor
from helpdesk.models import DueMoment, Event, SlaPolicyVersion, SlaTarget, Ticket
from helpdesk.queries.sla import is_taken

PATIENCE = timedelta(minutes=5)
"""What is later than this looks again whether anybody is at work."""
AGAIN = "+"
"""Behind a step that waits for the opening."""


def handle(session: Session, moment: DueMoment, ticket: Ticket) -> None:
    """The handler of due moments: whatever changed since it was planned has planned anew, so only what still stands is done."""
    target = session.get(SlaTarget, moment.ref, with_for_update=True, populate_existing=True)
    if target is None or target.ended_at is not None or target.revision != moment.revision or target.due_at is None:
        return
    if sla_steps.put_aside(session, moment):
        return
    step = moment.step.rstrip(AGAIN)
    said = said_of(session, target, step)
    if said and not said.get("always") and waits(session, moment, ticket):
        return
    if is_taken(session, target, step):
        return
    event = sla_steps.take(session, ticket, target, step) if step != step_key({"kind": "breach"}) else None
    if said:
        did = perform(session, ticket, said["then"], event, notice_of(session, target, step))
        sla_steps.note(session, target, step, did)


def said_of(session: Session, target: SlaTarget, step: str) -> dict[str, Any] | None:
    """What the policy says of the step; nothing of a plain breach."""
    definition = session.get_one(SlaPolicyVersion, target.version_id).definition
    found: dict[str, Any] | None = next((each for each in definition.get("steps", []) if step_key(each["at"]) == step), None)
    return found


def waits(session: Session, moment: DueMoment, ticket: Ticket) -> bool:
    """Whether nobody is at work any more because the desk was late with it: then it is planned for the opening."""
    now = clock.now()
    if now - moment.due_at <= PATIENCE:
        return False
    opening = awake(which(session).of_team(ticket)[1], now)
    if opening <= now:
        return False
    due_moments.plan(session, moment.kind, moment.ref, moment.ticket_id, opening, moment.step + AGAIN, moment.revision)
    return True


def notice_of(session: Session, target: SlaTarget, step: str) -> dict[str, Any]:
    """What whoever is told reads: which promise, and how it stands. A stage of the desk's own brings its names."""
    kind = {"sla_warned": "sla_warning", "sla_breached": "sla_breach", "sla_escalated": "sla_escalation"}[sla_steps.kind_of(step)]
    stages = session.get_one(SlaPolicyVersion, target.version_id).definition.get("targets", {}).get("stages", [])
    stage: dict[str, Any] = next((each for each in stages if f"{STAGE}{each['name']}" == target.name), {})
    return {"kind": kind, "target": target.name, "name": stage.get("name", ""), "name_ar": stage.get("name_ar", "")}


def perform(
    session: Session, ticket: Ticket, then: list[dict[str, Any]], event: Event | None, notice: dict[str, Any],
) -> list[dict[str, Any]]:
    """The actions of a step, as the desk."""
    actor = Actor("system", why="sla", cause_id=event.id if event else None, depth=1)
    doing = actions.Doing(session, ticket, actor, facts_of(session, ticket), notice)
    return [actions.perform(doing, action) for action in then]
