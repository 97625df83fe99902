"""Work finds its agent: as an act of rules, for every new ticket of a team that wants it, and as soon as somebody can take what waits."""

import threading
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from automations import assignment, orders
from automations.actions import Act, Doing, Pretended, add
from automations.assignment import Candidate, Chosen, Plan, Wanted
from automations.conditions.choices import Choices
from automations.sla.calendars import is_open
from helpdesk import clock
from helpdesk.actions import routing
from helpdesk.actions.record import SYSTEM, Actor, held_ticket
from helpdesk.actions.rule_runs import MOST_DEPTH
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.models import Event, Ticket
from helpdesk.queries import routing as asks
from helpdesk.queries.due import any_row
from helpdesk.queries.online import agents_online

EVENTS = frozenset({"ticket_opened", "team_changed"})
lock = threading.Lock()
kept: dict[str, tuple[int, dict[int, Plan]]] = {}
REASONS = {
    "nobody_there": _l("Nobody of the team is there."), "all_full": _l("Everybody who is there has as much as fits."),
    "closed": _l("The team's hours are over."), "no_team": _l("The ticket has no team."),
}  # fmt: skip
"""Why nobody was given a ticket."""


def methods() -> Choices:
    """By which rule of fairness."""
    turns, fewest, room = _("turns, one after the other"), _("fewest open tickets"), _("most room left")
    return list(zip(assignment.METHODS, (turns, fewest, room, _("skills"), _("who helped this customer last")), strict=True))


def perform(doing: Doing, value: str) -> str:
    """The act of rules and macros."""
    return assign_by(doing.session, doing.ticket, doing.actor, doing.ticket.team_id, value)


def pretend(ticket: Pretended, _value: Any) -> str:
    """Whoever was there then, nobody knows; what was given out then stays as it was."""
    if ticket.assignee_id is not None:  # type: ignore[attr-defined]
        return "nothing"
    return "perhaps" if ticket.team_id is not None else "no_team"  # type: ignore[attr-defined]


add(Act("assign_by", _l("assign within the team by"), "choice", "assignee", perform, methods, pretend=pretend))


def assign_by(session: Session, ticket: Ticket, actor: Actor, team_id: int | None, method: str) -> str:
    """Gives a ticket that nobody has to one of the team: "done"; "nothing" where somebody has it; else one of REASONS. Part of the
    caller's transaction, which holds the ticket."""
    if ticket.assignee_id is not None:
        return "nothing"
    if team_id is None:
        return "no_team"
    plan = replace(plans(session).get(team_id, Plan()), method=method)
    return routing.give(session, ticket, actor, team_id, lambda: chosen(session, ticket, team_id, plan))


def chosen(session: Session, ticket: Ticket, team_id: int, plan: Plan) -> Chosen:
    """Who would get the ticket at this moment, and by what; changes nothing."""
    channel, now = asks.channel_of(session, ticket), clock.now()
    if not is_open(session, team_id, channel, now):
        return None, "closed"
    return assignment.choose(plan.method, candidates(session, team_id, plan, now), wanted(session, ticket, plan, channel))


def candidates(session: Session, team_id: int, plan: Plan, now: datetime) -> list[Candidate]:
    """Everybody of the team who is there, with what he has in hand."""
    there, turns = set(agents_online(session, now)), asks.turns(session, team_id)
    members = [agent for agent in asks.team_members(session, team_id) if agent.id in there]
    held = asks.in_hand(session, [agent.id for agent in members])
    return [
        Candidate(
            agent.id, agent.capacity, frozenset(agent.skills), sum(one.tickets for one in held if one.agent_id == agent.id),
            sum(one.tickets * plan.weight(one.channel) for one in held if one.agent_id == agent.id), turns.get(agent.id, 0),
        )
        for agent in members
    ]  # fmt: skip


def wanted(session: Session, ticket: Ticket, plan: Plan, channel: str) -> Wanted:
    """What the method asks of the ticket, and no more."""
    weight = plan.weight(channel)
    if plan.method == "skills":
        return Wanted(weight, assignment.needs_of(asks.language_of(session, ticket), ticket.type_id, asks.tag_words(session, ticket)))
    return Wanted(weight, helper=asks.last_helper(session, ticket.contact_id) if plan.method == "last_helper" else None)


def plans(session: Session) -> dict[int, Plan]:
    """Team id -> its plan; asked for again when somebody has changed one."""
    now, place = orders.newest(session), str(session.get_bind().engine.url)
    with lock:
        known = kept.get(place)
        if known is None or known[0] != now:
            known = kept[place] = now, {number: assignment.plan_of(routing) for number, routing in asks.routings(session).items()}
    return known[1]


def automatic(session: Session) -> list[int]:
    """The teams whose work is given out by itself."""
    return [number for number, plan in plans(session).items() if plan.auto]


def is_wanted(session: Session, ticket: Ticket, _kind: str) -> bool:
    """Whether the ticket's team has its work given out."""
    return ticket.team_id is not None and ticket.team_id in automatic(session)


def handle(session: Session, event: Event) -> None:
    """The subscriber: a new ticket of the team, or one that came to it. What a person gave to somebody stays his."""
    ticket = held_ticket(session, event.ticket_id)
    plan = plans(session).get(ticket.team_id or 0, Plan())
    if not plan.auto or ticket.queue != "open" or event.depth >= MOST_DEPTH:
        return
    actor = replace(SYSTEM, cause_id=event.id, depth=event.depth + 1)
    if ticket.assignee_id is None:
        assign_by(session, ticket, actor, ticket.team_id, plan.method)
    elif event.kind == "team_changed" and is_left_over(session, ticket):
        routing.give(session, ticket, actor, ticket.team_id or 0, lambda: chosen(session, ticket, ticket.team_id or 0, plan))


def is_left_over(session: Session, ticket: Ticket) -> bool:
    """Whether the one who has it is of the team where it was before, and was given it by the desk."""
    members = {agent.id for agent in asks.team_members(session, ticket.team_id or 0)}
    return ticket.assignee_id not in members and not asks.given_by_hand(session, ticket)


def somebody_could() -> bool:
    """Cheap: something waits in a team of which somebody is there."""
    teams = automatic(db.session())
    return any_row(asks.somebody_could_take_one(teams, clock.now()))


def give_what_waits() -> None:
    """Gives waiting tickets to those who came, or have room again: at most MOST_WAITING a team, each in a transaction of its own."""
    for team_id in automatic(db.session()):
        for number, channel in asks.waiting(db.session(), team_id):
            if fits_nobody(team_id, channel):
                continue
            with transaction() as session:
                ticket = held_ticket(session, number)
                if ticket.queue == "open" and ticket.team_id == team_id:
                    assign_by(session, ticket, SYSTEM, team_id, plans(session).get(team_id, Plan()).method)


def fits_nobody(team_id: int, channel: str) -> bool:
    """Whether a ticket of this channel would wait on; asked without holding up anybody who writes."""
    session, now = db.session(), clock.now()
    plan = plans(session).get(team_id, Plan())
    if not plan.auto or not is_open(session, team_id, channel, now):
        return True
    there = candidates(session, team_id, plan, now)
    return not any(assignment.has_room(one, plan.weight(channel)) for one in there)
