"""Texts that operators edit: notices and banners, JSON by language, never HTML."""

from sqlalchemy import Column, Integer, String, Table

from app.db.base import MYSQL_TABLE, JsonText, UtcDateTime, ascii_text, metadata

app_ui_config = Table(
    "app_ui_config",
    metadata,
    Column("config_key", ascii_text(50), primary_key=True),
    Column("value", JsonText, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(200), nullable=False),
    **MYSQL_TABLE,
)
