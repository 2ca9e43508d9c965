"""Plays, numbered per player and game and per day."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, Flag, JsonText, UtcDateTime, ascii_text

revision = "0009_plays"
down_revision = "0008_game_configs"


def upgrade() -> None:
    op.create_table(
        "game_plays",
        sa.Column("id", ascii_text(36), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("feature_type", ascii_text(30), nullable=False),
        sa.Column("config_id", sa.Integer, nullable=False),
        sa.Column("play_no", sa.BigInteger, nullable=False),
        sa.Column("play_date", sa.Date, nullable=False),
        sa.Column("day_no", sa.Integer, nullable=False),
        sa.Column("rolls", JsonText, nullable=False),
        sa.Column("prize", JsonText, nullable=False),
        sa.Column("memory", JsonText),
        sa.Column("is_win", Flag, nullable=False),
        sa.Column("token_type", ascii_text(50), nullable=False),
        sa.Column("cost", sa.Integer, nullable=False),
        sa.Column("request_id", ascii_text(64)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_game_plays"),
        sa.ForeignKeyConstraint(["config_id"], ["game_configs.id"], name="fk_game_plays_config_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_game_plays_user_id"),
        sa.UniqueConstraint("user_id", "feature_type", "play_date", "day_no", name="uq_game_plays_day_no"),
        sa.UniqueConstraint("user_id", "feature_type", "play_no", name="uq_game_plays_play_no"),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_game_plays_cost_not_negative")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("game_plays", if_exists=True)
