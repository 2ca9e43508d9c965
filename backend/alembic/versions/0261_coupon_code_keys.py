"""Which batch a coupon code came with, what makes it one across all pools, and what a pool is called in English."""

import sqlalchemy as sa

from app.db.base import BigId, ascii_text
from app.db.ddl import add_column_once, create_index_once, drop_column_once, drop_index_once

revision = "0261_coupon_code_keys"
down_revision = "0260_coupon_batches"


def upgrade() -> None:
    add_column_once("coupon_pools", sa.Column("name_en", sa.String(100)))
    add_column_once("coupon_codes", sa.Column("code_key", ascii_text(100)))
    add_column_once("coupon_codes", sa.Column("batch_id", BigId))
    create_index_once("ix_coupon_codes_batch", "coupon_codes", ["batch_id", "operation_id"])
    # voided codes leave the way of those that are given next
    create_index_once("ix_coupon_codes_next", "coupon_codes", ["pool_id", "operation_id", "voided_at", "id"])


def downgrade() -> None:
    drop_index_once("ix_coupon_codes_next", "coupon_codes")
    drop_index_once("ix_coupon_codes_batch", "coupon_codes")
    drop_column_once("coupon_codes", "batch_id")
    drop_column_once("coupon_codes", "code_key")
    drop_column_once("coupon_pools", "name_en")
