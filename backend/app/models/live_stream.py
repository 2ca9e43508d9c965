"""Live streams that are open now: each process tells its own, and those of one that is silent count no more."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text, metadata

live_streams = Table(
    "live_streams",
    metadata,
    Column("process", ascii_text(36), primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), primary_key=True, autoincrement=False),
    Column("streams", Integer, nullable=False),
    # by the database's clock
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_live_streams_user", "user_id"),
    **MYSQL_TABLE,
)
