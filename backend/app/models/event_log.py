"""What players did, one row each. Mandatory; holds no password, token or free text of a player."""

from sqlalchemy import Column, Index, Table

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text, metadata

user_event_log = Table(
    "user_event_log",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, nullable=False),
    Column("event_type", ascii_text(40), nullable=False),
    Column("feature_type", ascii_text(30)),
    Column("reference", ascii_text(190)),
    Column("facts", JsonText, nullable=False),
    Column("request_id", ascii_text(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_user_event_log_user", "user_id", "id"),
    # support is given a request id and looks for the player
    Index("ix_user_event_log_request", "request_id"),
    **MYSQL_TABLE,
)
