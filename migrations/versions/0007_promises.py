"""Business hours, promises and their targets, webhooks; what routing knows of agents and teams"""

import sqlalchemy as sa
from alembic import op

from helpdesk.models.types import Json, Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ADDED: dict[str, list[sa.Column[object]]] = {
    "agent": [
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("skills", Json, server_default="[]", nullable=False),
        sa.Column("away_since", Moment(), nullable=True),
    ],
    "event": [
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("cause_id", sa.Integer(), nullable=True),
        sa.Column("depth", sa.Integer(), server_default="0", nullable=False),
    ],
    "team": [
        sa.Column("routing", Json, server_default="{}", nullable=False),
    ],
    "ticket": [
        sa.Column("type_id", sa.Integer(), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("due_name", sa.String(length=60), server_default="", nullable=False),
        sa.Column("due_state", sa.String(length=10), server_default="", nullable=False),
        sa.Column("due_since", Moment(), nullable=True),
    ],
}


def upgrade() -> None:
    calendar()
    sla_policy()
    webhook()
    calendar_range()
    holiday()
    sla_policy_version()
    webhook_telling()
    sla_target()
    sla_move()
    sla_step()
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column)
    promised = sa.text("due_at IS NOT NULL")
    for short, columns in (("all", []), ("inbox", ["inbox_id"]), ("team", ["team_id"]), ("assignee", ["assignee_id"])):
        op.create_index(
            f"ix_ticket_{short}_due", "ticket", [*columns, "due_at", "id"], sqlite_where=promised, postgresql_where=promised)
    given = sa.text("kind = 'ticket_assigned'")
    op.create_index("ix_event_given", "event", ["at"], sqlite_where=given, postgresql_where=given)



def calendar() -> None:
    op.create_table(
        "calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_ar", sa.String(length=120), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("week", Json, nullable=False),
        sa.Column("team_ids", Json, nullable=False),
        sa.Column("channels", Json, nullable=False),
        sa.Column("standard", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("pack", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sqlite_autoincrement=True,
    )


def sla_policy() -> None:
    op.create_table(
        "sla_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_ar", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("pack", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_policy")),
        sqlite_autoincrement=True,
    )


def webhook() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("kinds", Json, nullable=False),
        sa.Column("with_texts", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failing_since", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rest_until", Moment(), nullable=True),
        sa.Column("switched_off", sa.String(length=40), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )


def calendar_range() -> None:
    op.create_table(
        "calendar_range",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_ar", sa.String(length=120), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=False),
        sa.Column("week", Json, nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_range_calendar_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_range")),
    )


def holiday() -> None:
    op.create_table(
        "holiday",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_ar", sa.String(length=120), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=False),
        sa.Column("periods", Json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=True),
        sa.Column("pack", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_holiday_calendar_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
        sa.UniqueConstraint("key", name=op.f("uq_holiday_key")),
    )


def sla_policy_version() -> None:
    op.create_table(
        "sla_policy_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_sla_policy_version_agent_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["sla_policy.id"], name=op.f("fk_sla_policy_version_policy_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_policy_version")),
        sa.UniqueConstraint("policy_id", "number", name=op.f("uq_sla_policy_version_policy_id_number")),
    )


def webhook_telling() -> None:
    op.create_table(
        "webhook_telling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("lease_token", sa.String(length=40), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_telling_webhook_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_telling")),
        sa.UniqueConstraint("webhook_id", "key", name=op.f("uq_webhook_telling_webhook_id_key")),
    )
    under_way = sa.text("state IN ('waiting', 'sending', 'retry')")
    for name, column in (("due", "next_at"), ("order", "ticket_id")):
        op.create_index(
            f"ix_webhook_telling_{name}", "webhook_telling", ["webhook_id", column, "id"], sqlite_where=under_way,
            postgresql_where=under_way)
    op.create_index("ix_webhook_telling_log", "webhook_telling", ["webhook_id", "state", "id"])
    op.create_index("ix_webhook_telling_told", "webhook_telling", ["state", "begun_at"])


def sla_target() -> None:
    op.create_table(
        "sla_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("pauses", Json, nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("breached_at", Moment(), nullable=True),
        sa.Column("manual_due_at", Moment(), nullable=True),
        sa.Column("manual_reason", sa.String(length=300), nullable=False),
        sa.Column("manual_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["manual_by"], ["agent.id"], name=op.f("fk_sla_target_manual_by")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_sla_target_ticket_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["version_id"], ["sla_policy_version.id"], name=op.f("fk_sla_target_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_target")),
        sa.UniqueConstraint("ticket_id", "name", "started_at", name=op.f("uq_sla_target_ticket_id_name_started_at")),
    )
    op.create_index("ix_sla_target_due", "sla_target", ["state", "due_at", "id"], unique=False)
    op.create_index("ix_sla_target_ticket", "sla_target", ["ticket_id", "id"], unique=False)


def sla_move() -> None:
    op.create_table(
        "sla_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("why", Json, nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_sla_move_agent_id")),
        sa.ForeignKeyConstraint(["target_id"], ["sla_target.id"], name=op.f("fk_sla_move_target_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_move")),
    )
    op.create_index(op.f("ix_sla_move_target_id"), "sla_move", ["target_id"], unique=False)


def sla_step() -> None:
    op.create_table(
        "sla_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("did", Json, nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["sla_target.id"], name=op.f("fk_sla_step_target_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_step")),
        sa.UniqueConstraint("target_id", "revision", "step", name=op.f("uq_sla_step_target_id_revision_step")),
    )
