"""Versions of every game's config, and every play ever made."""

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

from app.db.base import MYSQL_TABLE, BigId, Flag, JsonText, UtcDateTime, ascii_text, metadata

game_configs = Table(
    "game_configs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feature_type", ascii_text(30), nullable=False),
    Column("version", Integer, nullable=False),
    Column("config", JsonText, nullable=False),
    Column("config_hash", ascii_text(64), nullable=False),
    # 1 on the one active version, null on all others: the unique key makes "exactly one" a fact
    Column("active_slot", Integer),
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("feature_type", "version", name="uq_game_configs_version"),
    UniqueConstraint("feature_type", "active_slot", name="uq_game_configs_active"),
    **MYSQL_TABLE,
)

game_activations = Table(
    "game_activations",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("feature_type", ascii_text(30), nullable=False),
    Column("config_id", Integer, ForeignKey("game_configs.id"), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("activated_at", UtcDateTime, nullable=False),
    Index("ix_game_activations_feature", "feature_type", "id"),
    **MYSQL_TABLE,
)

game_plays = Table(
    "game_plays",
    metadata,
    Column("id", ascii_text(36), primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("feature_type", ascii_text(30), nullable=False),
    Column("config_id", Integer, ForeignKey("game_configs.id"), nullable=False),
    Column("play_no", BigInteger, nullable=False),
    Column("play_date", Date, nullable=False),
    Column("day_no", Integer, nullable=False),
    Column("rolls", JsonText, nullable=False),
    Column("prize", JsonText, nullable=False),
    Column("memory", JsonText),  # what the game remembers of this player after this play
    Column("is_win", Flag, nullable=False),
    Column("token_type", ascii_text(50), nullable=False),
    Column("cost", Integer, nullable=False),
    Column("request_id", ascii_text(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen", JsonText),  # what the draw saw beside setup and memory: sold-out prizes, the player's choice
    # the unit of a prize with stock that this play gave away: numbered 1, 2, 3, … per prize
    Column("stock_prize_id", Integer),
    Column("stock_unit_no", BigInteger),
    # numbered per player and game, and per day: the second line behind the player's lock for limits
    UniqueConstraint("user_id", "feature_type", "play_no", name="uq_game_plays_play_no"),
    UniqueConstraint("user_id", "feature_type", "play_date", "day_no", name="uq_game_plays_day_no"),
    # InnoDB needs an index behind the foreign key anyway; this one also finds a version's newest play in one step
    Index("ix_game_plays_config", "config_id", "id"),
    # the newest unit in one step, and the second line behind the stock row's lock: no unit is given twice
    Index("uq_game_plays_stock_unit", "feature_type", "stock_prize_id", "stock_unit_no", unique=True),
    CheckConstraint("cost >= 0", name="cost_not_negative"),
    **MYSQL_TABLE,
)
