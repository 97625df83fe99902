"""Macros: several actions by one click of an agent, all of them or none, once a key; and what they would do."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpdesk.actions import rules
from helpdesk.actions.change import tell_those_who_lost_it
from helpdesk.actions.record import Actor, by_agent, held_ticket
from helpdesk.actions.rule_runs import Look, note_run
from helpdesk.actions.rules import RuleChange
from helpdesk.actions.transaction import transaction
from helpdesk.errors import Invalid, NotFound
from helpdesk.models import Rule, RuleRun, RuleVersion, Team, Ticket
from helpdesk.policy import Viewer, topics_of_ticket
from helpdesk.queries.macros import usable_by
from helpdesk.queries.owned import may_edit

MOST_KEY = 60
Did = list[dict[str, Any]]
Perform = Callable[[Session, Ticket, Actor, dict[str, Any]], Did]
"""Does what a definition says as the actor, and tells of each action {"do", "value", "result", "events"}; raises to do none of it."""


class Rehearsed(Exception):
    """Ends a rehearsal, so that nothing of it is kept."""

    def __init__(self, did: Did) -> None:
        super().__init__()
        self.did = did


def apply(viewer: Viewer, number: int, rule_id: int, key: str, perform: Perform) -> RuleRun:
    """Does everything the macro says to the ticket, as the agent; what is refused undoes all. The same key again returns the run that is
    there. NotFound for a ticket or a macro that the viewer does not see."""
    with transaction() as session:
        ticket = held_ticket(session, number, viewer)
        rule, version = usable(session, viewer, rule_id)
        if not key or len(key) > MOST_KEY:
            raise Invalid("key_missing", "idempotency_key")
        look = Look(rule.id, version.id, ticket.id, f"macro:{key}", None, 0)
        earlier: RuleRun | None = session.scalar(run_of(look))
        if earlier is not None:
            return earlier
        begun, before, last = time.perf_counter(), topics_of_ticket(ticket), ticket.last_event_id
        did = perform(session, ticket, as_macro(viewer, rule), version.definition)
        cost = int((time.perf_counter() - begun) * 1e6)
        note_run(session, look, matched=True, seen=[], did=did, cost_us=cost, agent_id=viewer.agent_id)
        if ticket.last_event_id != last:
            tell_those_who_lost_it(session, ticket, before, viewer.agent_id)
    written: RuleRun = session.scalars(run_of(look)).one()
    return written


def rehearse(viewer: Viewer, number: int, rule_id: int, perform: Perform) -> Did:
    """What `apply` would do now: it is done, told, and taken back whole, so that it cannot differ."""
    try:
        with transaction() as session:
            ticket = held_ticket(session, number, viewer)
            rule, version = usable(session, viewer, rule_id)
            raise Rehearsed(perform(session, ticket, as_macro(viewer, rule), version.definition))
    except Rehearsed as rehearsal:
        return rehearsal.did


def usable(session: Session, viewer: Viewer, rule_id: int) -> tuple[Rule, RuleVersion]:
    """A macro that the viewer may use, and what it says; NotFound."""
    rule = session.scalar(select(Rule).where(Rule.id == rule_id, Rule.active, *usable_by(viewer)))
    if rule is None:
        raise NotFound
    return rule, session.get_one(RuleVersion, rule.version_id)


def as_macro(viewer: Viewer, rule: Rule) -> Actor:
    """The agent, by this macro."""
    return replace(by_agent(viewer.agent_id), rule_id=rule.id)


def run_of(look: Look) -> Select[RuleRun]:
    """The statement for the run of this cause."""
    return select(RuleRun).where(RuleRun.rule_id == look.rule_id, RuleRun.ticket_id == look.ticket_id, RuleRun.cause == look.cause)


def create(viewer: Viewer, asked: RuleChange) -> Rule:
    """A new macro, in use at once; Invalid for an owner that the viewer may not write for."""
    with transaction() as session:
        check_owner(session, viewer, asked)
        return rules.add(session, viewer.agent_id, asked)


def edit(viewer: Viewer, rule_id: int, asked: RuleChange) -> None:
    """Names, owner and what it says, as a new version."""
    with transaction() as session:
        rule = editable(session, viewer, rule_id)
        check_owner(session, viewer, asked)
        rules.write(session, viewer, rule, asked)


def switch(viewer: Viewer, rule_id: int, *, on: bool) -> None:
    """Off: nobody is offered it; on again."""
    with transaction() as session:
        editable(session, viewer, rule_id).active = on


def delete(viewer: Viewer, rule_id: int) -> None:
    """With its versions and its log; what it did stays, and stays in the history of tickets."""
    with transaction() as session:
        session.delete(editable(session, viewer, rule_id))


def editable(session: Session, viewer: Viewer, rule_id: int) -> Rule:
    """The macro, locked; NotFound also where the viewer may not change it."""
    rule = rules.held(session, rule_id)
    if rule.kind != "macro" or not may_edit(viewer, rule.agent_id, rule.team_id):
        raise NotFound
    return rule


def check_owner(session: Session, viewer: Viewer, asked: RuleChange) -> None:
    """Invalid where the viewer may not write for that owner, or the team is gone."""
    if not may_edit(viewer, asked.agent_id, asked.team_id):
        raise Invalid(_("You may write macros of your own and of your teams."), "owner")
    if asked.team_id is not None and session.get(Team, asked.team_id) is None:
        raise Invalid(_("That team is not here any more."), "owner")
