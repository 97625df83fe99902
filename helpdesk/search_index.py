"""The search rows: one a message, in a full-text table of each database (migration 0004), holding the same tokens made in Python."""

import json

from sqlalchemy import text
from sqlalchemy.orm import Session

from helpdesk.folding import index_tokens
from helpdesk.models import Ticket

INSERT = {
    "sqlite": text("INSERT INTO search_row (tokens, ticket_id, message_id) VALUES (:tokens, :ticket_id, :message_id)"),
    "postgresql": text(
        "INSERT INTO search_row (tokens, ticket_id, message_id) SELECT to_tsvector('simple', tokens), ticket_id, message_id"
        " FROM json_to_recordset(CAST(:rows AS json)) AS given (tokens text, ticket_id integer, message_id integer)"
    ),
}


def tokens_of(*texts: str) -> str:
    """The tokens of some texts as one line; made before the writer's turn wherever the texts are long."""
    return " ".join(index_tokens("\n".join(texts)))


def row(ticket_id: int, message_id: int | None, *tokens: str) -> dict[str, object]:
    """One search row from lines of tokens."""
    return {"tokens": " ".join(tokens), "ticket_id": ticket_id, "message_id": message_id}


def write(session: Session, ticket: Ticket, message_id: int | None, *texts: str) -> None:
    """Makes short texts of a ticket findable, in the running transaction."""
    write_many(session, [row(ticket.id, message_id, tokens_of(*texts))])


def write_many(session: Session, rows: list[dict[str, object]]) -> None:
    """Many rows in one statement."""
    dialect = session.get_bind().dialect.name
    if rows:
        session.execute(INSERT[dialect], {"rows": json.dumps(rows, ensure_ascii=False)} if dialect == "postgresql" else rows)
