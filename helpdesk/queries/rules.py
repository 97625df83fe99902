"""Rules as their pages show them: the list, one with its versions, what it did. For supervisors; of a ticket, for who sees it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from helpdesk import clock
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Event, LongTask, Rule, RuleRun, RuleVersion, Ticket
from helpdesk.policy import Viewer
from helpdesk.queries.ticket import find_ticket

COUNTED_DAYS, RUNS, MOST_VERSIONS = 7, 20, 100


@dataclass(frozen=True)
class Listed:
    """A rule of the list: what it says today, and how often it acted in COUNTED_DAYS days."""

    rule: Rule
    version: RuleVersion
    runs: int


@dataclass(frozen=True)
class Run:
    """A run of the log, with what its ticket is called, and the rule and the number of the version that ran."""

    run: RuleRun
    subject: str
    rule: Rule
    version: int


@dataclass(frozen=True)
class Runs:
    """A page of the log, newest first; `before` leads to the next page, 0 when there is none."""

    rows: Sequence[Run]
    before: int


def only_supervisors(viewer: Viewer) -> None:
    """NotFound for everybody else."""
    if not viewer.sees_all:
        raise NotFound


def rules(viewer: Viewer, kind: str) -> list[Listed]:
    """All of a kind, in the order in which they are tried."""
    only_supervisors(viewer)
    since = clock.now() - timedelta(days=COUNTED_DAYS)
    ran = select(RuleRun.rule_id, func.count()).where(RuleRun.id >= first_since(since), RuleRun.matched).group_by(RuleRun.rule_id)
    counts = {number: count for number, count in db.session.execute(ran)}  # noqa: C416  rows, which dict() would not take
    rows = db.session.execute(
        select(Rule, RuleVersion).join(RuleVersion, RuleVersion.id == Rule.version_id).where(Rule.kind == kind)
        .order_by(Rule.position, Rule.id))
    return [Listed(rule, version, counts.get(rule.id, 0)) for rule, version in rows]


def first_since(since: datetime) -> int:
    """The id from which on runs are as young as that: found by halves, since runs are written in the order of time and no index has it."""
    low, high = 0, (db.session.scalar(select(func.max(RuleRun.id))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        at = db.session.scalar(select(RuleRun.at).where(RuleRun.id >= middle).order_by(RuleRun.id).limit(1))
        low, high = (middle + 1, high) if at is not None and at < since else (low, middle)
    return low


def rule(viewer: Viewer, rule_id: int) -> Rule:
    """A trigger or a rule of the clock, else NotFound."""
    only_supervisors(viewer)
    found = db.session.get(Rule, rule_id)
    if found is None or found.kind == "macro":
        raise NotFound
    return found


def place(rule: Rule) -> tuple[int, int]:
    """(how many come before it and itself, how many there are)."""
    kind = select(func.count()).select_from(Rule).where(Rule.kind == rule.kind)
    before = kind.where((Rule.position < rule.position) | ((Rule.position == rule.position) & (Rule.id <= rule.id)))
    return db.session.scalar(before) or 1, db.session.scalar(kind) or 1


def versions(rule: Rule) -> Sequence[RuleVersion]:
    """What it has said, newest first."""
    wanted = select(RuleVersion).where(RuleVersion.rule_id == rule.id).order_by(RuleVersion.number.desc()).limit(MOST_VERSIONS)
    return db.session.scalars(wanted).all()


def version(rule: Rule, number: int) -> RuleVersion:
    """One of them, else NotFound."""
    wanted = select(RuleVersion).where(RuleVersion.rule_id == rule.id, RuleVersion.number == number)
    found: RuleVersion | None = db.session.scalar(wanted)
    if found is None:
        raise NotFound
    return found


def runs_of_rule(rule: Rule, before: int = 0) -> Runs:
    """Its log, RUNS at a time."""
    older = [RuleRun.id < before] if before else []
    wanted = log().where(RuleRun.rule_id == rule.id, *older).order_by(RuleRun.id.desc()).limit(RUNS + 1)
    rows = [Run(*row) for row in db.session.execute(wanted)]
    return Runs(rows[:RUNS], rows[RUNS - 1].run.id if len(rows) > RUNS else 0)


def runs_of_ticket(viewer: Viewer, number: int, before: int = 0) -> Runs:
    """What rules did to a ticket that the viewer sees."""
    find_ticket(viewer, number)
    older = [RuleRun.id < before] if before else []
    wanted = log().where(RuleRun.ticket_id == number, *older).order_by(RuleRun.id.desc()).limit(RUNS + 1)
    rows = [Run(*row) for row in db.session.execute(wanted)]
    return Runs(rows[:RUNS], rows[RUNS - 1].run.id if len(rows) > RUNS else 0)


def log() -> Select[RuleRun, str, Rule, int]:
    """Runs with what they name."""
    return (
        select(RuleRun, Ticket.subject, Rule, RuleVersion.number).join(Ticket, Ticket.id == RuleRun.ticket_id)
        .join(Rule, Rule.id == RuleRun.rule_id).join(RuleVersion, RuleVersion.id == RuleRun.version_id)
    )  # fmt: skip


def causes(runs: Iterable[RuleRun]) -> dict[int, str]:
    """Event id -> its kind, of what the runs answered."""
    numbers = {run.event_id for run in runs if run.event_id}
    found = db.session.execute(select(Event.id, Event.kind).where(Event.id.in_(numbers)))
    return {row[0]: row[1] for row in found}


def undoable(rule: Rule, since: datetime) -> tuple[int, int]:
    """(runs, tickets) that taking back would look at."""
    found = db.session.execute(
        select(func.count(), func.count(RuleRun.ticket_id.distinct()))
        .where(RuleRun.rule_id == rule.id, RuleRun.at >= since, RuleRun.matched, RuleRun.undone_at.is_(None))).one()
    return int(found[0]), int(found[1])


def simulation(rule: Rule, task_id: int) -> LongTask:
    """A simulation of this rule, else NotFound."""
    task = db.session.get(LongTask, task_id)
    if task is None or task.asked.get("rule_id") != rule.id:
        raise NotFound
    return task


def newest_simulation(rule: Rule, kind: str) -> LongTask | None:
    """The last one that somebody asked for, among the newest of all."""
    recent = db.session.execute(select(LongTask.id, LongTask.asked).where(LongTask.kind == kind).order_by(LongTask.id.desc()).limit(50))
    found = next((number for number, asked in recent if asked.get("rule_id") == rule.id), None)
    return db.session.get(LongTask, found) if found else None
