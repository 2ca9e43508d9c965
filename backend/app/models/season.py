"""Seasons as operators set them: dates, levels, rewards."""

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
)

from app.db.base import MYSQL_TABLE, Flag, JsonText, UtcDateTime, ascii_text, metadata

# a program belongs to one host, or to all when host_id is null; its seasons never overlap
programs = Table(
    "programs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", ascii_text(50), nullable=False, unique=True),
    Column("title", String(100), nullable=False),
    Column("host_id", Integer, ForeignKey("hosts.id")),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_programs_host", "host_id", "id"),
    **MYSQL_TABLE,
)

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

# a season without any option has no row here; a row stays once there is one, so that counting never has a gap
season_options = Table(
    "season_options",
    metadata,
    Column("season_id", Integer, ForeignKey("seasons.id"), primary_key=True, autoincrement=False),
    Column("daily_xp_cap", BigInteger),
    Column("play_stamps_per_day", Integer),
    Column("overflow_every_xp", BigInteger),
    Column("overflow_max_times", Integer),
    Column("streak", JsonText),
    **MYSQL_TABLE,
)

# rewards of overflow (threshold 0) and of streak milestones (threshold = days)
season_bonuses = Table(
    "season_bonuses",
    metadata,
    Column("season_id", Integer, ForeignKey("seasons.id"), primary_key=True),
    Column("kind", ascii_text(10), primary_key=True),
    Column("threshold", Integer, primary_key=True, autoincrement=False),
    Column("item_no", Integer, primary_key=True, autoincrement=False),
    Column("reward_type", ascii_text(20), nullable=False),
    Column("reward_amount", BigInteger, nullable=False),
    Column("token_type", ascii_text(50)),
    Column("code", ascii_text(50)),
    Column("needs_approval", Flag, nullable=False),
    **MYSQL_TABLE,
)
