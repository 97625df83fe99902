"""Targets of a ticket as they are to be: rows, how they moved, events, and the moments at which their steps are due."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.record import Actor, by_agent, held_ticket, record, record_many
from helpdesk.actions.rows import put as put_rows
from helpdesk.actions.transaction import nudge, transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.models import DueMoment, Event, SlaMove, SlaTarget, Ticket
from helpdesk.policy import Viewer
from helpdesk.queries.late_moments import HELD
from helpdesk.queries.sla import arabic_names

KIND = "sla"
TOLD = ("sla_set", "sla_paused", "sla_resumed", "sla_moved", "sla_met")
FURTHEST = timedelta(days=3653)
Moments = list[tuple[str, datetime]]


@dataclass(frozen=True)
class Wanted:
    """A target as it was worked out. `state` is one of TARGET_STATES; `hours_id` are the KeptHours that it was counted by; `moments` are
    the steps that are still to come, by a function of those that were taken (step -> when) and of whether the promise was known before, so
    that what has passed untaken is taken now. `quiet`: it began before anybody promised anything, so that what it missed is told to nobody.
    `counted`: the last hours before it is due that count, as [from, to] in seconds since 1970; None where every minute does."""

    name: str
    started_at: datetime
    version_id: int
    calendar_id: int | None
    hours_id: int
    pauses: list[list[Any]]
    due_at: datetime | None
    ended_at: datetime | None
    state: str
    moments: Callable[[dict[str, datetime], bool], Moments]
    manual: tuple[datetime | None, str, int | None] = (None, "", None)
    quiet: bool = False
    counted: list[list[int]] | None = None


@dataclass(frozen=True)
class Why:
    """What the targets are worked out for: `words` go into the log of each that moves ({"kind", ...}), `event` is what happened."""

    words: dict[str, Any]
    actor: Actor
    event: Event | None = None


Asked = tuple[Ticket, list[Wanted], list[SlaTarget], dict[int, dict[str, datetime]], Why]
"""What `bring` takes: the ticket, its targets as they are to be, its rows, target -> step -> when it was taken, and why."""


def bring(
    session: Session, ticket: Ticket, wanted: list[Wanted], rows: list[SlaTarget], taken: dict[int, dict[str, datetime]], why: Why,
) -> None:
    """Makes the rows what is wanted; part of the caller's transaction, which locks the ticket. What is as it was writes nothing."""
    bringing = Bringing(session)
    bringing.bring(ticket, wanted, rows, taken, why)
    bringing.write()


class Bringing:
    """Targets of many tickets, each once, made what is wanted with a few statements."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.moved: list[tuple[SlaTarget, Why]] = []
        self.planned: list[tuple[SlaTarget, Moments]] = []
        self.told: list[tuple[Ticket, str, list[SlaTarget], Why]] = []
        self.done: list[tuple[Ticket, list[SlaTarget], list[Wanted]]] = []

    def bring(
        self, ticket: Ticket, wanted: list[Wanted], rows: list[SlaTarget], taken: dict[int, dict[str, datetime]], why: Why,
    ) -> None:
        """One ticket: rows that are there are changed, new ones made, and those that nobody wants any more are taken back."""
        held = {(row.name, row.started_at): row for row in rows}
        told: dict[str, list[SlaTarget]] = defaultdict(list)
        for each in wanted:
            row = held.pop((each.name, each.started_at), None)
            if each.ended_at is not None and (each.quiet if row is None else is_over(row, each)):
                continue  # over before anybody promised anything, or over: what changes now changes nothing of it
            known = row is not None and (row.breached_at is None or "breach" in taken.get(row.id, {}))
            kind = change(row, each) if row is not None else "sla_set"
            if kind:
                told[kind].append(row := row or self.added(ticket, each, rows))
                self.planned.append((row, each.moments(taken.get(row.id, {}), known) if row.ended_at is None else []))
        for row in held.values():
            if row.ended_at is None:
                row.state, row.ended_at, row.revision = "cancelled", clock.now(), row.revision + 1
                told["sla_moved"].append(row)
        self.moved += [(row, why) for found in told.values() for row in found]
        self.told += [(ticket, kind, told[kind], why) for kind in TOLD if told[kind]]
        self.done.append((ticket, rows, wanted))

    def added(self, ticket: Ticket, each: Wanted, rows: list[SlaTarget]) -> SlaTarget:
        """A new row. That it is late is said by its own moment, but where nobody is to be told."""
        late = each.state == "breached"
        row = SlaTarget(ticket_id=ticket.id, name=each.name, started_at=each.started_at, revision=1, breached_at=None)
        put(row, each, "running" if late and not each.quiet and each.ended_at is None else each.state)
        row.breached_at = each.due_at if late and row.state == "breached" else None
        self.session.add(row)
        rows.append(row)
        return row

    def write(self) -> None:
        """Rows, their log, what is due, what lists say, and the events."""
        session = self.session
        session.flush()
        if known := [row.id for row, _why in self.moved if row.revision > 1]:
            session.execute(delete(DueMoment).where(DueMoment.kind.in_((KIND, HELD)), DueMoment.ref.in_(known)))
        now = clock.now()
        moments = [
            {"kind": KIND, "ref": row.id, "ticket_id": row.ticket_id, "step": step, "revision": row.revision, "due_at": at, "attempts": 0}
            for row, steps in self.planned for step, at in steps
        ]  # fmt: skip
        put_rows(session, DueMoment, moments)
        if any(at <= now for _row, steps in self.planned for _step, at in steps):
            nudge(session, "due")
        put_rows(session, SlaMove, [
            {"target_id": row.id, "at": now, "due_at": row.due_at, "why": why.words | {"state": row.state}, "agent_id": why.actor.id}
            for row, why in self.moved
        ])  # fmt: skip
        for ticket, rows, wanted in self.done:
            put_due(ticket, rows, wanted)
        self.tell()

    def tell(self) -> None:
        """An event a kind and ticket. What an agent did himself is his event already."""
        names = arabic_names(self.session, [row for row, _why in self.moved])
        record_many(self.session, [
            (because(why.event), ticket, kind, {"targets": [in_short(row, names) for row in told], "for": why.words.get("kind", "")})
            for ticket, kind, told, why in self.told if not (kind == "sla_moved" and why.event is not None and why.event.kind == kind)
        ])  # fmt: skip


def because(cause: Event | None) -> Actor:
    """The desk, by what happened."""
    return Actor("system", cause_id=cause.id if cause else None, depth=cause.depth if cause else 0)


def put(row: SlaTarget, each: Wanted, state: str) -> None:
    """Everything that was worked out."""
    row.version_id, row.calendar_id, row.hours_id, row.pauses = each.version_id, each.calendar_id, each.hours_id, each.pauses
    row.due_at, row.ended_at, row.state = each.due_at, each.ended_at, state
    row.manual_due_at, row.manual_reason, row.manual_by = each.manual
    if each.ended_at is not None and state == "breached":
        row.breached_at = each.due_at


def is_over(row: SlaTarget, each: Wanted) -> bool:
    """Whether the row's end stands: one that was given up by solving may have been kept by the answer that was sent with it."""
    return row.ended_at is not None and not (row.state == "cancelled" and each.state != "cancelled")


