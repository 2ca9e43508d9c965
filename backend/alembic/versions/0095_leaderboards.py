"""Leaderboards and their scores."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, Flag, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0095_leaderboards"
down_revision = "0094_scores_closed"


def upgrade() -> None:
    op.create_table(
        "leaderboards",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", ascii_text(30), nullable=False),
        sa.Column("host_id", sa.Integer),
        sa.Column("is_active", Flag, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("config", JsonText, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leaderboards"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_leaderboards_host_id"),
        sa.UniqueConstraint("code", name="uq_leaderboards_code"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "leaderboard_scores",
        sa.Column("board_id", sa.Integer, nullable=False),
        sa.Column("window_key", ascii_text(20), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("score", sa.BigInteger, nullable=False),
        sa.Column("rank_key", sa.BigInteger, nullable=False),
        sa.Column("reached_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("board_id", "window_key", "user_id", name="pk_leaderboard_scores"),
        sa.ForeignKeyConstraint(["board_id"], ["leaderboards.id"], name="fk_leaderboard_scores_board_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_leaderboard_scores_user_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    columns = ["board_id", "window_key", "rank_key", "reached_at", "user_id"]
    create_index_once("ix_leaderboard_scores_rank", "leaderboard_scores", columns)


def downgrade() -> None:
    op.drop_table("leaderboard_scores", if_exists=True)
    op.drop_table("leaderboards", if_exists=True)
