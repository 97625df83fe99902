"""The folder of a canned reply in both languages"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("canned_reply", sa.Column("folder_ar", sa.String(length=120), server_default="", nullable=False))
