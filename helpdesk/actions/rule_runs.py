"""What a rule did, written down in the transaction in which it did it; and the limits of what a rule may do."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.attempts import Limit, spend
from helpdesk.actions.notices import notify
from helpdesk.actions.rows import put_at_end
from helpdesk.actions.stamps import change_stamp
from helpdesk.models import Agent, Rule, RuleRun, RuleVersion
from helpdesk.queries import together
from helpdesk.queries.notices import admins

MOST_DEPTH = 5
"""An event that so many rules led to is answered by no further one (safety S47)."""
MOST_ON_TICKET, MOST_OF_RULE, LOOK_EVERY = 20, 10_000, 20
"""Runs an hour of one rule on one ticket, and on all; the second is looked at after every so many runs of the rule, because looking walks
them."""
SKEW = timedelta(minutes=5)
"""So far apart may the clocks of two machines be."""
TOLD = Limit("rule-told", 1, 3600)
looks: defaultdict[int, Iterator[int]] = defaultdict(itertools.count)
"""Rule -> how often this process has had it act."""


@dataclass(frozen=True)
class Look:
    """A rule that looked at a ticket: at which version, for what ("event:7"), and what it saw."""

    rule_id: int
    version_id: int
    ticket_id: int
    cause: str
    event_id: int | None
    depth: int


def note_run(
    session: Session, look: Look, *, matched: bool, seen: list[Any], did: list[Any], cost_us: int, agent_id: int | None = None,
) -> None:
    """The row of the log."""
    if matched and look.ticket_id in together.held(session):
        runs_on(session, look.ticket_id)[look.rule_id] += 1
    put_at_end(session, RuleRun, [{
        "rule_id": look.rule_id, "version_id": look.version_id, "ticket_id": look.ticket_id, "cause": look.cause,
        "event_id": look.event_id, "agent_id": agent_id, "at": clock.now(), "matched": matched, "seen": seen, "did": did,
        "cost_us": cost_us, "depth": look.depth,
    }])  # fmt: skip


def has_acted(session: Session, look: Look) -> bool:
    """Whether it is in the log already, for the same cause."""
    same = RuleRun.rule_id == look.rule_id, RuleRun.ticket_id == look.ticket_id, RuleRun.cause == look.cause
    return session.scalar(select(RuleRun.id).where(*same)) is not None


def too_often(session: Session, look: Look) -> str:
    """ "" while the rule may act; else which limit it met: "ticket" or "rule". Counted in the log itself."""
    if runs_on(session, look.ticket_id)[look.rule_id] >= MOST_ON_TICKET:
        return "ticket"
    if next(looks[look.rule_id]) % LOOK_EVERY:
        return ""
    acted = select(RuleRun.id).where(RuleRun.rule_id == look.rule_id, last_hour())
    return "" if session.scalar(acted.order_by(RuleRun.id.desc()).offset(MOST_OF_RULE - 1).limit(1)) is None else "rule"


def runs_on(session: Session, ticket_id: int) -> Counter[int]:
    """Rule -> how often it acted on the ticket in the last hour."""
    return together.of_ticket(session, ticket_id, "runs", read_runs)


def read_runs(session: Session, ticket_ids: set[int]) -> dict[int, Counter[int]]:
    """The same of several."""
    found: dict[int, Counter[int]] = {number: Counter() for number in ticket_ids}
    acted = select(RuleRun.ticket_id, RuleRun.rule_id, func.count()).where(RuleRun.ticket_id.in_(ticket_ids), RuleRun.matched, last_hour())
    for ticket_id, rule_id, times in session.execute(acted.group_by(RuleRun.ticket_id, RuleRun.rule_id)):
        found[ticket_id][rule_id] = times
    return found


def last_hour() -> ColumnElement[bool]:
    """What a clock that ran ahead wrote does not count (safety M16)."""
    now = clock.now()
    return RuleRun.at.between(now - timedelta(hours=1), now + SKEW)


OFF = {"rule": "often", "broken": "broken"}
"""Limits after which the desk switches a rule off -> why that is said to be."""


def trip(session: Session, rule_id: int, ticket_id: int, why: str) -> None:
    """A rule met a limit: "chain", "ticket" or "rule"; or what it names is "gone", or cannot be asked ("broken"). One that acts too often,
    or cannot be read, is switched off; its owner is told, once an hour."""
    rule = session.get(Rule, rule_id)
    if rule is None:
        return
    if why in OFF and rule.active:
        rule.active, rule.switched_off = False, OFF[why]
        change_stamp(session)
    if spend(session, TOLD, f"{rule_id} {why}").full:
        return
    version = session.get(RuleVersion, rule.version_id or 0)
    owner = version.agent_id if version else None
    kind = {"rule": "rule_off", "broken": "rule_broken", "gone": "rule_gone"}.get(why, "rule_loop")
    told = {"kind": kind, "rule": rule.name, "rule_ar": rule.name_ar, "rule_id": rule.id}
    notify(session, able(session, owner) or admins(session), None if why in OFF or why == "gone" else ticket_id, told)


def able(session: Session, owner: int | None) -> list[int]:
    """The owner, as long as he may sign in."""
    return list(session.scalars(select(Agent.id).where(Agent.id == owner, Agent.active))) if owner else []
