"""The search rows: one a message, in a full-text table of each database, holding the same tokens made in Python."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from helpdesk.folding import index_tokens
from helpdesk.models import Ticket

CREATE = {
    "sqlite": ["CREATE VIRTUAL TABLE search_row USING fts5(tokens, ticket_id UNINDEXED, message_id UNINDEXED, tokenize='unicode61 remove_diacritics 0', detail='none')"],
    "postgresql": [
        "CREATE TABLE search_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tokens tsvector NOT NULL, ticket_id integer NOT NULL REFERENCES ticket(id) ON DELETE CASCADE, message_id integer)",
        "CREATE INDEX ix_search_row_tokens ON search_row USING gin (tokens) WITH (fastupdate = on)",
        "CREATE INDEX ix_search_row_ticket ON search_row (ticket_id)",
    ],
}
INSERT = {
    "sqlite": text("INSERT INTO search_row (tokens, ticket_id, message_id) VALUES (:tokens, :ticket_id, :message_id)"),
    "postgresql": text("INSERT INTO search_row (tokens, ticket_id, message_id) VALUES (to_tsvector('simple', :tokens), :ticket_id, :message_id)"),
}


def write(session: Session, ticket: Ticket, message_id: int | None, *texts: str) -> None:
    """Makes texts of a ticket findable, in the running transaction."""
    write_many(session, [row(ticket.id, message_id, *texts)])


def row(ticket_id: int, message_id: int | None, *texts: str) -> dict[str, object]:
    """One search row. Tokens are made here, outside of the writer's turn where the caller can."""
    return {"tokens": " ".join(index_tokens("\n".join(texts))), "ticket_id": ticket_id, "message_id": message_id}


def write_many(session: Session, rows: list[dict[str, object]]) -> None:
    """Many rows in one statement."""
    if rows:
        session.execute(INSERT[session.get_bind().dialect.name], rows)
