"""Where hosts want to be told."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, Flag, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0130_webhook_endpoints"
down_revision = "0113_rule_hits"


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("host_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("url", ascii_text(500), nullable=False),
        sa.Column("topics", JsonText, nullable=False),
        sa.Column("secret", ascii_text(255), nullable=False),
        sa.Column("previous_secret", ascii_text(255)),
        sa.Column("previous_until", UtcDateTime),
        sa.Column("is_active", Flag, nullable=False),
        sa.Column("disabled_reason", sa.String(500)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_webhook_endpoints_host_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_webhook_endpoints_host", "webhook_endpoints", ["host_id", "is_active"])


def downgrade() -> None:
    op.drop_table("webhook_endpoints", if_exists=True)
