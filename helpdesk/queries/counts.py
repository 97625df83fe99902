"""How many tickets each view holds, counted up to a cap and kept for five seconds.

Inboxes do not overlap, nor do teams: where the sum over the viewer's inboxes, or over his teams, reaches the cap, so does the view. Those
sums are shared by everybody who sees the same inbox or team; only what stays below the cap is counted for the viewer alone.
"""

import threading
import time
from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, bindparam, func, literal, select, union_all

from helpdesk.extensions import db
from helpdesk.models import Ticket
from helpdesk.policy import Viewer
from helpdesk.queries.views import Shape, branch, ids, shape_of, values_of

COUNTED = ("mine", "unassigned", "teams", "due", "undelivered", "open", "waiting", "snoozed", "spam")
SCOPED = ("unassigned", "open", "waiting", "snoozed", "spam")
CAP, KEPT_SECONDS, MOST_KEPT = 1000, 5.0, 5000
Numbers = dict[str, int]
kept: dict[Hashable, tuple[float, Numbers]] = {}
lock = threading.Lock()


def counts(viewer: Viewer) -> Numbers:
    """View -> count; CAP means CAP or more."""
    found = remembered(viewer)
    return found if found is not None else remember(viewer, count(viewer))


def count(viewer: Viewer) -> Numbers:
    """What a full sum decides, and the rest asked for the viewer."""
    if viewer.sees_all:
        return asked(viewer, COUNTED)
    by_inbox = [in_scope("inbox", number) for number in viewer.inbox_ids]
    by_team = [in_scope("team", number) for number in viewer.team_ids]
    full = {view: CAP for view in SCOPED if max(total(by_inbox, view), total(by_team, view)) >= CAP}
    if total(by_team, "open") >= CAP:
        full["teams"] = CAP
    return full | asked(viewer, tuple(view for view in COUNTED if view not in full))


def total(scopes: list[Numbers], view: str) -> int:
    """Of things that do not overlap."""
    return sum(numbers[view] for numbers in scopes)


def in_scope(kind: str, number: int) -> Numbers:
    """Counts of one inbox or team, whoever asks."""
    found = remembered((kind, number))
    if found is not None:
        return found
    return remember((kind, number), {row.view: row.number for row in db.session.execute(scope_statement(kind), {"scope": number})})


def asked(viewer: Viewer, views: tuple[str, ...]) -> Numbers:
    """Counts of some views for one viewer."""
    statement = viewer_statement(viewer.sees_all, len(viewer.inbox_ids), len(viewer.team_ids), views)
    return {row.view: row.number for row in db.session.execute(statement, values_of(viewer))}


@lru_cache(maxsize=2)
def scope_statement(kind: str) -> CompoundSelect[Any]:
    """One row a view for :scope, an inbox or a team."""
    scope: ColumnElement[bool] = (Ticket.inbox_id if kind == "inbox" else Ticket.team_id) == bindparam("scope")
    return union_all(*(number_of(view, branch(Shape(view, "newest", False, 1, 0, False), scope, CAP)) for view in SCOPED))


@lru_cache(maxsize=2000)
def viewer_statement(sees_all: bool, inboxes: int, teams: int, views: tuple[str, ...]) -> CompoundSelect[Any]:
    """One row a view, over all the ways in which the viewer sees tickets."""
    like = Viewer(0, "admin" if sees_all else "agent", tuple(range(teams)), tuple(range(inboxes)))
    return union_all(*(number_of(view, ids(shape_of(like, view, "newest"), CAP)) for view in views))


def number_of(view: str, found: Select[Any] | CompoundSelect[Any]) -> Select[str, int]:
    """(view, number), CAP at most."""
    few = select(found.subquery().c.id).limit(CAP).subquery()
    return select(literal(view).label("view"), func.count().label("number")).select_from(few)


def remembered(key: Hashable) -> Numbers | None:
    """What was counted in the last KEPT_SECONDS."""
    with lock:
        at, numbers = kept.get(key, (-1e9, {}))
    return numbers if time.monotonic() - at < KEPT_SECONDS else None


def remember(key: Hashable, numbers: Numbers) -> Numbers:
    """Keeps them from now on."""
    with lock:
        if len(kept) > MOST_KEPT:
            kept.clear()
        kept[key] = (time.monotonic(), numbers)
    return numbers
