"""What must be told to the outside: written with its cause, sent after the commit."""

from sqlalchemy import Column, Index, Integer, String, Table

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", ascii_text(36), primary_key=True),
    Column("topic", ascii_text(50), nullable=False),
    Column("user_id", BigId, nullable=False),
    Column("payload", JsonText, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", String(500)),
    Column("next_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_outbox_next", "next_at", "id"),
    **MYSQL_TABLE,
)