def change(row: SlaTarget, each: Wanted) -> str:
    """The row as it is to be; what kind of event that is, "" when nothing is another."""
    before = (row.version_id, row.calendar_id, row.due_at, row.ended_at, row.manual_due_at, row.manual_reason, row.manual_by)
    if before == (each.version_id, each.calendar_id, each.due_at, each.ended_at, *each.manual) and row.pauses == each.pauses:
        return ""
    was_over, was_given_up, was_resting = row.ended_at is not None, row.state == "cancelled", row.state == "paused"
    # that it is late now is said by its own moment, which tells everybody; here only what was said already is kept
    unsaid = each.ended_at is None and each.state == "breached" and row.breached_at is None
    if each.state != "breached":
        row.breached_at = None
    put(row, each, "running" if unsaid else each.state)
    row.revision += 1
    if each.ended_at is not None and (was_given_up or not was_over):
        return "sla_moved" if each.state == "cancelled" else "sla_met"
    if (was_resting and row.state != "paused") or (was_over and each.ended_at is None):
        return "sla_resumed"
    return "sla_paused" if row.state == "paused" and not was_resting else "sla_moved"


def in_short(row: SlaTarget, names: dict[tuple[int, str], str]) -> dict[str, Any]:
    """As an event tells of it."""
    return {
        "target": row.name, "name_ar": names.get((row.version_id, row.name), ""), "state": row.state,
        "started_at": row.started_at.isoformat(),
        "due_at": row.due_at.isoformat() if row.due_at else None, "ended_at": row.ended_at.isoformat() if row.ended_at else None,
    }  # fmt: skip


def put_due(ticket: Ticket, rows: list[SlaTarget], wanted: list[Wanted]) -> None:
    """What falls due next, for lists."""
    running = [row for row in rows if row.ended_at is None and row.due_at is not None]
    resting = [row for row in rows if row.ended_at is None and row.state == "paused"]
    first = min(running, key=lambda row: row.due_at or clock.FAR, default=None) or next(iter(resting), None)
    ticket.due_at, ticket.due_since = (first.due_at, resting_since(first)) if first else (None, None)
    ticket.due_name, ticket.due_state = (first.name, first.state) if first else ("", "")
    same = (each.counted for each in wanted if first and (each.name, each.started_at) == (first.name, first.started_at))
    ticket.due_counted = next(same, None)


def resting_since(row: SlaTarget) -> datetime | None:
    """When its rest began."""
    return datetime.fromisoformat(row.pauses[-1][0]) if row.state == "paused" and row.pauses else None


def set_due(
    viewer: Viewer, target_id: int, due_at: datetime | None, reason: str, follow: Callable[[Session, Ticket, Event], None],
) -> Ticket:
    """An agent gives a target a date of his own, or with None takes that back. Invalid without a reason, or for a time that has passed;
    `follow` works the targets out anew."""
    now = clock.now()
    with transaction() as session:
        target = session.get(SlaTarget, target_id)
        if target is None:
            raise NotFound
        ticket = held_ticket(session, target.ticket_id, viewer)
        session.refresh(target)
        if target.ended_at is not None:
            raise Invalid("target_over", "due_at")
        if due_at is not None and not now < due_at < now + FURTHEST:
            raise Invalid("due_past", "due_at")
        if not reason.strip():
            raise Invalid("reason_missing", "reason")
        if due_at == target.manual_due_at:
            return ticket
        data = {"target": target.name, "manual": due_at.isoformat() if due_at else None, "reason": reason.strip()[:300]}
        follow(session, ticket, record(session, ticket, "sla_moved", by_agent(viewer.agent_id), data))
    return ticket
