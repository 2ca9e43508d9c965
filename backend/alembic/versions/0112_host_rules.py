"""Rules on host events, and their versions."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0112_host_rules"
down_revision = "0111_rejected_events"


def upgrade() -> None:
    op.create_table(
        "host_rules",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", ascii_text(50), nullable=False),
        sa.Column("host_id", sa.Integer),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_host_rules"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_host_rules_host_id"),
        sa.UniqueConstraint("code", name="uq_host_rules_code"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "host_rule_versions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("rule_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("config", JsonText, nullable=False),
        sa.Column("config_hash", ascii_text(64), nullable=False),
        sa.Column("active_slot", sa.Integer),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_host_rule_versions"),
        sa.ForeignKeyConstraint(["rule_id"], ["host_rules.id"], name="fk_host_rule_versions_rule_id"),
        sa.UniqueConstraint("rule_id", "version", name="uq_host_rule_versions_version"),
        sa.UniqueConstraint("rule_id", "active_slot", name="uq_host_rule_versions_active"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_host_rule_versions_active", "host_rule_versions", ["active_slot"])


def downgrade() -> None:
    op.drop_table("host_rule_versions", if_exists=True)
    op.drop_table("host_rules", if_exists=True)
