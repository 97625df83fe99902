"""How many open tickets a rule would match now: the newest few, within a time that a page may take; and one ticket alone."""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from automations.conditions.evaluate import Verdict, evaluate, made, words_in
from automations.conditions.words import WORDS
from automations.facts import facts_of
from helpdesk.models import Ticket

MOST_TICKETS, MOST_SECONDS = 500, 0.3


@dataclass(frozen=True)
class Matching:
    """`matched` of the `looked_at` newest open tickets; `whole`: there are no more. `happens`: it asks what just happened, which no ticket
    at rest can tell."""

    matched: int
    looked_at: int
    whole: bool
    happens: bool


def matching(session: Session, conditions: dict[str, Any]) -> Matching:
    """Looks at MOST_TICKETS open tickets for MOST_SECONDS, the newest first. The conditions were found free of problems."""
    group, begun = made(conditions), time.perf_counter()
    newest = select(Ticket).where(Ticket.queue == "open").order_by(Ticket.id.desc()).limit(MOST_TICKETS + 1)
    tickets = session.scalars(newest).all()
    looked_at = matched = 0
    for ticket in tickets[:MOST_TICKETS]:
        if time.perf_counter() - begun > MOST_SECONDS:
            break
        looked_at += 1
        matched += group.holds(facts_of(session, ticket))
    return Matching(matched, looked_at, looked_at == len(tickets), asks_of_the_moment(conditions))


def asks_of_the_moment(conditions: dict[str, Any]) -> bool:
    """Whether a word of it speaks of what just happened."""
    return any(WORDS[word].group == "change" for word in words_in(conditions) if word in WORDS)


def as_of_now(session: Session, conditions: dict[str, Any], ticket: Ticket) -> Verdict:
    """Each condition against the ticket as it is; nothing has just happened to it."""
    return evaluate(conditions, facts_of(session, ticket))
