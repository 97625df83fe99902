"""Taking back what a rule did since a moment: newest first, by new events, and only where nobody has changed the same again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions import change
from helpdesk.actions.change import Change
from helpdesk.actions.record import Actor, held_ticket
from helpdesk.actions.transaction import transaction
from helpdesk.errors import HelpdeskError
from helpdesk.folding import fold
from helpdesk.models import Event, RuleRun, Ticket
from helpdesk.models.ticket import PRIORITIES
from helpdesk.policy import Viewer

Back = tuple[Callable[[Ticket], Any], Callable[[Any], Change]]
BACK: dict[str, Back] = {
    "team_changed": (lambda ticket: ticket.team_id, change.set_team),
    "ticket_assigned": (lambda ticket: ticket.assignee_id, change.assign),
    "ticket_unassigned": (lambda ticket: ticket.assignee_id, change.assign),
    "status_changed": (lambda ticket: ticket.status, change.set_status),
    "priority_changed": (lambda ticket: PRIORITIES[ticket.priority], change.set_priority),
    "type_changed": (lambda ticket: ticket.type_id, change.set_type),
    "subject_changed": (lambda ticket: ticket.subject, change.set_subject),
    "policy_changed": (lambda ticket: ticket.sla_policy_id, change.set_policy),
    "ticket_moved": (lambda ticket: ticket.place, change.move),
}
"""Kind of event -> what of the ticket it changed, and how that is changed back. Answers that left cannot be taken back."""


TOGETHER = ("ticket_assigned", "ticket_unassigned"), ("ticket_tagged", "ticket_untagged")
"""Kinds that change the same."""


def undoable(rule_id: int, since: datetime) -> Select[int]:
    """The runs that can be taken back, newest first, as a statement."""
    return (
        select(RuleRun.id).where(RuleRun.rule_id == rule_id, RuleRun.at >= since, RuleRun.matched, RuleRun.undone_at.is_(None))
        .order_by(RuleRun.id.desc())
    )  # fmt: skip


def undo_since(viewer: Viewer, rule_id: int, since: datetime) -> int:
    """Takes back every run since then, one ticket a transaction; how many runs changed something back."""
    with transaction() as session:
        wanted = list(session.scalars(undoable(rule_id, since)))
    return sum(undo(viewer, run_id) for run_id in wanted)


def undo(viewer: Viewer, run_id: int) -> bool:
    """Takes back one run, once; whether anything changed."""
    with transaction() as session:
        run = session.get_one(RuleRun, run_id, with_for_update=True, populate_existing=True)
        if run.undone_at is not None:
            return False
        run.undone_at = clock.now()
        ticket = held_ticket(session, run.ticket_id)
        before = ticket.last_event_id
        actor = Actor("agent", viewer.agent_id, why="rule_undone", rule_id=run.rule_id)  # so that it is no new work for the rule
        for event in made_by(session, run):
            take_back(session, ticket, actor, event)
        return ticket.last_event_id != before


def made_by(session: Session, run: RuleRun) -> list[Event]:
    """What the run made happen, newest first."""
    numbers = [number for line in run.did for number in line.get("events", [])]
    return list(session.scalars(select(Event).where(Event.id.in_(numbers)).order_by(Event.id.desc())))


def take_back(session: Session, ticket: Ticket, actor: Actor, event: Event) -> None:
    """One event, where nobody has changed the same since."""
    if changed_since(session, event, actor.rule_id):
        return
    try:
        if event.kind in BACK:
            now, make = BACK[event.kind]
            if now(ticket) == event.data.get("to"):
                make(event.data.get("from"))(session, ticket, actor)
        elif event.kind == "ticket_tagged":
            change.untag(event.data["tag"])(session, ticket, actor)
        elif event.kind == "ticket_untagged":
            change.tag(event.data["tag"])(session, ticket, actor)
    except HelpdeskError:
        return  # an agent or a team that is gone: the ticket stays as it is


def changed_since(session: Session, event: Event, rule_id: int | None) -> bool:
    """Whether anybody but the rule, and those who took back what it did, changed the same later: the same tag, of tags."""
    kinds = next((kinds for kinds in TOGETHER if event.kind in kinds), (event.kind,))
    later = select(Event.data).where(
        Event.ticket_id == event.ticket_id, Event.id > event.id, Event.kind.in_(kinds), Event.rule_id.is_distinct_from(rule_id))
    return any(fold(data.get("tag", "")) == fold(event.data.get("tag", "")) for data in session.scalars(later))
