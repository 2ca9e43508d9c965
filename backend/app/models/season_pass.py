"""Seasons as operators set them, and where each player stands in them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from app.db.base import MYSQL_TABLE, BigId, Flag, UtcDateTime, ascii_text, metadata

seasons = Table(
    "seasons",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("season_name", String(100), nullable=False, unique=True),
    Column("program", ascii_text(50), nullable=False),
    Column("start_date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    Column("max_level", Integer, nullable=False),
    Column("base_xp_per_stamp", Integer, nullable=False),
    Column("is_active", Flag, nullable=False),
    Column("grace_days", Integer, nullable=False),
    Column("internal_win_threshold", Integer, nullable=False),
    Column("stamp_on_play", Flag, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("start_date <= end_date", name="dates_in_order"),
    Index("ix_seasons_active_dates", "is_active", "start_date", "end_date"),
    **MYSQL_TABLE,
)

season_levels = Table(
    "season_levels",
    metadata,
    Column("season_id", Integer, ForeignKey("seasons.id"), primary_key=True),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("required_xp", BigInteger, nullable=False),
    Column("label_ko", String(100), nullable=False),
    Column("label_en", String(100), nullable=False),
    Column("auto_claim", Flag, nullable=False),
    **MYSQL_TABLE,
)

season_level_rewards = Table(
    "season_level_rewards",
    metadata,
    Column("season_id", Integer, primary_key=True),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("track", ascii_text(50), primary_key=True),
    Column("item_no", Integer, primary_key=True, autoincrement=False),
    Column("reward_type", ascii_text(20), nullable=False),
    Column("reward_amount", BigInteger, nullable=False),
    Column("token_type", ascii_text(50)),
    Column("code", ascii_text(50)),
    Column("needs_approval", Flag, nullable=False),
    **MYSQL_TABLE,
)

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
    Column("event_type", ascii_text(50), nullable=False),
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
    **MYSQL_TABLE,
)
