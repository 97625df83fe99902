"""Rows of a list, from the database to HTML."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup

from helpdesk.clock import FAR
from helpdesk.queries import roster
from helpdesk.queries.tags import tags_of
from helpdesk.visit.due import Badge, badge
from helpdesk.visit.reader import reader
from helpdesk.visit.times import phase
from helpdesk.web.parts import part


class ShownRow(NamedTuple):
    """One ticket in a list. `assignee` and `team` are names in the reader's language, "" for none; `unread`: the customer waits;
    `undelivered`: how an answer ended that did not arrive, or may not have."""

    number: int
    subject: str
    snippet: str
    contact_id: int
    contact_name: str
    status: str
    priority: int
    queue: str
    at: datetime
    waiting_since: datetime | None
    snoozed_until: datetime | None
    unread: bool
    assignee_id: int | None
    assignee: str
    team: str
    inbox: str
    door: str
    last_event_id: int
    tags: tuple[str, ...]
    due: Badge | None = None
    undelivered: str | None = None


def shown_rows(rows: Sequence[Any]) -> list[ShownRow]:
    """Names and tags are added by two small look-ups for the whole page."""
    language, names = reader().language, roster.names()
    tags = tags_of([row.id for row in rows])
    return [
        ShownRow(
            number=row.id,
            subject=row.subject,
            snippet=row.snippet,
            contact_id=row.contact_id,
            contact_name=row.contact_name,
            status=row.status,
            priority=row.priority,
            queue=row.queue,
            at=row.last_at,
            waiting_since=None if row.waiting_since >= FAR else row.waiting_since,
            snoozed_until=row.snoozed_until,
            unread=row.waiting_since < FAR and row.queue == "open",
            assignee_id=row.assignee_id,
            assignee=names.agent(row.assignee_id, language),
            team=names.team(row.team_id, language),
            inbox=names.inbox(row.inbox_id, language),
            door="mail",
            last_event_id=row.last_event_id,
            tags=tuple(tags.get(row.id, ())),
            due=badge(row.due_state, row.due_at, row.due_since, row.status, row.due_counted),
            undelivered=row.undelivered,
        )
        for row in rows
    ]


def row_html(row: ShownRow, chosen: bool = False) -> Markup:
    """The row as HTML; made again only when something of it, or the way a time of it is written, is another."""
    moments = (row.at, row.waiting_since, row.snoozed_until)
    return part("tickets/_row.html", "ticket_row", row, chosen, depends=(reader().zone, *(phase(moment) for moment in moments if moment)))
