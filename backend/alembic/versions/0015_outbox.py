"""What must be told to the outside after the commit."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0015_outbox"
down_revision = "0014_audit_log"


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ascii_text(36), nullable=False),
        sa.Column("topic", ascii_text(50), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("payload", JsonText, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.String(500)),
        sa.Column("next_at", UtcDateTime),
        sa.Column("done_at", UtcDateTime),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_outbox_next", "outbox", ["next_at", "id"])


def downgrade() -> None:
    op.drop_table("outbox", if_exists=True)
