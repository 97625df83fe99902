"""What of the time before a due time counts, so that lists can say it in business hours"""

import sqlalchemy as sa
from alembic import op

from helpdesk.models.types import Json

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty until a ticket's promises are worked out the next time: then every minute counts, as lists said before."""
    op.add_column("ticket", sa.Column("due_counted", Json, nullable=True))
