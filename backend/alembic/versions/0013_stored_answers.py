"""Stored answers: what was said to an idempotency key."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, JsonText, UtcDateTime, ascii_text

revision = "0013_stored_answers"
down_revision = "0012_event_log"


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("actor", ascii_text(130), nullable=False),
        sa.Column("operation", ascii_text(40), nullable=False),
        sa.Column("idempotency_key", ascii_text(128), nullable=False),
        sa.Column("fingerprint", ascii_text(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", JsonText, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("actor", "operation", "idempotency_key", name="pk_idempotency_keys"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("idempotency_keys", if_exists=True)
