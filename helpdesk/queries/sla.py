"""Targets of tickets, and what was done about them."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.models import Calendar, LongTask, SlaMove, SlaPolicyVersion, SlaStep, SlaTarget, Ticket
from helpdesk.queries import together

OPEN = SlaTarget.ended_at.is_(None)
STAGE = "stage:"
"""What the name of a stage's target begins with."""



def targets_of(session: Session, ticket_id: int) -> list[SlaTarget]:
    """All of a ticket, also those that are over, in the order in which they were made. Whoever holds the ticket and makes another puts it
    at the end."""
    return together.of_ticket(session, ticket_id, "targets", read_targets)


def read_targets(session: Session, ticket_ids: set[int]) -> dict[int, list[SlaTarget]]:
    """The same of several."""
    found: dict[int, list[SlaTarget]] = {number: [] for number in ticket_ids}
    for row in session.scalars(select(SlaTarget).where(SlaTarget.ticket_id.in_(ticket_ids)).order_by(SlaTarget.id)):
        found[row.ticket_id].append(row)
    return found


def steps_of(session: Session, ticket_id: int) -> dict[int, dict[str, datetime]]:
    """Open target -> step -> when it was taken last; nothing of targets without any."""
    return together.of_ticket(session, ticket_id, "steps", read_steps)


def read_steps(session: Session, ticket_ids: set[int]) -> dict[int, dict[int, dict[str, datetime]]]:
    """The same of several."""
    found: dict[int, dict[int, dict[str, datetime]]] = {number: {} for number in ticket_ids}
    of = (SlaTarget.ticket_id, SlaStep.target_id, SlaStep.step)
    rows = select(*of, func.max(SlaStep.at)).join(SlaTarget, SlaTarget.id == SlaStep.target_id)
    for ticket_id, target_id, step, at in session.execute(rows.where(SlaTarget.ticket_id.in_(ticket_ids), OPEN).group_by(*of)):
        found[ticket_id].setdefault(target_id, {})[step] = at
    return found


def steps_taken(session: Session, target_ids: list[int]) -> dict[int, dict[str, datetime]]:
    """target -> step -> when it was taken last."""
    found: dict[int, dict[str, datetime]] = {number: {} for number in target_ids}
    rows = select(SlaStep.target_id, SlaStep.step, func.max(SlaStep.at)).where(SlaStep.target_id.in_(target_ids))
    for target_id, step, at in session.execute(rows.group_by(SlaStep.target_id, SlaStep.step)) if target_ids else ():
        found[target_id][step] = at
    return found


def by_id(session: Session, target_ids: list[int]) -> dict[int, SlaTarget]:
    """Targets by number, as they are in this transaction."""
    found = select(SlaTarget).where(SlaTarget.id.in_(target_ids)).execution_options(populate_existing=True)
    return {row.id: row for row in session.scalars(found)}


def definitions(session: Session, version_ids: set[int]) -> dict[int, dict[str, Any]]:
    """What versions of policies say."""
    found = session.execute(select(SlaPolicyVersion.id, SlaPolicyVersion.definition).where(SlaPolicyVersion.id.in_(version_ids)))
    return {row.id: row.definition for row in found}


def arabic_names(session: Session, targets: Iterable[SlaTarget]) -> dict[tuple[int, str], str]:
    """(version, target) -> the Arabic name that its policy gives a stage; nothing of other targets."""
    versions = {target.version_id for target in targets if target.name.startswith(STAGE)}
    told = definitions(session, versions) if versions else {}
    return {
        (number, STAGE + stage["name"]): stage.get("name_ar", "")
        for number, definition in told.items() for stage in definition.get("targets", {}).get("stages", [])
    }


def taken_of(session: Session, target_ids: list[int]) -> set[tuple[int, int, str]]:
    """(target, revision, step) of every step that was taken for these."""
    rows = select(SlaStep.target_id, SlaStep.revision, SlaStep.step).where(SlaStep.target_id.in_(target_ids))
    return {(target_id, revision, step) for target_id, revision, step in session.execute(rows)}


