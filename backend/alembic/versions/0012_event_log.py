"""What players did."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0012_event_log"
down_revision = "0011_ui_texts"


def upgrade() -> None:
    op.create_table(
        "user_event_log",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("event_type", ascii_text(40), nullable=False),
        sa.Column("feature_type", ascii_text(30)),
        sa.Column("reference", ascii_text(190)),
        sa.Column("facts", JsonText, nullable=False),
        sa.Column("request_id", ascii_text(64)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_event_log"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_user_event_log_user", "user_event_log", ["user_id", "id"])


def downgrade() -> None:
    op.drop_table("user_event_log", if_exists=True)
