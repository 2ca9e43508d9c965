"""Where each player stands in a season: progress, stamps, XP, claims."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)

from app.db.base import MYSQL_TABLE, BigId, Flag, UtcDateTime, ascii_text, metadata

season_progress = Table(
    "season_progress",
    metadata,
    Column("user_id", BigId, ForeignKey("user_profiles.id"), primary_key=True),
    Column("season_id", Integer, ForeignKey("seasons.id"), primary_key=True),
    Column("current_level", Integer, nullable=False),
    Column("current_xp", BigInteger, nullable=False),
    Column("total_stamps", Integer, nullable=False),
    Column("last_stamp_date", Date),
    Column("internal_wins", Integer, nullable=False),
    CheckConstraint("current_level >= 0 AND current_xp >= 0 AND total_stamps >= 0", name="not_negative"),
    **MYSQL_TABLE,
)

season_stamp_log = Table(
    "season_stamp_log",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("season_id", Integer, ForeignKey("seasons.id"), nullable=False),
    Column("period_key", ascii_text(100), nullable=False),
    Column("source", ascii_text(30), nullable=False),
    Column("event_type", ascii_text(100), nullable=False),  # of a host event, too
    Column("stamp_date", Date, nullable=False),
    Column("stamp_count", Integer, nullable=False),
    Column("xp_earned", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("user_id", "season_id", "period_key", name="uq_season_stamp_log_period"),
    **MYSQL_TABLE,
)

season_xp_ledger = Table(
    "season_xp_ledger",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("season_id", Integer, ForeignKey("seasons.id"), nullable=False),
    Column("delta", BigInteger, nullable=False),
    Column("xp_after", BigInteger, nullable=False),
    Column("source", ascii_text(30), nullable=False),
    Column("is_earned", Flag, nullable=False),
    Column("operation_id", ascii_text(190), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_season_xp_ledger_user", "user_id", "season_id", "id"),
    **MYSQL_TABLE,
)

season_claims = Table(
    "season_claims",
    metadata,
    Column("user_id", BigId, ForeignKey("user_profiles.id"), primary_key=True),
    Column("season_id", Integer, ForeignKey("seasons.id"), primary_key=True),
    Column("track", ascii_text(50), primary_key=True),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("is_auto", Flag, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("taken_back_at", UtcDateTime),  # its level was lost with what earned it; null: it stands
    **MYSQL_TABLE,
)

# who owns which premium track; a revoked pass keeps its row, and may be given again
season_passes = Table(
    "season_passes",
    metadata,
    Column("user_id", BigId, ForeignKey("user_profiles.id"), primary_key=True),
    Column("season_id", Integer, ForeignKey("seasons.id"), primary_key=True),
    Column("track", ascii_text(50), primary_key=True),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    **MYSQL_TABLE,
)

# only in seasons with options: what is counted beside XP and levels
season_counters = Table(
    "season_counters",
    metadata,
    Column("user_id", BigId, ForeignKey("user_profiles.id"), primary_key=True),
    Column("season_id", Integer, ForeignKey("seasons.id"), primary_key=True),
    # earned_xp and play_stamps are of this instant's KST day, counted from it on
    Column("counted_since", UtcDateTime, nullable=False),
    Column("earned_xp", BigInteger, nullable=False),
    Column("play_stamps", Integer, nullable=False),
    Column("overflow_bonuses", Integer, nullable=False),
    Column("streak_days", Integer, nullable=False),
    Column("streak_best", Integer, nullable=False),
    Column("streak_freezes", Integer, nullable=False),
    Column("streak_on", Date),
    **MYSQL_TABLE,
)
