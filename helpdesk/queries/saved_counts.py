"""How many tickets each saved view holds: counted up to a cap, one view after the other as long as a request may take, and kept the longer
the more the counting cost."""

import threading
import time
from collections.abc import Iterable

from sqlalchemy import select

from helpdesk.extensions import db
from helpdesk.models import SavedView
from helpdesk.policy import Viewer
from helpdesk.queries.saved_lists import Number, number_of, wanted
from helpdesk.queries.saved_views import seen_by

KEPT_SECONDS, TIMES_THE_COST, MOST_SECONDS, MOST_KEPT = 5.0, 500, 30.0, 5000
Key = tuple[Viewer, int, int]
kept: dict[Key, tuple[float, Number]] = {}
lock = threading.Lock()


def saved_counts(viewer: Viewer, views: Iterable[tuple[int, int]], seconds: float = 0.0, opened: int | None = None) -> dict[int, Number]:
    """View -> number, for those of (id, revision) that are known or can be counted within so many seconds; whatever was counted long ago
    is counted first. The one whose list is `opened` is counted in any case, so that the list and its number say the same."""
    found, old = {}, []
    for number, revision in views:
        until, value = remembered((viewer, number, revision))
        if value is not None:
            found[number] = value
        if number == opened:
            found |= counted(viewer, number, revision)
        elif until < time.monotonic():
            old.append((until, number, revision))
    begun = time.monotonic()
    for _until, number, revision in sorted(old):
        if time.monotonic() - begun >= seconds:
            break
        found |= counted(viewer, number, revision)
    return found


def counted(viewer: Viewer, number: int, revision: int) -> dict[int, Number]:
    """One of them, if it is still there."""
    view = db.session.scalar(select(SavedView).where(SavedView.id == number, seen_by(viewer)))
    if view is None:
        return {}
    begun = time.monotonic()
    value = number_of(viewer, wanted(view))
    now = time.monotonic()
    with lock:
        if len(kept) > MOST_KEPT:
            kept.clear()
        kept[viewer, number, revision] = (now + min(KEPT_SECONDS + (now - begun) * TIMES_THE_COST, MOST_SECONDS), value)
    return {number: value}


def remembered(key: Key) -> tuple[float, Number | None]:
    """What was counted, and until when it counts; it is shown after that, until it is counted anew."""
    with lock:
        return kept.get(key, (-1e9, None))
