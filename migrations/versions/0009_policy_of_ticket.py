"""A ticket under a policy that somebody chose for it"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("sla_policy_id", sa.Integer(), nullable=True))
