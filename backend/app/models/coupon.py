"""Pools of coupon codes, the batches they came in, and whose each code is."""

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
    Column("name_en", String(100)),  # none: the name is for every language
    **MYSQL_TABLE,
)

# codes that came in together: one file, or one order for random ones
coupon_batches = Table(
    "coupon_batches",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("pool_id", BigId, ForeignKey("coupon_pools.id"), nullable=False),
    Column("source", ascii_text(10), nullable=False),
    Column("file_name", String(200)),
    Column("codes", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("voided_at", UtcDateTime),
    Column("voided_by", String(200)),
    Index("ix_coupon_batches_pool", "pool_id", "id"),
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
    # none on what will not be given: a voided code that nobody had, or the twin of one that is in another pool
    Column("code_key", ascii_text(100)),
    Column("batch_id", BigId),  # none: added by a release that knew no batches
    UniqueConstraint("pool_id", "code", name="uq_coupon_codes_code"),
    Index("uq_coupon_codes_key", "code_key", unique=True),
    Index("ix_coupon_codes_free", "pool_id", "operation_id", "id"),
    Index("ix_coupon_codes_next", "pool_id", "operation_id", "voided_at", "id"),
    Index("ix_coupon_codes_batch", "batch_id", "operation_id"),
    Index("ix_coupon_codes_user", "user_id", "id"),
    Index("ix_coupon_codes_operation", "operation_id"),
    **MYSQL_TABLE,
)