def moves_of(session: Session, target_id: int) -> list[SlaMove]:
    """How its due time moved, the oldest first."""
    return list(session.scalars(select(SlaMove).where(SlaMove.target_id == target_id).order_by(SlaMove.id)))


def steps_done(session: Session, target_id: int) -> list[SlaStep]:
    """Every step that was taken for it, the oldest first."""
    return list(session.scalars(select(SlaStep).where(SlaStep.target_id == target_id).order_by(SlaStep.id)))


@dataclass(frozen=True)
class HeldBatch:
    """Tickets, locked, by number, and the open targets of each."""

    tickets: list[Ticket]
    rows: dict[int, list[SlaTarget]]


def open_batch(session: Session, after: int, most: int) -> list[tuple[SlaTarget, Ticket]]:
    """Open targets of the tickets behind that number, with their tickets: of about `most` of them, never part of a ticket's."""
    numbers = next_tickets(session, after, most)
    found = select(SlaTarget, Ticket).join(Ticket, Ticket.id == SlaTarget.ticket_id).where(SlaTarget.ticket_id.in_(numbers), OPEN)
    return [(row, ticket) for row, ticket in session.execute(found.order_by(SlaTarget.ticket_id, SlaTarget.id))] if numbers else []


def held_batch(session: Session, after: int, most: int) -> HeldBatch:
    """The same, with the tickets locked in the order of their numbers; part of the caller's transaction."""
    numbers = next_tickets(session, after, most)
    locked = select(Ticket).where(Ticket.id.in_(numbers)).order_by(Ticket.id).with_for_update()
    tickets = list(session.scalars(locked.execution_options(populate_existing=True))) if numbers else []
    rows: dict[int, list[SlaTarget]] = {ticket.id: [] for ticket in tickets}
    found = select(SlaTarget).where(SlaTarget.ticket_id.in_(numbers), OPEN).order_by(SlaTarget.id)
    for row in session.scalars(found.execution_options(populate_existing=True)) if numbers else ():
        rows[row.ticket_id].append(row)
    return HeldBatch(tickets, rows)


def next_tickets(session: Session, after: int, most: int) -> list[int]:
    """Numbers of tickets with open targets, rising."""
    found = select(SlaTarget.ticket_id).where(SlaTarget.ticket_id > after, OPEN).group_by(SlaTarget.ticket_id)
    return list(session.scalars(found.order_by(SlaTarget.ticket_id).limit(most)))


def count_open(session: Session) -> int:
    """How many targets are open."""
    return session.scalar(select(func.count()).select_from(SlaTarget).where(OPEN)) or 0


def move_is_waiting(session: Session, kind: str) -> bool:
    """Whether a slow task of that kind has not begun."""
    return session.scalar(select(LongTask.id).where(LongTask.kind == kind, LongTask.state == "waiting").limit(1)) is not None


def any_open(session: Session) -> bool:
    """Whether any target is open."""
    return session.scalar(select(SlaTarget.id).where(OPEN).limit(1)) is not None


def hours_mark(session: Session) -> int:
    """A number that is another one after every change of a calendar, a holiday or a policy's words."""
    versions = session.scalar(select(func.max(SlaPolicyVersion.id)))
    return mark((*revisions(session), versions))


def calendars_mark(session: Session) -> int:
    """The same of calendars and holidays alone."""
    return mark(revisions(session))


def revisions(session: Session) -> tuple[Any, ...]:
    """What is another after every change of a calendar or a holiday."""
    return tuple(session.execute(select(func.count(Calendar.id), func.sum(Calendar.revision), func.max(Calendar.id))).one())


def mark(of: tuple[Any, ...]) -> int:
    """As a number that a stamp can hold."""
    return zlib.crc32(repr(of).encode()) & 0x7FFFFFFF
