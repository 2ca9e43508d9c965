"""Switches: which product areas are open, who changed that and when, and the QA schedule."""

from sqlalchemy import Column, Date, Index, Integer, String, Table

from app.db.base import MYSQL_TABLE, BigId, Flag, UtcDateTime, ascii_text, metadata

feature_config = Table(
    "feature_config",
    metadata,
    Column("feature_type", ascii_text(30), primary_key=True),
    Column("title", String(100), nullable=False),
    Column("is_enabled", Flag, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(200), nullable=False),
    **MYSQL_TABLE,
)

feature_history = Table(
    "feature_history",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("feature_type", ascii_text(30), nullable=False),
    Column("is_enabled", Flag, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_feature_history_feature", "feature_type", "id"),
    **MYSQL_TABLE,
)

feature_schedule = Table(
    "feature_schedule",
    metadata,
    Column("feature_type", ascii_text(30), primary_key=True),
    Column("schedule_date", Date, primary_key=True),
    **MYSQL_TABLE,
)
