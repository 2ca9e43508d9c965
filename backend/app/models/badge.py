"""Badges: what there are, and who was given which."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text, metadata

badges = Table(
    "badges",
    metadata,
    Column("code", ascii_text(50), primary_key=True),
    Column("name_ko", String(100), nullable=False),
    Column("name_en", String(100), nullable=False),
    Column("text_ko", String(500), nullable=False),
    Column("text_en", String(500), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(200), nullable=False),
    **MYSQL_TABLE,
)

# one row for each time a badge was given
badge_log = Table(
    "badge_log",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("badge_code", ascii_text(50), nullable=False),
    Column("operation_id", ascii_text(190), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_badge_log_user", "user_id", "badge_code", "id"),
    **MYSQL_TABLE,
)
