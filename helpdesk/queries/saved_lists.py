"""What a saved view shows: pages by key, a capped count, and which of some tickets are in it."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from helpdesk import clock
from helpdesk.clock import FAR
from helpdesk.extensions import db
from helpdesk.models import Contact, SavedView, Ticket
from helpdesk.models.ticket import PRIORITIES
from helpdesk.models.view import ORDERS
from helpdesk.policy import Viewer, visible
from helpdesk.queries import walks
from helpdesk.queries.filters import Filter, filter_of
from helpdesk.queries.ticket_list import COLUMNS, EPOCH, PAGE, Page, key_text, read_after, rows_statement, write_after
from helpdesk.queries.views import SORTS, order, values_of
from helpdesk.queries.walks import Walk, walk_of

MOST_WINDOWS, MOST_SECONDS, CAP = 8, 0.012, 100
RISING, LAST = ("waiting", "due"), 2**31 - 1
Key = tuple[datetime, int, int]
"""A ticket's place in an order: its moment, its number, its priority (0 where that does not matter)."""


@dataclass(frozen=True)
class Wanted:
    """What a view asks: the queues it looks in, its order, and its conditions as JSON."""

    queues: tuple[str, ...]
    sort: str
    conditions: str


def wanted(view: SavedView, sort: str = "") -> Wanted:
    """What a view asks, in its own order, or in another that its reader chose and that goes with it."""
    queues = tuple(view.queues)
    chosen = sort if sort in SORTS and view.sort != "due" and may_sort(queues, sort) else view.sort
    return Wanted(queues, chosen, json.dumps(view.conditions, sort_keys=True, ensure_ascii=False))


def may_sort(queues: tuple[str, ...], sort: str) -> bool:
    """By waiting and by priority only open tickets stand in an index."""
    return sort in ("newest", "due") or queues == ("open",)


@dataclass(frozen=True)
class Number:
    """How many were found; CAP means CAP or more; `cut`: there may be more, which were not looked at."""

    found: int
    cut: bool


def saved_page(viewer: Viewer, asked: Wanted, after: str = "") -> Page:
    """The tickets of the view that the viewer may see; nothing where a word of it is not known any more. It looks at one window of walks
    after the other, until the page is full or has taken long enough."""
    said, rows, begun = filter_of(asked.conditions), list[Row[Any]](), time.perf_counter()
    if said is None:
        return Page([], "")
    walk, key = walk_of(viewer, asked.queues, asked.sort, said), read_key(asked, after)
    for _window in range(MOST_WINDOWS):
        end = end_of(viewer, walk, said, key)
        if numbers := found_in(viewer, walk, said, key, end, PAGE + 1):
            rows += db.session.execute(in_order_statement(walk.sort), {"numbers": numbers}).all()
        if len(rows) > PAGE:
            return Page(rows[:PAGE], write_after(rows[PAGE - 1], walk.sort))
        if end is None:
            return Page(rows, "")
        key = end
        if time.perf_counter() - begun > MOST_SECONDS:
            break
    return Page(rows, key_text(*key), cut=True)


def read_key(asked: Wanted, after: str) -> Key:
    """What an address carries; what makes no sense is the place before all others."""
    found = read_after(after)
    return (found["after_at"], found["after_id"], found["after_priority"]) if found else edges(asked.sort)[0]


def edges(sort: str) -> tuple[Key, Key]:
    """A place before all tickets, and one behind them."""
    low, high = (EPOCH, 0, 0), (FAR + timedelta(days=1), LAST, len(PRIORITIES))
    return (low, high) if sort in RISING else (high, low)


def end_of(viewer: Viewer, walk: Walk, said: Filter, key: Key) -> Key | None:
    """The place up to which every walk of the window has seen everything; None when all of them come to their end."""
    far = walks.reach(walk, said.rows) - 1
    of_walk: dict[int, list[Key]] = {}
    for row in db.session.execute(walks.ends_statement(walk), bound(viewer, walk, said, key, None) | {"far": far}):
        of_walk.setdefault(row.walk, []).append((row.key_0, row.key_1, row.key_2))
    first = min if walk.sort in RISING else max
    nearer = [first(keys, key=rank) for keys in of_walk.values() if len(keys) > 1]
    return first(nearer, key=rank, default=None)


def rank(key: Key) -> Key:
    """What keys are compared by: the priority before the moment."""
    return key[2], key[0], key[1]  # type: ignore[return-value]


def found_in(viewer: Viewer, walk: Walk, said: Filter, key: Key, end: Key | None, most: int) -> list[int]:
    """The numbers of at most `most` tickets of each walk between two places."""
    statement = walks.ids(walk, said, most, db.engine.dialect.name)
    return list(db.session.scalars(statement, bound(viewer, walk, said, key, end)))


@lru_cache(maxsize=len(ORDERS))
def in_order_statement(sort: str) -> Select[*tuple[Any, ...]]:
    """The rows of :numbers that stand first."""
    few = select(Ticket.id).where(Ticket.id.in_(bindparam("numbers", expanding=True))).order_by(*order(sort)).limit(PAGE + 1).subquery()
    return select(*COLUMNS).join(Contact, Contact.id == Ticket.contact_id).where(Ticket.id.in_(select(few.c.id))).order_by(*order(sort))


def number_of(viewer: Viewer, asked: Wanted) -> Number:
    """How many the viewer sees in it, by one window of walks."""
    said = filter_of(asked.conditions)
    if said is None:
        return Number(0, False)
    walk, key = walk_of(viewer, asked.queues, asked.sort, said), edges(asked.sort)[0]
    end = end_of(viewer, walk, said, key)
    found = len(found_in(viewer, walk, said, key, end, CAP))
    return Number(min(found, CAP), end is not None)


def rows_in_saved(viewer: Viewer, asked: Wanted, numbers: list[int]) -> list[Row[Any]]:
    """Those of the given tickets that the viewer may see and that are in the view now."""
    said = filter_of(asked.conditions)
    if said is None or not numbers:
        return []
    due = [Ticket.due_at.is_not(None)] if asked.sort == "due" else []
    statement = rows_statement().where(visible(viewer), Ticket.queue.in_(asked.queues), said.where, *due)
    return list(db.session.execute(statement, spans(said) | {"numbers": numbers[:100]}))


def bound(viewer: Viewer, walk: Walk, said: Filter, key: Key, end: Key | None) -> dict[str, Any]:
    """What the scopes, the pins, the spans and the two places of a statement are bound to."""
    pins = {f"pin_{place}": value for place, value in enumerate(said.pins.get(walk.pin, ()))}
    places = {"after": key, "until": end or edges(walk.sort)[1]}
    keys = {f"{side}_{name}": value for side, place in places.items() for name, value in zip(("at", "id", "priority"), place, strict=True)}
    return values_of(viewer) | spans(said) | pins | keys


def spans(said: Filter) -> dict[str, Any]:
    """What the spans of time are bound to."""
    now = clock.now()
    return {name: now - span for name, span in said.ago.items()}
