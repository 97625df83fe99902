"""What a rule did, written down in the transaction in which it did it; and the limits of what a rule may do."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.actions.attempts import Limit, spend
from helpdesk.models import RuleRun

MOST_DEPTH = 5
"""An event that so many rules led to is answered by no further one (safety S47)."""
PER_TICKET = Limit("rule-ticket", 20, 3600)
PER_RULE = Limit("rule", 10_000, 3600)


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
    session.add(RuleRun(
        rule_id=look.rule_id, version_id=look.version_id, ticket_id=look.ticket_id, cause=look.cause, event_id=look.event_id,
        agent_id=agent_id, at=clock.now(), matched=matched, seen=seen, did=did, cost_us=cost_us, depth=look.depth,
    ))  # fmt: skip


def has_run(session: Session, rule_id: int, ticket_id: int, cause: str) -> bool:
    """Whether it looked at the ticket for this before."""
    found = select(RuleRun.id).where(RuleRun.rule_id == rule_id, RuleRun.ticket_id == ticket_id, RuleRun.cause == cause)
    return session.scalar(found.limit(1)) is not None


def too_often(session: Session, look: Look) -> str:
    """ "" while the rule may act, counted at once; else which limit it met: "ticket" or "rule"."""
    if spend(session, PER_TICKET, f"{look.rule_id} {look.ticket_id}").full:
        return "ticket"
    return "rule" if spend(session, PER_RULE, str(look.rule_id)).full else ""
