"""What operators did."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0014_audit_log"
down_revision = "0013_stored_answers"


def upgrade() -> None:
    op.create_table(
        "admin_audit_log",
        sa.Column("id", BigId, nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("action", ascii_text(50), nullable=False),
        sa.Column("target", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("before", JsonText),
        sa.Column("after", JsonText),
        sa.Column("request_id", ascii_text(64)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_admin_audit_log"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_admin_audit_log_target", "admin_audit_log", ["target", "id"])


def downgrade() -> None:
    op.drop_table("admin_audit_log", if_exists=True)
