"""What each endpoint is to be told, and every try to tell it."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0131_webhook_deliveries"
down_revision = "0130_webhook_endpoints"


def upgrade() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", BigId, nullable=False),
        sa.Column("endpoint_id", sa.Integer, nullable=False),
        sa.Column("message_id", ascii_text(36), nullable=False),
        sa.Column("topic", ascii_text(50), nullable=False),
        sa.Column("user_id", BigId),
        sa.Column("body", JsonText, nullable=False),
        sa.Column("state", ascii_text(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("retry_no", sa.Integer, nullable=False),
        sa.Column("next_at", UtcDateTime),
        sa.Column("leased_until", UtcDateTime, nullable=False),
        sa.Column("lease_id", ascii_text(36)),
        sa.Column("last_status", sa.Integer),
        sa.Column("last_error", sa.String(200)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoints.id"], name="fk_webhook_deliveries_endpoint_id"
        ),
        sa.UniqueConstraint("endpoint_id", "message_id", name="uq_webhook_deliveries_once"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )  # fmt: skip
    create_index_once("ix_webhook_deliveries_due", "webhook_deliveries", ["endpoint_id", "state", "next_at"])
    create_index_once("ix_webhook_deliveries_state", "webhook_deliveries", ["state", "next_at"])
    create_index_once("ix_webhook_deliveries_finished", "webhook_deliveries", ["finished_at"])
    op.create_table(
        "webhook_attempts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("delivery_id", BigId, nullable=False),
        sa.Column("attempt_no", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("error", sa.String(200)),
        sa.Column("answer", sa.String(200)),
        sa.Column("duration_ms", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_attempts"),
        sa.ForeignKeyConstraint(["delivery_id"], ["webhook_deliveries.id"], name="fk_webhook_attempts_delivery_id"),
        sa.UniqueConstraint("delivery_id", "attempt_no", name="uq_webhook_attempts_no"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("webhook_attempts", if_exists=True)
    op.drop_table("webhook_deliveries", if_exists=True)
