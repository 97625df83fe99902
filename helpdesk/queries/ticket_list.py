"""One page of a list of tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Contact, Event, Ticket
from helpdesk.policy import Viewer, visible
from helpdesk.queries.views import DUE_WITHIN, QUEUE_OF_VIEW, Shape, ids, order, shape_of, values_of

PAGE = 25
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = (
    Ticket.id,
    Ticket.subject,
    Ticket.snippet,
    Ticket.status,
    Ticket.priority,
    Ticket.queue,
    Ticket.last_at,
    Ticket.waiting_since,
    Ticket.snoozed_until,
    Ticket.last_event_id,
    Ticket.assignee_id,
    Ticket.team_id,
    Ticket.inbox_id,
    Ticket.due_at,
    Ticket.due_state,
    Ticket.due_since,
    Ticket.due_counted,
    Ticket.undelivered,
    Contact.id.label("contact_id"),
    Contact.name.label("contact_name"),
)


@dataclass(frozen=True)
class Page:
    """`rows` as COLUMNS says; `after` leads to the next page, "" when there is none; `cut`: more than this was not looked at, so that the
    next page may have rows however few this one has."""

    rows: Sequence[Row[Any]]
    after: str
    cut: bool = False


NEWEST_EVENT = select(func.max(Event.id))


def newest_event() -> int:
    """The newest event of the desk: asked before a page is put together, it tells the page later whether it has missed anything since."""
    return db.session.scalar(NEWEST_EVENT) or 0


@lru_cache(maxsize=2000)
def page_statement(shape: Shape) -> Select[*tuple[Any, ...]]:
    """PAGE rows and one more, which tells whether there is a next page. Names are joined after the limit."""
    found = ids(shape, PAGE + 1).subquery()
    few = select(Ticket.id).where(Ticket.id.in_(select(found.c.id))).order_by(*order(shape.sort)).limit(PAGE + 1).subquery()
    return (
        select(*COLUMNS).join(Contact, Contact.id == Ticket.contact_id).where(Ticket.id.in_(select(few.c.id))).order_by(*order(shape.sort))
    )


def ticket_page(viewer: Viewer, view: str, sort: str = "newest", after: str = "") -> Page:
    """The tickets of a view that the viewer may see; a key that makes no sense gives the first page."""
    key = read_after(after)
    shape = shape_of(viewer, view, sort, after=key is not None)
    rows = db.session.execute(page_statement(shape), values_of(viewer) | (key or {})).all()
    more = len(rows) > PAGE
    return Page(rows[:PAGE], write_after(rows[PAGE - 1], shape.sort) if more else "")


@lru_cache(maxsize=1)
def rows_statement() -> Select[*tuple[Any, ...]]:
    """Rows by number."""
    return select(*COLUMNS).join(Contact, Contact.id == Ticket.contact_id).where(Ticket.id.in_(bindparam("numbers", expanding=True)))


def ticket_rows(viewer: Viewer, numbers: list[int]) -> Sequence[Row[Any]]:
    """Rows of the given tickets that the viewer may see, in no order."""
    return db.session.execute(rows_statement().where(visible(viewer)), {"numbers": numbers[:100]}).all()


def ticket_rows_in_view(viewer: Viewer, view: str, numbers: list[int]) -> list[Row[Any]]:
    """Those of the given tickets that the viewer may see and that are in the view now."""
    rows = ticket_rows(viewer, numbers) if numbers else []
    return [row for row in rows if row.queue == (QUEUE_OF_VIEW[view] or row.queue) and fits(viewer, view, row)]


def fits(viewer: Viewer, view: str, row: Row[Any]) -> bool:
    """What a view asks for beyond its queue."""
    if view == "mine":
        return bool(row.assignee_id == viewer.agent_id)
    if view == "unassigned":
        return row.assignee_id is None
    if view == "due":
        return row.due_at is not None and bool(row.due_at <= clock.now() + DUE_WITHIN)
    if view == "undelivered":
        return row.undelivered is not None
    return view != "teams" or row.team_id in viewer.team_ids


def write_after(row: Row[Any], sort: str) -> str:
    """The key of a row: microseconds since 1970, number, priority."""
    at = {"waiting": row.waiting_since, "due": row.due_at}.get(sort, row.last_at)
    return key_text(at, row.id, row.priority)


def key_text(at: datetime, number: int, priority: int) -> str:
    """A key as an address carries it."""
    return f"{(at - EPOCH) // timedelta(microseconds=1)}.{number}.{priority}"


def read_after(text: str) -> dict[str, Any] | None:
    """The values behind a key; None for anything else."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts):
        return None
    if max(int(part) for part in parts[1:]) >= 2**31:
        return None
    try:
        return {"after_at": EPOCH + timedelta(microseconds=int(parts[0])), "after_id": int(parts[1]), "after_priority": int(parts[2])}
    except OverflowError:
        return None
