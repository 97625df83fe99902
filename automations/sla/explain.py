"""A due time unfolded: every interval that was counted, every one that was skipped and why, their sum. Worked out from the events again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from automations.sla.calendars import always, hours_of
from automations.sla.clocks import clocks, span_of
from automations.sla.due import Piece
from automations.sla.figures import Figure, figure
from automations.sla.history import history_of
from automations.sla.hours import Hours
from automations.sla.kept_hours import hours_said
from automations.sla.moving import clock_of
from automations.sla.spans import Span
from helpdesk import clock
from helpdesk.models import Calendar, Event, KeptHours, SlaPolicy, SlaPolicyVersion, SlaStep, SlaTarget, Ticket
from helpdesk.models.ticket import PRIORITIES
from helpdesk.queries.sla import targets_of


@dataclass(frozen=True)
class Explained:
    """A target with all that its due time came from. `as_kept`: what was worked out now is what its row says; otherwise its
    calendar was changed after it had ended, and nobody kept the hours of then. `calendar` None: every minute counts."""

    target: SlaTarget
    policy: SlaPolicy
    version: SlaPolicyVersion
    priority: str
    span: Span
    calendar: Calendar | KeptHours | None
    hours: Hours
    figure: Figure
    now: datetime

    @property
    def as_kept(self) -> bool:
        """See the class."""
        return self.figure.due_at == self.target.due_at

    @property
    def lines(self) -> list[tuple[str, Piece]]:
        """Counted and skipped in the order of time; what lies ahead is cut off at now and "will" count."""
        told = [("counted", piece) for piece in self.figure.due.counted] + [
            ("paused" if piece.reason.kind == "pause" else "skipped", piece) for piece in self.figure.due.skipped]
        end = self.target.ended_at or self.now
        found: list[tuple[str, Piece]] = []
        for kind, piece in sorted(told, key=lambda line: line[1].from_at):
            if kind == "counted" and piece.from_at < end < piece.to_at:
                found += [(kind, Piece(piece.from_at, end, piece.reason)), ("will", Piece(end, piece.to_at, piece.reason))]
            else:
                found.append(("will" if kind == "counted" and piece.from_at >= end else kind, piece))
        return found


def explain(session: Session, ticket: Ticket, target: SlaTarget) -> Explained | None:
    """One target; None where its policy promises nothing of that name to that priority any more."""
    version = session.get_one(SlaPolicyVersion, target.version_id)
    calendar, hours = hours_behind(session, target)
    priority = priority_at(session, ticket, target.ended_at)
    span = span_of(version.definition, target.name, priority)
    if span is None:
        return None
    read = clocks(version.definition, history_of(session, ticket.id))
    same = next((each for each in read if (each.name, each.started_at) == (target.name, target.started_at)), None)
    now = clock.now()
    worked = figure(same or clock_of(target), span, hours, now)
    return Explained(target, session.get_one(SlaPolicy, version.policy_id), version, priority, span, calendar, hours, worked, now)


def hours_behind(session: Session, target: SlaTarget) -> tuple[Calendar | KeptHours | None, Hours]:
    """Calendar (None: every minute counts) and hours: those of today, or those of then where the target has ended."""
    if target.ended_at and target.hours_id and (kept := session.get(KeptHours, target.hours_id)):
        return kept if kept.name else None, hours_said(kept.said)
    calendar = session.get(Calendar, target.calendar_id) if target.calendar_id else None
    return calendar, hours_of(session, calendar) if calendar else always(session)


def explain_all(session: Session, ticket: Ticket) -> list[Explained]:
    """Every target of a ticket, oldest first."""
    return [found for target in targets_of(session, ticket.id) if (found := explain(session, ticket, target))]


def priority_at(session: Session, ticket: Ticket, at: datetime | None) -> str:
    """The ticket's priority when the target ended; today's while it runs."""
    if at is None:
        return PRIORITIES[ticket.priority]
    later = select(Event.data).where(Event.ticket_id == ticket.id, Event.kind == "priority_changed", Event.at > at)
    changed = session.scalar(later.order_by(Event.id).limit(1))
    return str(changed["from"]) if changed else PRIORITIES[ticket.priority]


def as_told(found: Explained) -> dict[str, Any]:
    """The fixed words of the command line, and no others; times in UTC, minutes counted up to the due time."""
    return {
        "target": found.target.name, "policy": found.policy.name, "due_at": told(found.target.due_at), "state": found.target.state,
        "counted": [
            {"from": piece.from_at.isoformat(), "to": piece.to_at.isoformat(), "minutes": piece.minutes}
            for piece in found.figure.due.counted
        ],
        "skipped": [
            {"from": piece.from_at.isoformat(), "to": piece.to_at.isoformat(), "reason": reason_of(piece)}
            for piece in found.figure.due.skipped
        ],
    }  # fmt: skip


def steps_told(steps: Iterable[SlaStep]) -> list[dict[str, Any]]:
    """What was done about a target, as the page's JSON says it beside the fixed words."""
    return [
        {"step": row.step, "at": row.at.isoformat(),
         "did": [{name: line[name] for name in ("do", "value", "result", "many") if name in line} for line in row.did]}
        for row in steps
    ]  # fmt: skip


def told(moment: datetime | None) -> str | None:
    """In JSON's terms."""
    return moment.isoformat() if moment else None


def reason_of(piece: Piece) -> str:
    """ "outside", "holiday: Eid al-Fitr (estimated)", "pause: pending"."""
    reason = piece.reason
    state = f" ({reason.state})" if reason.state == "estimated" else ""
    return f"{reason.kind}: {reason.name}{state}" if reason.name else reason.kind
