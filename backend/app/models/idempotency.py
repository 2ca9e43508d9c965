"""Stored answers: what was said to a key is said again, byte for byte, for ever."""

from sqlalchemy import Column, Index, Integer, Table

from app.db.base import MYSQL_TABLE, JsonText, UtcDateTime, ascii_text, metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("actor", ascii_text(130), primary_key=True),
    Column("operation", ascii_text(40), primary_key=True),
    Column("idempotency_key", ascii_text(128), primary_key=True),
    Column("fingerprint", ascii_text(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # support is given a client's key and looks for the player
    Index("ix_idempotency_keys_key", "idempotency_key"),
    **MYSQL_TABLE,
)
