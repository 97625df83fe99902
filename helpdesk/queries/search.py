"""Search: the same tokens on both databases, the right to see inside the query, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, text

from helpdesk.extensions import db
from helpdesk.fields import ids_in
from helpdesk.folding import fold_email, fold_phone, query_tokens
from helpdesk.models import Address, Ticket
from helpdesk.policy import Viewer, visible
from helpdesk.queries.ticket_list import ticket_rows

MOST = 50
MATCH = {
    "sqlite": "SELECT DISTINCT ticket_id FROM search_row WHERE search_row MATCH :words",
    "postgresql": "SELECT DISTINCT ticket_id FROM search_row WHERE tokens @@ to_tsquery('simple', :words)",
}


@dataclass(frozen=True)
class Found:
    """`rows` as a list shows them; `words` are what was looked for after folding; `more` says that there is more than shown."""

    rows: Sequence[Row[Any]]
    words: list[str]
    more: bool


def search(viewer: Viewer, query: str) -> Found:
    """Tickets in which all words of the query stand together in one message, and the ticket whose number it is."""
    words = query_tokens(query[:500])[:12]
    number = "".join(query.split()).lstrip("#")
    direct = ids_in([number])
    numbers = list(dict.fromkeys([*direct, *by_address(viewer, query), *matching(viewer, words)]))
    by_id = {row.id: row for row in ticket_rows(viewer, numbers[: MOST + 1])} if numbers else {}
    rows = [by_id[found] for found in numbers if found in by_id]
    return Found(rows[:MOST], words, len(rows) > MOST)


def by_address(viewer: Viewer, query: str) -> list[int]:
    """Numbers of tickets whose contact has this telephone number or e-mail address, newest first."""
    digits = sum(letter.isdigit() for letter in query)
    if "@" not in query and not 7 <= digits <= 15:
        return []
    value = fold_email(query.strip()) if "@" in query else fold_phone(query)
    found = select(Ticket.id).join(Address, Address.contact_id == Ticket.contact_id).where(Address.value == value, visible(viewer))
    return list(db.session.scalars(found.order_by(Ticket.last_at.desc(), Ticket.id.desc()).limit(MOST + 1)))


def matching(viewer: Viewer, words: list[str]) -> list[int]:
    """Numbers of tickets that match and may be seen, newest first."""
    if not words:
        return []
    dialect = db.engine.dialect.name
    joined = " AND ".join(f'"{word}"' for word in words) if dialect == "sqlite" else " & ".join(f"'{word}'" for word in words)
    scope, values = scope_of(viewer)
    statement = f"SELECT ticket.id FROM ticket WHERE ticket.id IN ({MATCH[dialect]}) {scope} ORDER BY last_at DESC, id DESC LIMIT :most"  # noqa: S608
    return list(db.session.scalars(text(statement), {"words": joined, "most": MOST + 1, **values}))


def scope_of(viewer: Viewer) -> tuple[str, dict[str, int]]:
    """policy.visible as text with bound values."""
    if viewer.sees_all:
        return "", {}
    inboxes = {f"inbox_{n}": value for n, value in enumerate(viewer.inbox_ids)}
    teams = {f"team_{n}": value for n, value in enumerate(viewer.team_ids)}
    parts = ["assignee_id = :me"]
    for column, values in (("inbox_id", inboxes), ("also_inbox_id", inboxes), ("team_id", teams)):
        if values:
            parts.append(f"{column} IN ({', '.join(':' + name for name in values)})")
    return f"AND ({' OR '.join(parts)})", {"me": viewer.agent_id, **inboxes, **teams}
