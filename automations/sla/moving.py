"""Open targets move when a calendar, a holiday or a policy is another: seen before it is done, then done in small steps with progress.

A target is worked out from its own row here, because nothing happened to its ticket: the same start, the same rests, other hours or words.
Only where clocks rest in other statuses than before the ticket's events are read again.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from automations.sla import promises
from automations.sla.clocks import Clock, Happened, Manual, clocks, span_of
from automations.sla.figures import figure
from automations.sla.history import history_of
from automations.sla.promises import Promise
from automations.sla.watch import counted_by, one_of
from automations.sla.which_hours import Instead, Which
from helpdesk import clock, jobs, long_tasks
from helpdesk.actions import long_tasks as slow
from helpdesk.actions.calendars import PLAN_ANEW
from helpdesk.actions.record import SYSTEM
from helpdesk.actions.sla_targets import Bringing, Wanted, Why
from helpdesk.actions.stamps import put_stamp, stamp
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.long_tasks import Steps, Task
from helpdesk.models import SlaPolicyVersion, SlaTarget, Ticket
from helpdesk.models.ticket import PRIORITIES
from helpdesk.queries.sla import HeldBatch, any_open, count_open, held_batch, hours_mark, open_batch, steps_taken
from helpdesk.queries.sla import move_is_waiting as is_waiting

TASK, MOVED, BATCH, MOST_LISTED, MOST_SEEN, MOST_SECONDS = "sla_move", "sla_moved", 200, 20, 5000, 2.0


@dataclass(frozen=True)
class Preview:
    """`moved` of the first `seen` of `open_ones` targets would be due at another time; `listed` are (target, ticket, new due time)."""

    open_ones: int
    seen: int
    moved: int
    listed: list[tuple[SlaTarget, Ticket, datetime | None]]

    @property
    def is_news(self) -> bool:
        """Whether something moves, or might: not all were looked at."""
        return self.moved > 0 or self.seen < self.open_ones


class Recount:
    """Works out targets from their rows; what policies and calendars say is looked up once."""

    def __init__(self, session: Session, instead: Instead, now: datetime) -> None:
        self.session, self.instead, self.now = session, instead, now
        self.which = Which(session, instead)
        self.in_force = {promise.policy_id: promise for promise in promises.in_force(session)}
        self.said: dict[int, Promise] = {}
        self.history: tuple[int, list[Happened]] = (0, [])

    def own(self, row: SlaTarget) -> Promise:
        """What was promised when the target was worked out last."""
        if row.version_id not in self.said:
            version = self.session.get_one(SlaPolicyVersion, row.version_id)
            self.said[row.version_id] = Promise(version.policy_id, version.id, version.number, "", version.definition, version.at)
        return self.said[row.version_id]

    def promise(self, row: SlaTarget) -> Promise:
        """The policy of the target as it is today, or as it was when it is not in force any more."""
        own = self.own(row)
        return self.in_force.get(own.policy_id, own)

    def wanted(self, row: SlaTarget, ticket: Ticket) -> Wanted | None:
        """As it is to be; None where nothing is promised any more."""
        promise = self.promise(row)
        by = counted_by(self.which, promise.definition, ticket)
        return one_of(self.clock(row, promise.definition), promise, by, self.now)

    def due_at(self, row: SlaTarget, ticket: Ticket) -> datetime | None:
        """When it would be due."""
        promise = self.promise(row)
        definition = self.instead.definitions.get(promise.policy_id, promise.definition)
        span = span_of(definition, row.name, PRIORITIES[ticket.priority])
        return figure(self.clock(row, definition), span, self.which.of_policy(definition, ticket)[1], self.now).due_at if span else None

    def clock(self, row: SlaTarget, definition: dict[str, Any]) -> Clock:
        """The row's own, unless it rests in other statuses from now on: then the events say when it would have."""
        if definition.get("pause") == self.own(row).definition.get("pause"):
            return clock_of(row)
        if self.history[0] != row.ticket_id:
            self.history = row.ticket_id, history_of(self.session, row.ticket_id)
        read = clocks(definition, self.history[1])
        return next((each for each in read if (each.name, each.started_at) == (row.name, row.started_at)), None) or clock_of(row)


def clock_of(row: SlaTarget) -> Clock:
    """The row as a clock."""
    rests = [(datetime.fromisoformat(begun), datetime.fromisoformat(end) if end else None, why) for begun, end, why in row.pauses]
    manual = Manual(row.manual_due_at, row.manual_reason, row.manual_by) if row.manual_due_at else None
    return Clock(row.name, row.started_at, rests, row.ended_at, "", manual)


def preview(instead: Instead) -> Preview:
    """What would move. Reads alone; at most MOST_SEEN targets are looked at, for MOST_SECONDS, which a page may take."""
    session, end = db.session(), time.monotonic() + MOST_SECONDS
    recount, seen, moved, after = Recount(session, instead, clock.now()), 0, 0, 0
    listed: list[tuple[SlaTarget, Ticket, datetime | None]] = []
    while seen < MOST_SEEN and time.monotonic() < end and (found := open_batch(session, after, BATCH)):
        for row, ticket in found:
            due_at = recount.due_at(row, ticket)
            if due_at != row.due_at:
                moved += 1
                listed += [(row, ticket, due_at)] if len(listed) < MOST_LISTED else []
        seen, after = seen + len(found), found[-1][0].ticket_id
    return Preview(count_open(session), seen, moved, listed)


def begin() -> None:
    """The drain that changes of calendars and policies nudge: a slow task, unless one waits to begin."""
    with transaction() as session:
        put_stamp(session, MOVED, hours_mark(session))
        if any_open(session) and not is_waiting(session, TASK):
            slow.begin(session, TASK, {}, None)


def is_due() -> bool:
    """Whether calendars or policies are others than when targets were moved last: a lost nudge costs seconds."""
    session = db.session()
    try:
        return hours_mark(session) != stamp(session, MOVED)
    finally:
        db.session.remove()


def run(_task: Task) -> Steps:
    """Moves everything that is open, a batch a transaction. Running it again does no harm."""
    total, after, done, moved = count_open(db.session()), 0, 0, 0
    while True:
        with transaction() as session:
            batch = held_batch(session, after, BATCH)
            moved += move_batch(session, batch) if batch.tickets else 0
        if not batch.tickets:
            return {"moved": moved, "url": "/sla/board"}
        after, done = batch.tickets[-1].id, done + sum(len(rows) for rows in batch.rows.values())
        yield min(done, total), total


def move_batch(session: Session, batch: HeldBatch) -> int:
    """One batch, whose tickets are locked; how many targets moved."""
    recount = Recount(session, Instead(), clock.now())
    bringing, why = Bringing(session), Why({"kind": "hours"}, SYSTEM)
    taken = steps_taken(session, [row.id for rows in batch.rows.values() for row in rows])
    for ticket in batch.tickets:
        rows = batch.rows[ticket.id]
        bringing.bring(ticket, [each for row in rows if (each := recount.wanted(row, ticket))], rows, taken, why)
    bringing.write()
    return len(bringing.moved)


def move_now() -> None:
    """Everything at once, for whoever can wait."""
    for _done in run(Task(0, {}, 0, 0, None)):
        pass


def init_app() -> None:
    """The slow task, and the drain by which it is asked for."""
    long_tasks.register(TASK, _l("Due times are moved"), run)
    jobs.add(jobs.Drain(PLAN_ANEW, "slow", begin, 10, is_due))
