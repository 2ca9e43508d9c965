"""Seasons as operators set them: levels, and what each level gives."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, Flag, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0006_seasons"
down_revision = "0005_rewards"


def upgrade() -> None:
    op.create_table(
        "seasons",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("season_name", sa.String(100), nullable=False),
        sa.Column("program", ascii_text(50), nullable=False),
        sa.Column("start_date", sa.Date, nullable=False),
        sa.Column("end_date", sa.Date, nullable=False),
        sa.Column("max_level", sa.Integer, nullable=False),
        sa.Column("base_xp_per_stamp", sa.Integer, nullable=False),
        sa.Column("is_active", Flag, nullable=False),
        sa.Column("grace_days", sa.Integer, nullable=False),
        sa.Column("internal_win_threshold", sa.Integer, nullable=False),
        sa.Column("stamp_on_play", Flag, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seasons"),
        sa.UniqueConstraint("season_name", name="uq_seasons_season_name"),
        sa.CheckConstraint("start_date <= end_date", name=op.f("ck_seasons_dates_in_order")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_seasons_active_dates", "seasons", ["is_active", "start_date", "end_date"])
    op.create_table(
        "season_levels",
        sa.Column("season_id", sa.Integer, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("required_xp", sa.BigInteger, nullable=False),
        sa.Column("label_ko", sa.String(100), nullable=False),
        sa.Column("label_en", sa.String(100), nullable=False),
        sa.Column("auto_claim", Flag, nullable=False),
        sa.PrimaryKeyConstraint("season_id", "level", name="pk_season_levels"),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name="fk_season_levels_season_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "season_level_rewards",
        sa.Column("season_id", sa.Integer, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("track", ascii_text(50), nullable=False),
        sa.Column("item_no", sa.Integer, nullable=False),
        sa.Column("reward_type", ascii_text(20), nullable=False),
        sa.Column("reward_amount", sa.BigInteger, nullable=False),
        sa.Column("token_type", ascii_text(50)),
        sa.Column("code", ascii_text(50)),
        sa.Column("needs_approval", Flag, nullable=False),
        sa.PrimaryKeyConstraint("season_id", "level", "track", "item_no", name="pk_season_level_rewards"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("season_level_rewards", if_exists=True)
    op.drop_table("season_levels", if_exists=True)
    op.drop_table("seasons", if_exists=True)
