"""How each window of a leaderboard ended, and who was taken off."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text

revision = "0096_leaderboard_results"
down_revision = "0095_leaderboards"


def upgrade() -> None:
    op.create_table(
        "leaderboard_windows",
        sa.Column("board_id", sa.Integer, nullable=False),
        sa.Column("window_key", ascii_text(20), nullable=False),
        sa.Column("state", ascii_text(10), nullable=False),
        sa.Column("players", sa.Integer, nullable=False),
        sa.Column("rank_rewards", JsonText, nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("board_id", "window_key", name="pk_leaderboard_windows"),
        sa.ForeignKeyConstraint(["board_id"], ["leaderboards.id"], name="fk_leaderboard_windows_board_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "leaderboard_results",
        sa.Column("board_id", sa.Integer, nullable=False),
        sa.Column("window_key", ascii_text(20), nullable=False),
        sa.Column("rank_no", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("score", sa.BigInteger, nullable=False),
        sa.Column("reached_at", UtcDateTime, nullable=False),
        sa.Column("state", ascii_text(10), nullable=False),
        sa.PrimaryKeyConstraint("board_id", "window_key", "rank_no", name="pk_leaderboard_results"),
        sa.ForeignKeyConstraint(["board_id"], ["leaderboards.id"], name="fk_leaderboard_results_board_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_leaderboard_results_user_id"),
        sa.UniqueConstraint("board_id", "window_key", "user_id", name="uq_leaderboard_results_player"),
        sa.CheckConstraint("rank_no > 0", name=op.f("ck_leaderboard_results_rank_positive")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "leaderboard_marks",
        sa.Column("board_id", sa.Integer, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("mark", ascii_text(10), nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("board_id", "user_id", name="pk_leaderboard_marks"),
        sa.ForeignKeyConstraint(["board_id"], ["leaderboards.id"], name="fk_leaderboard_marks_board_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_leaderboard_marks_user_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("leaderboard_marks", if_exists=True)
    op.drop_table("leaderboard_results", if_exists=True)
    op.drop_table("leaderboard_windows", if_exists=True)
