"""A team's work as supervisors see it: who has what, what waits, and how fairly it was given out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Agent, Contact, Event, Inbox, Ticket
from helpdesk.policy import Viewer
from helpdesk.queries.online import agents_online
from helpdesk.queries.routing import InHand, in_hand, team_members

MOST_SHOWN, MOST_LISTED, MOST_COLUMNS = 25, 100, 60
COLUMNS = (Ticket.id, Ticket.subject, Ticket.priority, Ticket.last_at, Ticket.waiting_since, Ticket.assignee_id, Inbox.channel,
           Contact.name.label("contact_name"))


@dataclass(frozen=True)
class Column:
    """What one member has, or nobody (agent None), or people who are not in the team (`others`). `total` counts also what is not shown;
    `held` is the open work of all his teams."""

    agent: Agent | None
    rows: Sequence[Any]
    total: int
    here: bool = False
    others: bool = False
    held: list[InHand] = field(default_factory=list)


@dataclass(frozen=True)
class Given:
    """How many tickets somebody got since a moment: by the desk's own choice, and by somebody's hand."""

    by_desk: int = 0
    by_hand: int = 0


def board(viewer: Viewer, team_id: int, now: datetime) -> list[Column]:
    """What nobody has, then the members by number, then what others have. For supervisors."""
    if not viewer.sees_all:
        raise NotFound
    members = team_members(db.session(), team_id)[:MOST_COLUMNS]
    online, totals = set(agents_online(db.session(), now)), open_tickets(team_id)
    ids = [agent.id for agent in members]
    held = in_hand(db.session(), ids)
    found = [Column(None, tickets(team_id, Ticket.assignee_id.is_(None)), totals.get(None, 0))]
    for agent in members:
        mine = [one for one in held if one.agent_id == agent.id]
        rows = tickets(team_id, Ticket.assignee_id == agent.id)
        found.append(Column(agent, rows, totals.get(agent.id, 0), agent.id in online, held=mine))
    if elsewhere := sum(number for agent_id, number in totals.items() if agent_id is not None and agent_id not in ids):
        found.append(Column(None, tickets(team_id, Ticket.assignee_id.not_in(ids)), elsewhere, others=True))
    return found


def open_tickets(team_id: int) -> dict[int | None, int]:
    """Assignee (None for nobody) -> open tickets of the team."""
    counted = select(Ticket.assignee_id, func.count()).where(Ticket.team_id == team_id, Ticket.queue == "open").group_by(Ticket.assignee_id)
    return {agent_id: number for agent_id, number in db.session.execute(counted)}  # noqa: C416  rows, which dict() would not take


def tickets(team_id: int, whose: ColumnElement[bool]) -> Sequence[Any]:
    """Open tickets of the team, the longest quiet first, MOST_SHOWN at most."""
    wanted = select(Ticket.id).where(Ticket.team_id == team_id, Ticket.queue == "open", whose).order_by(Ticket.last_at, Ticket.id)
    few = wanted.limit(MOST_SHOWN).subquery()
    shown = select(*COLUMNS).join(Inbox, Inbox.id == Ticket.inbox_id).join(Contact, Contact.id == Ticket.contact_id)
    return db.session.execute(shown.where(Ticket.id.in_(select(few.c.id))).order_by(Ticket.last_at, Ticket.id)).all()


TO = Event.data["to"].as_integer()


def given(team_id: int, since: datetime) -> dict[int, Given]:
    """Agent id -> how many tickets that are the team's now he was given since then, counted once a giving."""
    by_hand = case((Event.actor == "agent", 1), else_=0).label("by_hand")
    counted = (
        select(TO.label("agent_id"), by_hand, func.count().label("number"))
        .join(Ticket, Ticket.id == Event.ticket_id)
        .where(Event.kind == "ticket_assigned", Event.at >= since, Ticket.team_id == team_id)
        .group_by(TO, by_hand)
    )
    found: dict[int, Given] = {}
    for row in db.session.execute(counted):
        before = found.get(row.agent_id, Given())
        found[row.agent_id] = Given(before.by_desk, row.number) if row.by_hand else Given(row.number, before.by_hand)
    return found


def tickets_given(viewer: Viewer, team_id: int, agent_id: int, since: datetime, *, by_hand: bool) -> Sequence[Any]:
    """The tickets behind such a figure, the last given first; with `at`, when."""
    if not viewer.sees_all:
        raise NotFound
    who = Event.actor == "agent" if by_hand else Event.actor != "agent"
    shown = (
        select(*COLUMNS, Event.at.label("given_at"))
        .join(Ticket, Ticket.id == Event.ticket_id)
        .join(Inbox, Inbox.id == Ticket.inbox_id)
        .join(Contact, Contact.id == Ticket.contact_id)
        .where(Event.kind == "ticket_assigned", Event.at >= since, Ticket.team_id == team_id, agent_id == TO, who)
    )
    return db.session.execute(shown.order_by(Event.id.desc()).limit(MOST_LISTED)).all()
