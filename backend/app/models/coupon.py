"""Pools of coupon codes, and whose each code is."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text, metadata

coupon_pools = Table(
    "coupon_pools",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("code", ascii_text(50), nullable=False, unique=True),  # the `code` of COUPON rewards
    Column("name", String(100), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(200), nullable=False),
    **MYSQL_TABLE,
)

coupon_codes = Table(
    "coupon_codes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("pool_id", BigId, ForeignKey("coupon_pools.id"), nullable=False),
    Column("code", ascii_text(100), nullable=False),
    Column("expires_at", UtcDateTime),
    # none as long as it is free
    Column("user_id", BigId, ForeignKey("user_profiles.id")),
    Column("operation_id", ascii_text(190)),
    Column("assigned_at", UtcDateTime),
    Column("voided_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("pool_id", "code", name="uq_coupon_codes_code"),
    Index("ix_coupon_codes_free", "pool_id", "operation_id", "id"),
    Index("ix_coupon_codes_user", "user_id", "id"),
    Index("ix_coupon_codes_operation", "operation_id"),
    **MYSQL_TABLE,
)
