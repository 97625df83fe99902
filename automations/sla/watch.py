"""The subscriber: after everything that happens to a ticket its targets are what its policy promises."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from automations.conditions.happenings import STAGE_WORDS
from automations.conditions.kinds import tags_of
from automations.facts import facts_of
from automations.sla import promises
from automations.sla.clocks import STAGE, Clock, Happened, clocks, span_of
from automations.sla.concerns import OF_DELIVERY, OF_TAGS, concerns, listens, tags_in
from automations.sla.due import Pause
from automations.sla.figures import counted_last, figure, moments, still_to_come
from automations.sla.history import history_of
from automations.sla.hours import Hours
from automations.sla.promises import Promise
from automations.sla.which_hours import Which, which
from helpdesk import clock
from helpdesk.actions.record import Actor, held_ticket
from helpdesk.actions.sla_targets import Asked, Bringing, Moments, Wanted, Why, bring
from helpdesk.models import Event, SlaTarget, Ticket
from helpdesk.models.ticket import PRIORITIES
from helpdesk.queries import together
from helpdesk.queries.sla import steps_of, targets_of

HEARS = frozenset(STAGE_WORDS)
"""Never its own events. An answer counts from its release on."""


def wanted(session: Session, ticket: Ticket, kind: str) -> bool:
    """Whether anything is promised, or was; of a delivery, whether a stage asks for it."""
    today = promises.in_force(session)
    if kind in OF_DELIVERY:
        return any(listens(promise.definition, kind) for promise in today)
    return bool(ticket.due_state) or bool(today)


def handle(session: Session, event: Event) -> None:
    """The subscriber, under the ticket's lock: works out what `finish` writes."""
    ticket = held_ticket(session, event.ticket_id)
    rows = targets_of(session, ticket.id)
    if not rows or not moves_nothing(session, event, rows[-1].version_id):
        bringing(session).bring(*follows(session, ticket, event, rows))


def finish(session: Session) -> None:
    """For all that was handled in this transaction."""
    bringing(session).write()


def bringing(session: Session) -> Bringing:
    """The one of this transaction."""
    return together.once(session, "promises", lambda: Bringing(session))


def moves_nothing(session: Session, event: Event, version_id: int) -> bool:
    """Whether no policy of today asks about what happened. The ticket is under that version; an older one is looked at in any case."""
    today = promises.in_force(session)
    return version_id in {each.version_id for each in today} and not concerns(event, [each.definition for each in today])


def follow(session: Session, ticket: Ticket, event: Event) -> None:
    """Works out all targets of the ticket from its history and makes its rows that, at once."""
    bring(session, *follows(session, ticket, event, targets_of(session, ticket.id)))


def follows(session: Session, ticket: Ticket, event: Event, rows: list[SlaTarget]) -> Asked:
    """What is to be brought about by what happened, from the ticket's history."""
    promise = promises.promise_for(session, ticket, event, rows)
    why = Why(words_of(event), Actor(event.actor, event.agent_id if event.actor == "agent" else None), event)
    if promise is None:
        return ticket, [], rows, {}, why
    running = {row.name: row.id for row in rows if row.ended_at is None}
    history = [*history_of(session, ticket.id), *stage_moments(session, ticket, event, promise, running)]
    wanted_now = worked_out(session, ticket, promise, history, clock.now())
    return ticket, wanted_now, rows, steps_of(session, ticket.id), why


def words_of(event: Event) -> dict[str, Any]:
    """Why a due time moves: what happened, from what to what."""
    told = {name: event.data[name] for name in ("from", "to", "tag", "reason", "manual") if event.data.get(name) is not None}
    return {"kind": event.kind, "event": event.id, "at": event.at.isoformat()} | told


def stage_moments(session: Session, ticket: Ticket, event: Event, promise: Promise, running: dict[str, int]) -> list[Happened]:
    """Stages that begin or end by this very event, as the policy's conditions say."""
    stages = promise.definition.get("targets", {}).get("stages", [])
    facts, found = facts_of(session, ticket, event), list[Happened]()
    for stage in stages:
        side = "stop" if STAGE + stage["name"] in running else "start"
        said = stage[side]
        if said["on"] != event.kind:
            continue
        if is_about(event, said.get("if") or {}) and promises.holds(session, promise, said.get("if") or {}, facts):
            found.append(Happened(event.at, "ended" if side == "stop" else "begun", stage["name"]))
    return found


def is_about(event: Event, group: dict[str, Any]) -> bool:
    """Whether a tag that came or went is one that the conditions ask for: another one that comes later begins no stage again."""
    asked = tags_in(group)
    return not asked or event.kind not in OF_TAGS or bool(tags_of([event.data["tag"]]) & asked)


def worked_out(session: Session, ticket: Ticket, promise: Promise, history: list[Happened], now: datetime) -> list[Wanted]:
    """Every target that the policy makes of this history."""
    by = counted_by(which(session), promise.definition, ticket)
    found = [one_of(each, promise, by, now) for each in clocks(promise.definition, history)]
    return [each for each in found if each is not None]


@dataclass(frozen=True)
class By:
    """What targets are counted by: the ticket's priority, the policy's calendar and hours, under which number these are kept, and the hours
    of those who are told."""

    priority: str
    calendar_id: int | None
    hours: Hours
    hours_id: int
    people: Hours


def counted_by(hours: Which, definition: dict[str, Any], ticket: Ticket) -> By:
    """That of a ticket under a policy; the transaction is one that writes."""
    found = hours.of_policy(definition, ticket)
    return By(PRIORITIES[ticket.priority], *found, hours.keep(*found), hours.of_team(ticket)[1])


def one_of(each: Clock, promise: Promise, by: By, now: datetime) -> Wanted | None:
    """One target; None where the policy promises nothing to this priority."""
    span = span_of(promise.definition, each.name, by.priority)
    if span is None:
        return None
    found = figure(each, span, by.hours, now)
    quiet = each.started_at < promise.since

    def steps(taken: dict[str, datetime], known: bool) -> Moments:
        return still_to_come(moments(found, promise.definition, by.hours, by.people), taken, now, with_past=known or not quiet)

    manual = (each.manual.due_at, each.manual.reason, each.manual.agent_id) if each.manual else (None, "", None)
    return Wanted(
        each.name, each.started_at, promise.version_id, by.calendar_id, by.hours_id, [kept_pause(pause) for pause in each.pauses],
        found.due_at, each.ended_at, found.state, steps, manual, quiet, counted_last(found),
    )  # fmt: skip


def kept_pause(pause: Pause) -> list[Any]:
    """As a row keeps it."""
    return [pause[0].isoformat(), pause[1].isoformat() if pause[1] else None, pause[2]]
