"""What happens when a promise comes near, is broken, or stays broken: the moments that were planned have come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from automations import actions
from automations.facts import facts_of
from automations.sla.clocks import STAGE, by_priority
from automations.sla.figures import awake, step_key
from automations.sla.which_hours import which
from helpdesk import clock
from helpdesk.actions import late_moments, sla_steps
from helpdesk.actions.due_moments import Due
from helpdesk.actions.policy_trouble import tell_author
from helpdesk.actions.record import Actor
from helpdesk.models import DueMoment, SlaTarget, Ticket
from helpdesk.queries.sla import by_id, definitions, taken_of

Did = list[dict[str, Any]]
SILENT = step_key({"kind": "breach"})
"""What is done about a breach; that there is one was told by its own moment."""


def handle(session: Session, dues: Sequence[Due]) -> None:
    """The handler of due moments: whatever changed since they were planned has planned anew, so only what still stands is done."""
    targets = by_id(session, [moment.ref for moment, _ticket in dues])
    said = Said(definitions(session, {target.version_id for target in targets.values()}))
    standing = [(moment, ticket, targets[moment.ref]) for moment, ticket in dues if stands(moment, targets.get(moment.ref))]
    aside = late_moments.put_aside(session, [moment for moment, _ticket, _target in standing])
    taken = taken_of(session, list(targets))
    fresh = [one for one in standing if one[0].id not in aside and (one[2].id, one[2].revision, one[0].step) not in taken]
    due = [
        (ticket, target, moment.step) for moment, ticket, target in fresh
        if not waits(session, moment, ticket, said.of(target, moment.step))
    ]  # fmt: skip
    events, did = iter(sla_steps.tell(session, [one for one in due if one[2] != SILENT])), list[Did]()
    for ticket, target, step in due:
        cause, told = next(events) if step != SILENT else None, said.of(target, step)
        words = about(target, step, said.definitions[target.version_id])
        did.append(perform(session, ticket, told["then"], cause, words) if told else [])
        if any(line["result"] in actions.GONE for line in did[-1]):
            tell_author(session, target.version_id, "gone")
    sla_steps.take(session, due, did)


def stands(moment: DueMoment, target: SlaTarget | None) -> bool:
    """Whether the moment belongs to the due time of today."""
    return target is not None and target.ended_at is None and target.revision == moment.revision and target.due_at is not None


@dataclass(frozen=True)
class Said:
    """What policies say of their steps, by version."""

    definitions: dict[int, dict[str, Any]]

    def of(self, target: SlaTarget, step: str) -> dict[str, Any] | None:
        """The words of one step; nothing of a plain breach."""
        steps: list[dict[str, Any]] = self.definitions[target.version_id].get("steps", [])
        return next((each for each in steps if step_key(each["at"]) == step), None)


def waits(session: Session, moment: DueMoment, ticket: Ticket, said: dict[str, Any] | None) -> bool:
    """Whether the desk is late with it and nobody is at work any more: then it comes again at the opening."""
    now = clock.now()
    if now - moment.due_at <= late_moments.PATIENCE:
        return False
    opening = awake(which(session).of_team(ticket)[1], now) if said and not said.get("always") else now
    moment.due_at = max(opening, moment.due_at)
    return opening > now


def about(target: SlaTarget, step: str, definition: dict[str, Any]) -> dict[str, Any]:
    """What a notice says of the step: which promise it is and how it stands."""
    kind = {"breach": "sla_breach", "after": "sla_escalation"}.get(step.partition(":")[0], "sla_warning")
    stage = by_priority(definition, target.name) if target.name.startswith(STAGE) else {}
    return {"kind": kind, "target": target.name, "name": stage.get("name", ""), "name_ar": stage.get("name_ar", "")}


def perform(
    session: Session, ticket: Ticket, then: list[dict[str, Any]], cause: int | None, about: dict[str, Any],
) -> Did:
    """The actions of a step, as the desk."""
    actor = Actor("system", why="sla", cause_id=cause, depth=1)
    doing = actions.Doing(session, ticket, actor, facts_of(session, ticket), about)
    return [actions.perform(doing, action) for action in then]
