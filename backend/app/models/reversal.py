"""What a reversal could not take back by itself: it waits for a person."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text, metadata

reversal_reviews = Table(
    "reversal_reviews",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    # RANK, TEAM_RANK, PREMIUM or BRIDGE
    Column("kind", ascii_text(20), nullable=False),
    # the rewards that it is about: of this operation, and of those that continue it
    Column("operation_id", ascii_text(190), nullable=False),
    # our id of the host event that took something back
    Column("event_id", ascii_text(36), ForeignKey("host_events.id"), nullable=False),
    Column("facts", JsonText, nullable=False),
    # OPEN, then TAKEN (the rewards were taken back) or KEPT
    Column("state", ascii_text(10), nullable=False),
    Column("decided_by", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    UniqueConstraint("event_id", "operation_id", name="uq_reversal_reviews_once"),
    Index("ix_reversal_reviews_state", "state", "id"),
    Index("ix_reversal_reviews_user", "user_id", "id"),
    **MYSQL_TABLE,
)
