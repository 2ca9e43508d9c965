"""Badges: what there are. Who has which stands in reward_log."""

from sqlalchemy import Column, Integer, String, Table

from app.db.base import MYSQL_TABLE, UtcDateTime, ascii_text, metadata

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
