"""Saved views, and the order in which each agent has them"""

import sqlalchemy as sa
from alembic import op

from helpdesk.models.types import Json, Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_ar", sa.String(length=120), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("queues", Json, nullable=False),
        sa.Column("conditions", Json, nullable=False),
        sa.Column("sort", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("deleted_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_saved_view_agent_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["agent.id"], name=op.f("fk_saved_view_changed_by")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_saved_view_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_saved_view_agent", "saved_view", ["agent_id"])
    op.add_column("agent", sa.Column("view_order", Json, server_default="[]", nullable=False))
