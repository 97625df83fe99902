"""Where a saved view looks: short walks along the indexes of the fixed views, one for each queue and each way of seeing, which the
conditions are asked on. A walk goes as far as a page may take; where it ends before the page is full, the next page goes on from there.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    union,
    union_all,
)

from helpdesk.models import Ticket
from helpdesk.models.types import Moment
from helpdesk.policy import Viewer
from helpdesk.queries import views
from helpdesk.queries.filters import Filter
from helpdesk.queries.views import Shape, behind, order

STEPS, LEAST = 3000, 26
"""How many rows a window of walks may look at, and how many tickets each of them does at least."""
MOST_PINNED = 8
KEYS = {
    "newest": (Ticket.last_at, Ticket.id), "waiting": (Ticket.waiting_since, Ticket.id),
    "priority": (Ticket.last_at, Ticket.id, Ticket.priority), "due": (Ticket.due_at, Ticket.id),
}  # fmt: skip
"""What a ticket's place in an order is made of: the moment, the number, the priority."""


@dataclass(frozen=True)
class Walk:
    """All that the text of a statement depends on, but for the filter. `pin`: the column at whose values the walks begin, "" for none."""

    queues: tuple[str, ...]
    sort: str
    conditions: str
    sees_all: bool
    inboxes: int
    teams: int
    pin: str


def walk_of(viewer: Viewer, queues: tuple[str, ...], sort: str, conditions: str, said: Filter) -> Walk:
    """The viewer's walks of a view."""
    return Walk(queues, sort, conditions, viewer.sees_all, len(viewer.inbox_ids), len(viewer.team_ids), pin_of(viewer, said))


def pin_of(viewer: Viewer, said: Filter) -> str:
    """A column whose values the conditions fix, where the viewer sees all tickets of each of them; what a walk passes is seen, always."""
    own = {"assignee_id": {viewer.agent_id}, "team_id": set(viewer.team_ids), "inbox_id": set(viewer.inbox_ids)}
    for name, seen in own.items():
        wanted = said.pins.get(name, ())
        if wanted and None not in wanted and len(wanted) <= MOST_PINNED and (viewer.sees_all or seen >= set(wanted)):
            return name
    return ""


def walks(walk: Walk, said: Filter) -> list[Select[Any]]:
    """One for each way of seeing and each queue, without order, end and filter."""
    shape = Shape("open", walk.sort, walk.sees_all, walk.inboxes, walk.teams, False)
    pinned = [getattr(Ticket, walk.pin) == value for value in said.pins[walk.pin]] if walk.pin else None
    ways: list[ColumnElement[bool] | None] = [*pinned] if pinned is not None else views.scopes(shape)
    return [select().select_from(Ticket).where(*base, *([way] if way is not None else [])) for way in ways for base in bases(walk, said)]


def bases(walk: Walk, said: Filter) -> list[list[ColumnElement[bool]]]:
    """What makes the databases take the index of the order: its queue, or that something is due."""
    if walk.sort == "due":
        return [[literal_column("ticket.due_at IS NOT NULL")]]
    free = [Ticket.assignee_id.is_(None)] if said.pins.get("assignee_id") == (None,) and walk.sort == "newest" else []
    return [[literal_column(f"ticket.queue = '{queue}'"), *(free if queue == "open" else [])] for queue in walk.queues]


def reach(walk: Walk, said: Filter) -> int:
    """How many tickets each walk of a window passes."""
    return max(STEPS // ((1 + said.rows) * len(walks(walk, said))), LEAST)


@lru_cache(maxsize=1000)
def ends_statement(walk: Walk, said: Filter, after: bool) -> CompoundSelect[Any]:
    """(walk, key) of the last ticket within reach and of the one behind it, of each walk that is longer than its reach."""
    key = [column.label(f"key_{place}") for place, column in enumerate(KEYS[walk.sort])]
    where = [behind(walk.sort)] if after else []
    far = reach(walk, said) - 1
    return union_all(*(
        select(literal(place).label("walk"), *each.add_columns(*key).where(*where).order_by(*order(walk.sort)).offset(far).limit(2)
               .subquery().c)
        for place, each in enumerate(walks(walk, said))))  # fmt: skip


def ids(walk: Walk, said: Filter, after: bool, until: bool, most: int) -> Select[Any] | CompoundSelect[Any]:
    """The ids of at most `most` tickets of each walk that meet the conditions: behind the key :after, and not behind :until."""
    where = [*([behind(walk.sort)] if after else []), *([within(walk.sort)] if until else []), *asked(walk, said)]
    found = [each.add_columns(Ticket.id).where(*where).order_by(*order(walk.sort)).limit(most).subquery() for each in walks(walk, said)]
    parts = [select(one.c.id) for one in found]
    return parts[0] if len(parts) == 1 else union(*parts)


def asked(walk: Walk, said: Filter) -> list[ColumnElement[bool]]:
    """The conditions, so that a database asks them of each ticket on the walk and never goes another way because of them."""
    queue = [Ticket.queue.in_(walk.queues)] if walk.sort == "due" else []
    return [case((and_(said.where, *queue), 1), else_=0) == 1]


def within(sort: str) -> ColumnElement[bool]:
    """What is not behind the key :until."""
    at, number = bindparam("until_at", type_=Moment()), bindparam("until_id", type_=Integer())
    if sort in ("waiting", "due"):
        moment = Ticket.waiting_since if sort == "waiting" else Ticket.due_at
        return and_(moment <= at, or_(moment < at, Ticket.id <= number))
    newer = and_(Ticket.last_at >= at, or_(Ticket.last_at > at, Ticket.id >= number))
    if sort != "priority":
        return newer
    rank = bindparam("until_priority", type_=Integer())
    return and_(Ticket.priority >= rank, or_(Ticket.priority > rank, newer))


@lru_cache(maxsize=1000)
def count_statement(walk: Walk, said: Filter, until: bool, most: int) -> Select[int]:
    """How many, `most` at most."""
    few = select(ids(walk, said, False, until, most).subquery().c.id).limit(most).subquery()
    return select(func.count()).select_from(few)
