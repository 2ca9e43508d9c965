"""Bridge campaigns: the days between two seasons, the keys collected on them, and how each player was settled."""

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

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text, metadata

bridge_campaigns = Table(
    "bridge_campaigns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", ascii_text(50), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("program", ascii_text(50), nullable=False),
    # null = the players of every host
    Column("host_id", Integer, ForeignKey("hosts.id")),
    Column("start_date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    Column("required_keys", Integer, nullable=False),
    Column("points_per_key", BigInteger, nullable=False),
    Column("policy", ascii_text(20), nullable=False),
    Column("settles_at", UtcDateTime, nullable=False),
    # null = the season of the program that runs when the campaign is settled
    Column("target_season_id", Integer, ForeignKey("seasons.id")),
    Column("state", ascii_text(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("start_date <= end_date", name="dates_in_order"),
    CheckConstraint("points_per_key >= 0 AND required_keys > 0", name="amounts"),
    Index("ix_bridge_campaigns_state", "state", "start_date"),
    **MYSQL_TABLE,
)

bridge_slots = Table(
    "bridge_slots",
    metadata,
    Column("campaign_id", Integer, ForeignKey("bridge_campaigns.id"), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("slot_date", Date, nullable=False),
    Column("event_type", ascii_text(50), nullable=False),
    Column("mission", JsonText, nullable=False),
    Column("rewards", JsonText, nullable=False),
    UniqueConstraint("campaign_id", "event_type", name="uq_bridge_slots_event"),
    UniqueConstraint("campaign_id", "slot_date", name="uq_bridge_slots_date"),
    **MYSQL_TABLE,
)

bridge_keys = Table(
    "bridge_keys",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("campaign_id", Integer, ForeignKey("bridge_campaigns.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("event_type", ascii_text(50), nullable=False),
    Column("day", Integer, nullable=False),
    Column("key_date", Date, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("cause", ascii_text(190), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("taken_back_at", UtcDateTime),  # what earned it was taken back; null: it stands
    UniqueConstraint("campaign_id", "user_id", "event_type", name="uq_bridge_keys_once"),
    Index("ix_bridge_keys_user", "user_id", "campaign_id", "day"),
    **MYSQL_TABLE,
)

bridge_settlements = Table(
    "bridge_settlements",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("campaign_id", Integer, ForeignKey("bridge_campaigns.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("outcome", ascii_text(20), nullable=False),
    # what the player's counters were
    Column("key_count", Integer, nullable=False),
    Column("pending_points", BigInteger, nullable=False),
    Column("points_paid", BigInteger, nullable=False),
    Column("level_state", ascii_text(20), nullable=False),
    Column("season_id", Integer, ForeignKey("seasons.id")),
    Column("level_after", Integer),
    Column("xp_added", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("campaign_id", "user_id", name="uq_bridge_settlements_once"),
    Index("ix_bridge_settlements_level", "campaign_id", "level_state", "user_id"),
    CheckConstraint("points_paid >= 0 AND xp_added >= 0", name="not_negative"),
    **MYSQL_TABLE,
)
