"""Leaderboards: what there are, the scores, and how each window ended."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from app.db.base import MYSQL_TABLE, BigId, Flag, JsonText, UtcDateTime, ascii_text, metadata

leaderboards = Table(
    "leaderboards",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", ascii_text(30), nullable=False, unique=True),
    # null = the players of every host
    Column("host_id", Integer, ForeignKey("hosts.id")),
    Column("is_active", Flag, nullable=False),
    Column("version", Integer, nullable=False),
    Column("config", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    **MYSQL_TABLE,
)

leaderboard_scores = Table(
    "leaderboard_scores",
    metadata,
    Column("board_id", Integer, ForeignKey("leaderboards.id"), primary_key=True),
    Column("window_key", ascii_text(20), primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), primary_key=True),
    Column("score", BigInteger, nullable=False),
    # minus the score: so one ascending index is the order of the ranks on every server
    Column("rank_key", BigInteger, nullable=False),
    Column("reached_at", UtcDateTime, nullable=False),
    Index("ix_leaderboard_scores_rank", "board_id", "window_key", "rank_key", "reached_at", "user_id"),
    **MYSQL_TABLE,
)

leaderboard_windows = Table(
    "leaderboard_windows",
    metadata,
    Column("board_id", Integer, ForeignKey("leaderboards.id"), primary_key=True),
    Column("window_key", ascii_text(20), primary_key=True),
    Column("state", ascii_text(10), nullable=False),
    Column("players", Integer, nullable=False),
    # what the ranks were promised when it closed
    Column("rank_rewards", JsonText, nullable=False),
    Column("closed_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    **MYSQL_TABLE,
)

leaderboard_results = Table(
    "leaderboard_results",
    metadata,
    Column("board_id", Integer, ForeignKey("leaderboards.id"), primary_key=True),
    Column("window_key", ascii_text(20), primary_key=True),
    Column("rank_no", Integer, primary_key=True, autoincrement=False),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("score", BigInteger, nullable=False),
    Column("reached_at", UtcDateTime, nullable=False),
    # WAITING until its turn; PAID, NONE (the rank gives nothing) or BLOCKED
    Column("state", ascii_text(10), nullable=False),
    UniqueConstraint("board_id", "window_key", "user_id", name="uq_leaderboard_results_player"),
    CheckConstraint("rank_no > 0", name="rank_positive"),
    **MYSQL_TABLE,
)

# players that operators took off a board (BANNED), or whose name isn't shown (HIDDEN)
leaderboard_marks = Table(
    "leaderboard_marks",
    metadata,
    Column("board_id", Integer, ForeignKey("leaderboards.id"), primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), primary_key=True),
    Column("mark", ascii_text(10), nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(200), nullable=False),
    **MYSQL_TABLE,
)
