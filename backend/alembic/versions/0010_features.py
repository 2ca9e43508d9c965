"""Feature switches, their history, and the QA schedule."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, Flag, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0010_features"
down_revision = "0009_plays"


def upgrade() -> None:
    op.create_table(
        "feature_config",
        sa.Column("feature_type", ascii_text(30), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("is_enabled", Flag, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("feature_type", name="pk_feature_config"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "feature_history",
        sa.Column("id", BigId, nullable=False),
        sa.Column("feature_type", ascii_text(30), nullable=False),
        sa.Column("is_enabled", Flag, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feature_history"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_feature_history_feature", "feature_history", ["feature_type", "id"])
    op.create_table(
        "feature_schedule",
        sa.Column("feature_type", ascii_text(30), nullable=False),
        sa.Column("schedule_date", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("feature_type", "schedule_date", name="pk_feature_schedule"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("feature_schedule", if_exists=True)
    op.drop_table("feature_history", if_exists=True)
    op.drop_table("feature_config", if_exists=True)
