"""Contacts, tickets, tags"""

import sqlalchemy as sa
from alembic import op

from helpdesk.models.types import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables."""
    contact()
    tag()
    address()
    ticket()
    ticket_indexes_1()
    ticket_indexes_2()
    ticket_indexes_3()
    ticket_indexes_4()
    ticket_tag()


def contact() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )


def tag() -> None:
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("folded", name=op.f("uq_tag_folded")),
    )


def address() -> None:
    op.create_table(
        "address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("shown", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_address_contact_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("kind", "value", name=op.f("uq_address_kind_value")),
    )
    op.create_index(op.f("ix_address_contact_id"), "address", ["contact_id"], unique=False)


def ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("snippet", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("snoozed_until", Moment(), nullable=True),
        sa.Column("queue", sa.String(length=10), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("waiting_since", Moment(), nullable=False),
        sa.Column("last_event_id", sa.Integer(), nullable=False),
        sa.Column("related_ticket_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["agent.id"], name=op.f("fk_ticket_assignee_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_ticket_contact_id")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_ticket_inbox_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_ticket_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sqlite_autoincrement=True,
    )


def ticket_indexes_1() -> None:
    op.create_index(
        "ix_ticket_all_free",
        "ticket",
        ["last_at", "id", "queue", "assignee_id"],
        unique=False,
        sqlite_where=sa.text("queue = 'open' AND assignee_id IS NULL"),
        postgresql_where=sa.text("queue = 'open' AND assignee_id IS NULL"),
    )
    op.create_index("ix_ticket_all_newest", "ticket", ["queue", "last_at", "id"], unique=False)
    op.create_index(
        "ix_ticket_all_priority",
        "ticket",
        ["priority", "last_at", "id"],
        unique=False,
        sqlite_where=sa.text("queue = 'open'"),
        postgresql_where=sa.text("queue = 'open'"),
    )
    op.create_index(
        "ix_ticket_all_waiting",
        "ticket",
        ["waiting_since", "id"],
        unique=False,
        sqlite_where=sa.text("queue = 'open'"),
        postgresql_where=sa.text("queue = 'open'"),
    )
    op.create_index(
        "ix_ticket_assignee_newest",
        "ticket",
        ["assignee_id", "queue", "last_at", "id"],
        unique=False,
        sqlite_where=sa.text("assignee_id IS NOT NULL"),
        postgresql_where=sa.text("assignee_id IS NOT NULL"),
    )


def ticket_indexes_2() -> None:
    op.create_index(
        "ix_ticket_assignee_priority",
        "ticket",
        ["assignee_id", "priority", "last_at", "id"],
        unique=False,
        sqlite_where=sa.text("queue = 'open' AND assignee_id IS NOT NULL"),
        postgresql_where=sa.text("queue = 'open' AND assignee_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_assignee_waiting",
        "ticket",
        ["assignee_id", "waiting_since", "id"],
        unique=False,
        sqlite_where=sa.text("queue = 'open' AND assignee_id IS NOT NULL"),
        postgresql_where=sa.text("queue = 'open' AND assignee_id IS NOT NULL"),
    )
    op.create_index("ix_ticket_contact", "ticket", ["contact_id", "id"], unique=False)
    op.create_index(
        "ix_ticket_inbox_free",
        "ticket",
        ["inbox_id", "last_at", "id", "queue", "assignee_id"],
        unique=False,
        sqlite_where=sa.text("queue = 'open' AND assignee_id IS NULL"),
        postgresql_where=sa.text("queue = 'open' AND assignee_id IS NULL"),
    )
    op.create_index("ix_ticket_inbox_newest", "ticket", ["inbox_id", "queue", "last_at", "id"], unique=False)


def ticket_indexes_3() -> None:
    op.create_index(
        "ix_ticket_inbox_priority",
        "ticket",
        ["inbox_id", "priority", "last_at", "id"],
        unique=False,
        sqlite_where=sa.text("queue = 'open'"),
        postgresql_where=sa.text("queue = 'open'"),
    )
    op.create_index(
        "ix_ticket_inbox_waiting",
        "ticket",
        ["inbox_id", "waiting_since", "id"],
        unique=False,
        sqlite_where=sa.text("queue = 'open'"),
        postgresql_where=sa.text("queue = 'open'"),
    )
    op.create_index(
        "ix_ticket_snoozed",
        "ticket",
        ["snoozed_until"],
        unique=False,
        sqlite_where=sa.text("snoozed_until IS NOT NULL"),
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_team_free",
        "ticket",
        ["team_id", "last_at", "id", "queue", "assignee_id"],
        unique=False,
        sqlite_where=sa.text("queue = 'open' AND assignee_id IS NULL"),
        postgresql_where=sa.text("queue = 'open' AND assignee_id IS NULL"),
    )
    op.create_index("ix_ticket_team_newest", "ticket", ["team_id", "queue", "last_at", "id"], unique=False)


def ticket_indexes_4() -> None:
    op.create_index(
        "ix_ticket_team_priority",
        "ticket",
        ["team_id", "priority", "last_at", "id"],
        unique=False,
        sqlite_where=sa.text("queue = 'open'"),
        postgresql_where=sa.text("queue = 'open'"),
    )
    op.create_index(
        "ix_ticket_team_waiting",
        "ticket",
        ["team_id", "waiting_since", "id"],
        unique=False,
        sqlite_where=sa.text("queue = 'open'"),
        postgresql_where=sa.text("queue = 'open'"),
    )


def ticket_tag() -> None:
    op.create_table(
        "ticket_tag",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_ticket_tag_tag_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_tag_ticket_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ticket_id", "tag_id", name=op.f("pk_ticket_tag")),
    )
    op.create_index(op.f("ix_ticket_tag_tag_id"), "ticket_tag", ["tag_id"], unique=False)


def downgrade() -> None:
    """Restore the copy that was made before."""
    raise NotImplementedError
