"""Rights to use a resource, and when they were redeemed."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text, metadata

entitlements = Table(
    "entitlements",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("resource", ascii_text(50), nullable=False),
    Column("operation_id", ascii_text(190), nullable=False, unique=True),
    Column("valid_days", Integer, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("redeemed_at", UtcDateTime),
    Column("valid_until", UtcDateTime),
    Column("redeemed_by", String(200)),
    Column("revoked_at", UtcDateTime),
    CheckConstraint("valid_days > 0", name="valid_days_positive"),
    Index("ix_entitlements_user", "user_id", "resource", "id"),
    **MYSQL_TABLE,
)
