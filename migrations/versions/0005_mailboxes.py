"""Mailboxes, consent, screening, alarms; what the desk knows of a mail's sender and of what came back"""

import sqlalchemy as sa
from alembic import op

from helpdesk.models.types import Json, Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADDED: dict[str, list[sa.Column[object]]] = {
    "inbox": [
        sa.Column("language", sa.String(5), nullable=False, server_default=""),
        sa.Column("smtp_secret", sa.Text(), nullable=False, server_default=""),
        sa.Column("acknowledge", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("promise_hours", sa.Integer(), nullable=True),
        sa.Column("quote_history", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("agents_forward", sa.Boolean(), nullable=False, server_default=sa.false()),
    ],
    "raw_message": [
        sa.Column("mailbox_id", sa.Integer(), nullable=True),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("backfilled", sa.Boolean(), nullable=False, server_default=sa.false()),
    ],
    "message": [
        sa.Column("quoted_id", sa.Integer(), nullable=True),
        sa.Column("authentication", sa.String(10), nullable=False, server_default=""),
        sa.Column("flags", Json, nullable=False, server_default="[]"),
        sa.Column("suggested_cc", Json, nullable=False, server_default="[]"),
        sa.Column("signature", sa.String(12), nullable=False, server_default=""),
        sa.Column("calendar", Json, nullable=False, server_default="[]"),
        sa.Column("backfilled", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("automatic", sa.Boolean(), nullable=False, server_default=sa.false()),
    ],
    "delivery": [sa.Column("bounces", Json, nullable=False, server_default="[]")],
    "address": [
        sa.Column("undeliverable_at", Moment(), nullable=True),
        sa.Column("undeliverable_words", sa.String(300), nullable=False, server_default=""),
        sa.Column("blocked_at", Moment(), nullable=True),
    ],
    "ticket": [sa.Column("also_inbox_id", sa.Integer(), nullable=True)],
}
ON_SERVER, SHARED, SENDING = sa.text("uid IS NOT NULL"), sa.text("also_inbox_id IS NOT NULL"), sa.text("state = 'sending'")

ARRIVED, OUTGOING = sa.text("raw_message_id IS NOT NULL"), sa.text("kind = 'outgoing'")
LIVE, SENT = sa.text("undone_at IS NULL"), sa.text("sent_at IS NOT NULL")
PUT_ASIDE = """
INSERT INTO screening (raw_message_id, step, verdict, detail, at)
SELECT id, CASE WHEN reason IN ('own_mail', 'bounce') THEN reason ELSE 'unreadable' END, state, '{}', received_at
FROM raw_message WHERE state IN ('quarantined', 'screened', 'held')
"""


def upgrade() -> None:
    """Widens what there is, then makes the new tables."""
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column)
    op.create_index(
        "ix_raw_message_uid", "raw_message", ["mailbox_id", "uidvalidity", "uid"], unique=True,
        sqlite_where=ON_SERVER, postgresql_where=ON_SERVER,
    )
    op.create_index(
        "ix_ticket_also", "ticket", ["also_inbox_id", "queue", "last_at", "id"], sqlite_where=SHARED, postgresql_where=SHARED,
    )
    op.create_index(
        "ix_delivery_sending", "delivery", ["inbox_id", "lease_until"], sqlite_where=SENDING, postgresql_where=SENDING)
    op.create_index("ix_message_raw", "message", ["raw_message_id"], sqlite_where=ARRIVED, postgresql_where=ARRIVED)
    op.create_index(
        "ix_message_outgoing", "message", ["id", "cancelled_at", "released_at"], sqlite_where=OUTGOING, postgresql_where=OUTGOING)
    mailbox()
    mailbox_mark()
    oauth_grant()
    connection_check()
    screening()
    op.execute(PUT_ASIDE)
    alarm()
    awaited()
    delivery()


def mailbox() -> None:
    op.create_table(
        "mailbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("security", sa.String(length=10), nullable=False),
        sa.Column("username", sa.String(length=254), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("start_at", Moment(), nullable=False),
        sa.Column("backfill_from", Moment(), nullable=True),
        sa.Column("move_to", sa.String(length=200), nullable=False),
        sa.Column("move_after_days", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("lease_token", sa.String(length=40), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("on_server", sa.Integer(), nullable=True),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("counted_at", Moment(), nullable=True),
        sa.Column("swept_at", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", Moment(), nullable=True),
        sa.Column("problem", sa.String(length=20), nullable=False),
        sa.Column("problem_words", sa.String(length=300), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_mailbox_inbox_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox")),
        sa.UniqueConstraint("inbox_id", name=op.f("uq_mailbox_inbox_id")),
        sqlite_autoincrement=True,
    )


def mailbox_mark() -> None:
    op.create_table(
        "mailbox_mark",
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("start_uid", sa.BigInteger(), nullable=False),
        sa.Column("start_at", Moment(), nullable=False),
        sa.Column("live_uid", sa.BigInteger(), nullable=False),
        sa.Column("backfill_uid", sa.BigInteger(), nullable=True),
        sa.Column("backfill_total", sa.Integer(), nullable=False),
        sa.Column("backfill_done", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name=op.f("fk_mailbox_mark_mailbox_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mailbox_id", "uidvalidity", name=op.f("pk_mailbox_mark")),
    )


def oauth_grant() -> None:
    op.create_table(
        "oauth_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("client_id", sa.String(length=300), nullable=False),
        sa.Column("client_secret", sa.Text(), nullable=False),
        sa.Column("authorize_url", sa.String(length=500), nullable=False),
        sa.Column("token_url", sa.String(length=500), nullable=False),
        sa.Column("scope", sa.String(length=1000), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("granted_at", Moment(), nullable=True),
        sa.Column("problem", sa.String(length=20), nullable=False),
        sa.Column("problem_words", sa.String(length=300), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("consent_expires_at", Moment(), nullable=True),
        sa.Column("lease_token", sa.String(length=40), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_oauth_grant_inbox_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_grant")),
        sa.UniqueConstraint("inbox_id", name=op.f("uq_oauth_grant_inbox_id")),
    )


def connection_check() -> None:
    op.create_table(
        "connection_check",
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("begun_at", Moment(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("imap_problem", sa.String(length=20), nullable=False),
        sa.Column("imap_words", sa.String(length=300), nullable=False),
        sa.Column("smtp_problem", sa.String(length=20), nullable=False),
        sa.Column("smtp_words", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_connection_check_inbox_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("inbox_id", name=op.f("pk_connection_check")),
    )


def screening() -> None:
    op.create_table(
        "screening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("raw_message_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
    )
    op.create_index("ix_screening_raw_message", "screening", ["raw_message_id", "id"], unique=False)
    op.create_index("ix_screening_live", "screening", ["verdict", "raw_message_id"], sqlite_where=LIVE, postgresql_where=LIVE)


def alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("raised_at", Moment(), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("cleared_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alarm")),
    )


def delivery() -> None:
    """A delivery outlives its message, for the ledger."""
    with op.batch_alter_table("delivery") as batch:
        batch.drop_constraint(op.f("fk_delivery_message_id"), type_="foreignkey")
        batch.create_foreign_key(op.f("fk_delivery_message_id"), "message", ["message_id"], ["id"], ondelete="SET NULL")
    op.create_index("ix_delivery_sent", "delivery", ["inbox_id", "sent_at"], sqlite_where=SENT, postgresql_where=SENT)


def awaited() -> None:
    op.create_table(
        "awaited",
        sa.Column("external_id", sa.String(length=500), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_awaited_message_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("external_id", "message_id", name=op.f("pk_awaited")),
    )
    op.create_index("ix_awaited_message", "awaited", ["message_id"], unique=False)
