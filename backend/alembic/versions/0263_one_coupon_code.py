"""No coupon code stands twice: its key is unique across all pools."""

from app.db.ddl import create_index_once, drop_index_once

revision = "0263_one_coupon_code"
down_revision = "0262_coupon_key_rows"


def upgrade() -> None:
    # locks: nothing, it is built online; the old code writes no key at all, so it can add no duplicate of one
    create_index_once("uq_coupon_codes_key", "coupon_codes", ["code_key"], unique=True)


def downgrade() -> None:
    drop_index_once("uq_coupon_codes_key", "coupon_codes")
