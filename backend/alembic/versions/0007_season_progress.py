"""Where players stand in a season: progress, stamps, XP and claims."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, Flag, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0007_season_progress"
down_revision = "0006_seasons"


def upgrade() -> None:
    op.create_table(
        "season_progress",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("season_id", sa.Integer, nullable=False),
        sa.Column("current_level", sa.Integer, nullable=False),
        sa.Column("current_xp", sa.BigInteger, nullable=False),
        sa.Column("total_stamps", sa.Integer, nullable=False),
        sa.Column("last_stamp_date", sa.Date),
        sa.Column("internal_wins", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "season_id", name="pk_season_progress"),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name="fk_season_progress_season_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_season_progress_user_id"),
        sa.CheckConstraint(
            "current_level >= 0 AND current_xp >= 0 AND total_stamps >= 0", name=op.f("ck_season_progress_not_negative")
        ),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "season_stamp_log",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("season_id", sa.Integer, nullable=False),
        sa.Column("period_key", ascii_text(100), nullable=False),
        sa.Column("source", ascii_text(30), nullable=False),
        sa.Column("event_type", ascii_text(100), nullable=False),
        sa.Column("stamp_date", sa.Date, nullable=False),
        sa.Column("stamp_count", sa.Integer, nullable=False),
        sa.Column("xp_earned", sa.BigInteger, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_season_stamp_log"),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name="fk_season_stamp_log_season_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_season_stamp_log_user_id"),
        sa.UniqueConstraint("user_id", "season_id", "period_key", name="uq_season_stamp_log_period"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "season_xp_ledger",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("season_id", sa.Integer, nullable=False),
        sa.Column("delta", sa.BigInteger, nullable=False),
        sa.Column("xp_after", sa.BigInteger, nullable=False),
        sa.Column("source", ascii_text(30), nullable=False),
        sa.Column("is_earned", Flag, nullable=False),
        sa.Column("operation_id", ascii_text(190), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_season_xp_ledger"),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name="fk_season_xp_ledger_season_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_season_xp_ledger_user_id"),
        sa.UniqueConstraint("operation_id", name="uq_season_xp_ledger_operation_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_season_xp_ledger_user", "season_xp_ledger", ["user_id", "season_id", "id"])
    op.create_table(
        "season_claims",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("season_id", sa.Integer, nullable=False),
        sa.Column("track", ascii_text(50), nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("is_auto", Flag, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "season_id", "track", "level", name="pk_season_claims"),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name="fk_season_claims_season_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_season_claims_user_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("season_claims", if_exists=True)
    op.drop_table("season_xp_ledger", if_exists=True)
    op.drop_table("season_stamp_log", if_exists=True)
    op.drop_table("season_progress", if_exists=True)
