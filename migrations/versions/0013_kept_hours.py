"""The hours by which a promise was counted, kept for whoever redoes the sum"""

import sqlalchemy as sa
from alembic import op

from helpdesk.models.types import Json

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("name_ar", sa.String(length=120), server_default="", nullable=False),
        sa.Column("said", Json, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mark"),
    )
    op.add_column("sla_target", sa.Column("hours_id", sa.Integer(), nullable=True))
