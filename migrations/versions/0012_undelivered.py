"""What of a ticket did not arrive, and the way along it; the way to the tickets that name one"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UNSETTLED = """
UPDATE ticket SET undelivered = '{state}' WHERE status NOT IN ('solved', 'closed') AND id IN (
    SELECT message.ticket_id FROM delivery JOIN message ON message.id = delivery.message_id
    WHERE delivery.state = '{state}' AND NOT message.automatic AND NOT EXISTS (
        SELECT 1 FROM message later
        WHERE later.ticket_id = message.ticket_id AND later.id > message.id AND later.kind = 'outgoing' AND NOT later.automatic
            AND later.cancelled_at IS NULL))
"""


def upgrade() -> None:
    op.add_column("ticket", sa.Column("undelivered", sa.String(length=10), nullable=True))
    missed = sa.text("undelivered IS NOT NULL")
    for short, columns in (("all", []), ("inbox", ["inbox_id"]), ("team", ["team_id"]), ("assignee", ["assignee_id"])):
        op.create_index(
            f"ix_ticket_{short}_undelivered", "ticket", [*columns, "last_at", "id"], sqlite_where=missed, postgresql_where=missed)
    naming = sa.text("related_ticket_id IS NOT NULL")
    op.create_index("ix_ticket_related", "ticket", ["related_ticket_id", "id"], sqlite_where=naming, postgresql_where=naming)
    for state in ("uncertain", "bounced", "failed"):
        op.execute(UNSETTLED.format(state=state))
