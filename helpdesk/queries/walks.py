"""Where a saved view looks: short walks along the indexes of the fixed views, one for each queue and each way of seeing, which the
conditions are asked on. A walk goes as far as a page may take; where it ends before the page is full, the next page goes on from there.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    TextClause,
    and_,
    bindparam,
    case,
    literal_column,
    or_,
    select,
    text,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Dialect

from helpdesk.models import Ticket
from helpdesk.models.types import Moment
from helpdesk.policy import Viewer
from helpdesk.queries import views
from helpdesk.queries.filters import Filter
from helpdesk.queries.views import Shape, behind, order

STEPS, LEAST = 6000, 26
"""How many rows a window of walks may look at, and how many tickets each of them does at least."""
MOST_PINNED = 8
ASKED, PLACE = "(1 = /* asked */ 1)", re.compile(r"(?<![:\w]):(\w+)")
"""Where the conditions go, and where a value goes in a statement that names its values."""
KEYS = {
    "newest": (Ticket.last_at, Ticket.id, literal_column("0")), "waiting": (Ticket.waiting_since, Ticket.id, literal_column("0")),
    "priority": (Ticket.last_at, Ticket.id, Ticket.priority), "due": (Ticket.due_at, Ticket.id, literal_column("0")),
}  # fmt: skip
"""What a ticket's place in an order is made of: the moment, the number, the priority."""


@dataclass(frozen=True)
class Walk:
    """All that the text of its statements depends on, but for the conditions. `pin`: a column at whose values the walks begin, "" for
    none, and how many values there are; `free`: tickets of nobody alone."""

    queues: tuple[str, ...]
    sort: str
    sees_all: bool
    inboxes: int
    teams: int
    pin: str
    pinned: int
    free: bool


def walk_of(viewer: Viewer, queues: tuple[str, ...], sort: str, said: Filter) -> Walk:
    """The viewer's walks of a view."""
    pin, free = pin_of(viewer, said), said.pins.get("assignee_id") == (None,) and sort == "newest"
    return Walk(queues, sort, viewer.sees_all, len(viewer.inbox_ids), len(viewer.team_ids), pin, len(said.pins.get(pin, ())), free)


def pin_of(viewer: Viewer, said: Filter) -> str:
    """A column whose values the conditions fix, where the viewer sees all tickets of each of them; what a walk passes is seen, always."""
    own = {"assignee_id": {viewer.agent_id}, "team_id": set(viewer.team_ids), "inbox_id": set(viewer.inbox_ids)}
    for name, seen in own.items():
        wanted = said.pins.get(name, ())
        if wanted and None not in wanted and len(wanted) <= MOST_PINNED and (viewer.sees_all or seen >= set(wanted)):
            return name
    return ""


@lru_cache(maxsize=500)
def walks(walk: Walk) -> tuple[Select[Any], ...]:
    """One for each way of seeing and each queue, behind the key :after, without order, end and conditions."""
    ways: list[ColumnElement[bool] | None] = [getattr(Ticket, walk.pin) == bindparam(f"pin_{place}") for place in range(walk.pinned)]
    seen = ways if walk.pin else views.scopes(Shape("open", walk.sort, walk.sees_all, walk.inboxes, walk.teams, False))
    every = [[*base, *([way] if way is not None else [])] for way in seen for base in bases(walk)]
    return tuple(select().select_from(Ticket).where(*where, behind(walk.sort)) for where in every)


def bases(walk: Walk) -> list[list[ColumnElement[bool]]]:
    """What makes the databases take the index of the order: its queue, or that something is due."""
    if walk.sort == "due":
        return [[literal_column("ticket.due_at IS NOT NULL")]]
    free = [Ticket.assignee_id.is_(None)] if walk.free else []
    return [[literal_column(f"ticket.queue = '{queue}'"), *(free if queue == "open" else [])] for queue in walk.queues]


def reach(walk: Walk, rows: int) -> int:
    """How many tickets each walk of a window passes, where the conditions look at so many rows beside each."""
    return max(STEPS // ((1 + rows) * len(walks(walk))), LEAST)


@lru_cache(maxsize=500)
def ends_statement(walk: Walk) -> CompoundSelect[Any]:
    """(walk, key) of the last ticket within reach and of the one behind it, of each walk that is longer: two rows from :far on."""
    key: list[Any] = [column.label(f"key_{place}") for place, column in enumerate(KEYS[walk.sort])]
    far = bindparam("far", type_=Integer())
    each = [one.add_columns(*key).order_by(*order(walk.sort)).offset(far).limit(2).subquery() for one in walks(walk)]
    return union_all(*(select(literal_column(str(place)).label("walk"), *one.c) for place, one in enumerate(each)))


@lru_cache(maxsize=500)
def ids_text(walk: Walk, most: int, dialect: str) -> tuple[str, dict[str, int]]:
    """The statement for the ids of at most `most` tickets of each walk that are not behind the key :until and of which holds what stands
    for ASKED; and the values of its limits. It is text because putting together and compiling a statement of twenty walks costs more than
    running it."""
    each = [one.add_columns(Ticket.id).where(within(walk.sort), text(ASKED)).order_by(*order(walk.sort)).limit(most).subquery()
            for one in walks(walk)]  # fmt: skip
    parts = [select(one.c.id) for one in each]
    whole: Select[Any] | CompoundSelect[Any] = parts[0] if len(parts) == 1 else union(*parts)
    made = whole.compile(dialect=named(dialect), compile_kwargs={"render_postcompile": True})
    return str(made), {name: value for name, value in made.params.items() if value is not None}


@lru_cache(maxsize=1000)
def ids(walk: Walk, said: Filter, most: int, dialect: str) -> TextClause:
    """See `ids_text`, with the conditions in their places."""
    (walked, limits), (asked, values) = ids_text(walk, most, dialect), written(walk, said, dialect)
    whole = walked.replace(ASKED, asked)
    moments = [bindparam(name, type_=Moment()) for name in ("after_at", "until_at", *said.ago)]
    every = [*values, *moments, *(bindparam(name, value) for name, value in limits.items())]
    there = set(PLACE.findall(whole))
    return text(whole).bindparams(*(one for one in every if one.key in there))


def written(walk: Walk, said: Filter, dialect: str) -> tuple[str, list[BindParameter[Any]]]:
    """The conditions as text, and the values in it: so that a database asks them of each ticket on the walk, and never goes another way
    because of them."""
    queue = [Ticket.queue.in_(walk.queues)] if walk.sort == "due" else []
    one: ColumnElement[int] = literal_column("1")
    whole: Select[Any] = select(one).select_from(Ticket).where(case((and_(said.where, *queue), one), else_=literal_column("0")) == one)
    made = whole.compile(dialect=named(dialect), compile_kwargs={"render_postcompile": True})
    own = {name: value for name, value in made.params.items() if name not in said.ago}
    kept = PLACE.sub(lambda found: f":asked_{found[1]}" if found[1] in own else found[0], str(made))
    values = [bindparam(f"asked_{name}", value, type_=Moment() if isinstance(value, datetime) else None) for name, value in own.items()]
    return f"({kept.partition('WHERE ')[2]})", values


def named(dialect: str) -> Dialect:
    """A database's way of writing, in which values have names."""
    return SQLiteDialect(paramstyle="named") if dialect == "sqlite" else PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]


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
