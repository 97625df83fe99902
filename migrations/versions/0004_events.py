"""Events, pending events, search rows"""

import sqlalchemy as sa
from alembic import op

from helpdesk.models.types import Json, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SEARCH: dict[str, list[str]] = {
    "sqlite": [
        (
            "CREATE VIRTUAL TABLE search_row USING fts5(tokens, ticket_id UNINDEXED, message_id UNINDEXED, "
            "tokenize='unicode61 remove_diacritics 0', detail='none')"
        ),
    ],
    "postgresql": [
        (
            "CREATE TABLE search_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tokens tsvector NOT NULL, "
            "ticket_id integer NOT NULL REFERENCES ticket(id) ON DELETE CASCADE, message_id integer)"
        ),
        "CREATE INDEX ix_search_row_tokens ON search_row USING gin (tokens) WITH (fastupdate = on)",
        "CREATE INDEX ix_search_row_ticket ON search_row (ticket_id)",
    ],
}


def upgrade() -> None:
    """Makes the tables."""
    event()
    pending_event()
    search_row()


def event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.String(length=10), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("data", Json, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_event_agent_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_event_contact_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_event_message_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_event_ticket_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_ticket", "event", ["ticket_id", "id"], unique=False)


def pending_event() -> None:
    op.create_table(
        "pending_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("subscriber", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("parked_at", Moment(), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_pending_event_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_event")),
        sa.UniqueConstraint("event_id", "subscriber", name=op.f("uq_pending_event_event_id_subscriber")),
    )
    op.create_index(
        "ix_pending_event_next",
        "pending_event",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("parked_at IS NULL"),
        postgresql_where=sa.text("parked_at IS NULL"),
    )
    op.create_index(
        "ix_pending_event_waiting",
        "pending_event",
        ["ticket_id", "subscriber", "id"],
        unique=False,
        sqlite_where=sa.text("parked_at IS NULL"),
        postgresql_where=sa.text("parked_at IS NULL"),
    )


def search_row() -> None:
    for statement in SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Restore the copy that was made before."""
    raise NotImplementedError
