"""How many tickets a rule would match now: the newest few, open ones or where it looks, within the time of a page; and one alone."""

import json
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from automations.conditions.as_filter import filter_of
from automations.conditions.evaluate import Verdict, evaluate, made, words_in
from automations.conditions.words import WORDS
from automations.facts import facts_of
from helpdesk.models import Ticket

MOST_TICKETS, MOST_SECONDS, FURTHEST = 500, 0.3, 20_000
WHERE = {"status", "place", "snoozed"}
"""Words by which a rule speaks of other tickets than open ones. They are looked for among the FURTHEST newest."""


@dataclass(frozen=True)
class Matching:
    """`matched` of the `looked_at` newest tickets; `whole`: there are no more. `happens`: it asks what just happened, which no ticket at
    rest can tell. `open_alone`: the tickets are open ones; else those of the status and place that it asks for."""

    matched: int
    looked_at: int
    whole: bool
    happens: bool
    open_alone: bool = True


def matching(session: Session, conditions: dict[str, Any]) -> Matching:
    """Looks at MOST_TICKETS tickets for MOST_SECONDS, the newest first. The conditions were found free of problems."""
    group, begun = made(conditions), time.perf_counter()
    open_alone, last = not words_in(conditions) & WHERE, session.scalar(select(func.max(Ticket.id))) or 0
    among = Ticket.queue == "open" if open_alone else and_(Ticket.id > last - FURTHEST, where_it_looks(conditions))
    tickets = session.scalars(select(Ticket).where(among).order_by(Ticket.id.desc()).limit(MOST_TICKETS + 1)).all()
    looked_at = matched = 0
    for ticket in tickets[:MOST_TICKETS]:
        if time.perf_counter() - begun > MOST_SECONDS:
            break
        looked_at += 1
        matched += group.holds(facts_of(session, ticket))
    whole = looked_at == len(tickets) and (open_alone or last <= FURTHEST)
    return Matching(matched, looked_at, whole, asks_of_the_moment(conditions), open_alone)


def where_it_looks(conditions: dict[str, Any]) -> ColumnElement[bool]:
    """What it says of status and place by itself; everything where it says it in groups alone."""
    said = [part for part in conditions.get("all", []) if part.get("word") in WHERE]
    found = filter_of(json.dumps({"all": said}))
    return found.where if found is not None else true()


def asks_of_the_moment(conditions: dict[str, Any]) -> bool:
    """Whether a word of it speaks of what just happened."""
    return any(WORDS[word].group == "change" for word in words_in(conditions) if word in WORDS)


def as_of_now(session: Session, conditions: dict[str, Any], ticket: Ticket) -> Verdict:
    """Each condition against the ticket as it is; nothing has just happened to it."""
    return evaluate(conditions, facts_of(session, ticket))
