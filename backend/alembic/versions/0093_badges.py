"""Badges, and each time one was given."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0093_badges"
down_revision = "0092_mission_progress"


def upgrade() -> None:
    op.create_table(
        "badges",
        sa.Column("code", ascii_text(50), nullable=False),
        sa.Column("name_ko", sa.String(100), nullable=False),
        sa.Column("name_en", sa.String(100), nullable=False),
        sa.Column("text_ko", sa.String(500), nullable=False),
        sa.Column("text_en", sa.String(500), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_badges"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "badge_log",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("badge_code", ascii_text(50), nullable=False),
        sa.Column("operation_id", ascii_text(190), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_badge_log"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_badge_log_user_id"),
        sa.UniqueConstraint("operation_id", name="uq_badge_log_operation_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_badge_log_user", "badge_log", ["user_id", "badge_code", "id"])


def downgrade() -> None:
    op.drop_table("badge_log", if_exists=True)
    op.drop_table("badges", if_exists=True)
