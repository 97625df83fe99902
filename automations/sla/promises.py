"""The policies in force, read once and again when somebody has changed one; and which of them a ticket is under."""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from automations.conditions.evaluate import Broken, made
from automations.facts import Facts, facts_of
from automations.orders import newest
from helpdesk.actions.policy_trouble import tell_author
from helpdesk.models import Event, SlaPolicy, SlaPolicyVersion, SlaTarget, Ticket

CHOOSING = frozenset({
    "ticket_opened", "type_changed", "team_changed", "ticket_tagged", "ticket_untagged", "priority_changed", "subject_changed",
    "inbox_added", "policy_changed",
})  # fmt: skip
"""After these a ticket may come under another policy. What the customer writes later changes nothing of what he was promised."""
lock = threading.Lock()
kept: dict[str, tuple[int, list["Promise"]]] = {}


@dataclass(frozen=True)
class Promise:
    """A policy in force, in its version of today; `since` is when that was written."""

    policy_id: int
    version_id: int
    number: int
    name: str
    definition: dict[str, Any]
    since: datetime


def in_force(session: Session) -> list[Promise]:
    """Every policy that is switched on, in order."""
    now, database = newest(session), str(session.get_bind().engine.url)
    with lock:
        known = kept.get(database)
        if known is not None and known[0] == now:
            return list(known[1])
        found = read(session)
        kept[database] = now, found
        return found


def read(session: Session) -> list[Promise]:
    """As the tables say."""
    version = SlaPolicyVersion
    rows = session.execute(
        select(SlaPolicy.id, version.id, version.number, SlaPolicy.name, version.definition, version.at)
        .join(version, version.id == SlaPolicy.version_id).where(SlaPolicy.active).order_by(SlaPolicy.position, SlaPolicy.id))
    return [Promise(*row) for row in rows]


def promise_for(session: Session, ticket: Ticket, event: Event | None, rows: list[SlaTarget]) -> Promise | None:
    """The policy that the ticket is under: the one that somebody chose for it; else the one it was under, until something happens that may
    change it; else the first that holds."""
    promises = in_force(session)
    if ticket.sla_policy_id is not None:
        chosen = next((promise for promise in promises if promise.policy_id == ticket.sla_policy_id), None)
        if chosen is not None:
            return chosen
    if rows and event is not None and event.kind not in CHOOSING:
        was = policy_of(session, rows, promises)
        same = next((promise for promise in promises if promise.policy_id == was), None)
        if same is not None:
            return same
    facts = facts_of(session, ticket)
    return next((promise for promise in promises if holds(session, promise, promise.definition.get("if") or {}, facts)), None)


def holds(session: Session, promise: Promise, group: dict[str, Any], facts: Facts) -> bool:
    """Whether conditions of the policy hold. Those that nobody can ask, written by hand or by an older release, do not, and its author is
    told."""
    try:
        return made(group).holds(facts)
    except Broken:
        tell_author(session, promise.version_id, "broken")
        return False


def policy_of(session: Session, rows: list[SlaTarget], promises: list[Promise]) -> int:
    """Whose the newest of the targets is: one of today, or an older version that the tables know."""
    version_id = rows[-1].version_id
    today = next((promise.policy_id for promise in promises if promise.version_id == version_id), None)
    return session.get_one(SlaPolicyVersion, version_id).policy_id if today is None else today
