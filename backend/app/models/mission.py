"""Missions in all their versions, and how far each player is with them."""

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

from app.db.base import MYSQL_TABLE, BigId, Flag, JsonText, UtcDateTime, ascii_text, metadata

missions = Table(
    "missions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", ascii_text(50), nullable=False, unique=True),
    # null = the players of every host
    Column("host_id", Integer, ForeignKey("hosts.id")),
    Column("is_active", Flag, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    **MYSQL_TABLE,
)

# never changed: what was completed under a version is paid by it
mission_versions = Table(
    "mission_versions",
    metadata,
    Column("mission_id", Integer, ForeignKey("missions.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("config", JsonText, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    **MYSQL_TABLE,
)

mission_progress = Table(
    "mission_progress",
    metadata,
    Column("user_id", BigId, ForeignKey("user_profiles.id"), primary_key=True),
    Column("period_key", ascii_text(20), primary_key=True),
    Column("mission_id", Integer, ForeignKey("missions.id"), primary_key=True),
    Column("progress", BigInteger, nullable=False),
    Column("completed", Integer, nullable=False),
    Column("claimed", Integer, nullable=False),
    # the mission's when the first completion that is not claimed yet was made; 0 = none was made
    Column("version", Integer, nullable=False),
    Column("counted_on", Date),
    Column("updated_at", UtcDateTime, nullable=False),
    # counted above the last completion: a reversal takes from it first
    Column("surplus", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("progress >= 0 AND claimed >= 0 AND claimed <= completed", name="in_order"),
    Index("ix_mission_progress_mission", "mission_id", "period_key"),
    **MYSQL_TABLE,
)
