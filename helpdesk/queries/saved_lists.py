"""What a saved view shows: pages by key, a capped count, and which of some tickets are in it."""

import json
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import SavedView, Ticket
from helpdesk.policy import Viewer, visible
from helpdesk.queries import walks
from helpdesk.queries.filters import Filter, filter_of
from helpdesk.queries.ticket_list import PAGE, Page, first_rows, key_text, read_after, rows_statement, write_after
from helpdesk.queries.views import SORTS, values_of
from helpdesk.queries.walks import Walk, walk_of

MOST_WINDOWS, MOST_SECONDS, CAP = 4, 0.012, 100
Key = dict[str, Any]


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
    said, key = filter_of(asked.conditions), read_after(after)
    if said is None:
        return Page([], "")
    walk, begun = walk_of(viewer, asked.queues, asked.sort, asked.conditions, said), time.perf_counter()
    rows: list[Row[Any]] = []
    for _window in range(MOST_WINDOWS):
        end = end_of(viewer, walk, said, key)
        rows += window(viewer, walk, said, key, end)
        key = end
        if len(rows) > PAGE or end is None or time.perf_counter() - begun > MOST_SECONDS:
            break
    if len(rows) > PAGE:
        return Page(rows[:PAGE], write_after(rows[PAGE - 1], walk.sort))
    return Page(rows, key_text(key["after_at"], key["after_id"], key["after_priority"]) if key else "", cut=key is not None)


def end_of(viewer: Viewer, walk: Walk, said: Filter, key: Key | None) -> Key | None:
    """The key up to which every walk of the window has seen everything; None when all of them come to their end."""
    statement = walks.ends_statement(walk, said, key is not None)
    ends: dict[int, list[Any]] = {}
    for row in db.session.execute(statement, bound(viewer, said) | (key or {})):
        ends.setdefault(row.walk, []).append(row)
    last = [end for rows in ends.values() if len(rows) > 1 and (end := nearest(walk, [keyed(walk, row) for row in rows]))]
    return nearest(walk, last)


def keyed(walk: Walk, row: Any) -> Key:
    """The key of a row."""
    return {"after_at": row.key_0, "after_id": row.key_1, "after_priority": row.key_2 if walk.sort == "priority" else 0}


def nearest(walk: Walk, keys: list[Key]) -> Key | None:
    """The first of them in the order of the list."""
    first = min if walk.sort in ("waiting", "due") else max
    return first(keys, key=lambda one: (one["after_priority"], one["after_at"], one["after_id"]), default=None)


def window(viewer: Viewer, walk: Walk, said: Filter, key: Key | None, end: Key | None) -> list[Row[Any]]:
    """The first rows between two keys."""
    until = {name.replace("after", "until"): value for name, value in (end or {}).items()}
    statement = window_statement(walk, said, key is not None, end is not None)
    return list(db.session.execute(statement, bound(viewer, said) | (key or {}) | until))


@lru_cache(maxsize=1000)
def window_statement(walk: Walk, said: Filter, after: bool, until: bool) -> Select[*tuple[Any, ...]]:
    """See `window`."""
    return first_rows(walks.ids(walk, said, after, until, PAGE + 1), walk.sort)


def number_of(viewer: Viewer, asked: Wanted) -> Number:
    """How many the viewer sees in it, by one window of walks."""
    said = filter_of(asked.conditions)
    if said is None:
        return Number(0, False)
    walk = walk_of(viewer, asked.queues, asked.sort, asked.conditions, said)
    end = end_of(viewer, walk, said, None)
    until = {name.replace("after", "until"): value for name, value in (end or {}).items()}
    statement = walks.count_statement(walk, said, end is not None, CAP)
    return Number(db.session.scalar(statement, bound(viewer, said) | until) or 0, end is not None)


def rows_in_saved(viewer: Viewer, asked: Wanted, numbers: list[int]) -> list[Row[Any]]:
    """Those of the given tickets that the viewer may see and that are in the view now."""
    said = filter_of(asked.conditions)
    if said is None or not numbers:
        return []
    due = [Ticket.due_at.is_not(None)] if asked.sort == "due" else []
    statement = rows_statement().where(visible(viewer), Ticket.queue.in_(asked.queues), said.where, *due)
    return list(db.session.execute(statement, bound(viewer, said) | {"numbers": numbers[:100]}))


def bound(viewer: Viewer, said: Filter) -> Key:
    """What a statement's scopes and spans are bound to."""
    now = clock.now()
    return values_of(viewer) | {name: now - span for name, span in said.ago.items()}
