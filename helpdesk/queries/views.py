"""The views of the inbox: which tickets, in which order, as statements that are built once.

Each statement is a union of branches, one a way of seeing (an inbox, a team, being the assignee), every branch a short walk along
an index: what a page costs does not grow with the number of tickets, also for somebody who sees next to none of them. Tickets whose mail
went to two inboxes are few: one more branch takes them all by the second.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Integer, Select, UnaryExpression, and_, bindparam, literal_column, or_, select, union

from helpdesk import clock
from helpdesk.models import Ticket
from helpdesk.models.types import Moment
from helpdesk.policy import Viewer

VIEWS = ("mine", "unassigned", "teams", "due", "undelivered", "open", "waiting", "snoozed", "solved", "spam", "trash")
QUEUE_OF_VIEW = {"mine": "open", "unassigned": "open", "teams": "open", "due": "", "undelivered": ""} | {name: name for name in VIEWS[5:]}
"""What is due soon, or did not arrive, lies in any queue."""
DUE_WITHIN = timedelta(hours=24)
SORTS = ("newest", "waiting", "priority")
MANY_SCOPES = 24
"""Above so many inboxes and teams one walk along the whole index beats a branch each."""


@dataclass(frozen=True)
class Shape:
    """All that the text of a statement depends on; values are bound later."""

    view: str
    sort: str
    sees_all: bool
    inboxes: int
    teams: int
    after: bool


def shape_of(viewer: Viewer, view: str, sort: str, *, after: bool = False) -> Shape:
    """Open views can be sorted in three ways, what is due by its due time alone, all others have the newest first."""
    if view == "due":
        sort = "due"
    usable = sort if view == "due" or (QUEUE_OF_VIEW[view] == "open" and sort in SORTS) else "newest"
    return Shape(view, usable, viewer.sees_all, len(viewer.inbox_ids), len(viewer.team_ids), after)


def values_of(viewer: Viewer) -> dict[str, Any]:
    """What a statement's scopes are bound to."""
    values: dict[str, Any] = {"me": viewer.agent_id, "due_until": clock.now() + DUE_WITHIN}
    values |= {f"inbox_{n}": value for n, value in enumerate(viewer.inbox_ids)}
    values |= {f"team_{n}": value for n, value in enumerate(viewer.team_ids)}
    return values


@lru_cache(maxsize=2000)
def ids(shape: Shape, most: int) -> Select[Any] | CompoundSelect[Any]:
    """The ids of at most `most` tickets from each branch; with `after`, those behind the key (:after_at, :after_id[, :after_priority])."""
    branches = [branch(shape, scope, most).subquery() for scope in scopes(shape)]
    parts = [select(one.c.id) for one in branches]
    return parts[0] if len(parts) == 1 else union(*parts)


def branch(shape: Shape, scope: ColumnElement[bool] | None, most: int) -> Select[Any]:
    """One walk along one index."""
    where: list[ColumnElement[bool]] = [literal_column(f"ticket.queue = '{QUEUE_OF_VIEW[shape.view]}'")]
    if shape.view == "due":
        where = [Ticket.due_at <= bindparam("due_until", type_=Moment())]
    if shape.view == "undelivered":
        where = [Ticket.undelivered.is_not(None)]
    if shape.view == "unassigned":
        where.append(Ticket.assignee_id.is_(None))
    if scope is not None:
        where.append(scope)
    if shape.after:
        where.append(behind(shape.sort))
    return select(Ticket.id).where(*where).order_by(*order(shape.sort)).limit(most)


def scopes(shape: Shape) -> list[ColumnElement[bool] | None]:
    """The ways in which the viewer sees tickets of this view."""
    inboxes = [Ticket.inbox_id == bindparam(f"inbox_{n}") for n in range(shape.inboxes)]
    shared = [Ticket.also_inbox_id.in_([bindparam(f"inbox_{n}") for n in range(shape.inboxes)])] if shape.inboxes else []
    teams = [Ticket.team_id == bindparam(f"team_{n}") for n in range(shape.teams)]
    mine = Ticket.assignee_id == bindparam("me")
    if shape.view == "mine":
        return [mine]
    if shape.view == "teams":
        return list(teams) or [literal_column("1 = 0")]
    if shape.sees_all:
        return [None]
    seen = [*inboxes, *teams] if shape.view == "unassigned" else [*inboxes, *teams, mine]
    if len(seen) > MANY_SCOPES:
        return [or_(*seen, *shared)]
    return [*seen, *shared] or [literal_column("1 = 0")]


def order(sort: str) -> list[UnaryExpression[Any]]:
    """The order of a list; the id makes it total."""
    if sort == "waiting":
        return [Ticket.waiting_since.asc(), Ticket.id.asc()]
    if sort == "due":
        return [Ticket.due_at.asc(), Ticket.id.asc()]
    newest: list[UnaryExpression[Any]] = [Ticket.last_at.desc(), Ticket.id.desc()]
    return [Ticket.priority.desc(), *newest] if sort == "priority" else newest


def behind(sort: str) -> ColumnElement[bool]:
    """What comes after a key, written so that both databases walk the index from there."""
    at, number = bindparam("after_at", type_=Moment()), bindparam("after_id", type_=Integer())
    if sort == "waiting":
        return and_(Ticket.waiting_since >= at, or_(Ticket.waiting_since > at, Ticket.id > number))
    if sort == "due":
        return and_(Ticket.due_at >= at, or_(Ticket.due_at > at, Ticket.id > number))
    older = and_(Ticket.last_at <= at, or_(Ticket.last_at < at, Ticket.id < number))
    if sort != "priority":
        return older
    rank = bindparam("after_priority", type_=Integer())
    return and_(Ticket.priority <= rank, or_(Ticket.priority < rank, older))
