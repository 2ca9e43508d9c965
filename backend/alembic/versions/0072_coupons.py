"""Coupon pools and their codes."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0072_coupons"
down_revision = "0071_reward_reasons"


def upgrade() -> None:
    op.create_table(
        "coupon_pools",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", ascii_text(50), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_coupon_pools"),
        sa.UniqueConstraint("code", name="uq_coupon_pools_code"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "coupon_codes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pool_id", BigId, nullable=False),
        sa.Column("code", ascii_text(100), nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("user_id", BigId),
        sa.Column("operation_id", ascii_text(190)),
        sa.Column("assigned_at", UtcDateTime),
        sa.Column("voided_at", UtcDateTime),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_coupon_codes"),
        sa.ForeignKeyConstraint(["pool_id"], ["coupon_pools.id"], name="fk_coupon_codes_pool_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_coupon_codes_user_id"),
        sa.UniqueConstraint("pool_id", "code", name="uq_coupon_codes_code"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_coupon_codes_free", "coupon_codes", ["pool_id", "operation_id", "id"])
    create_index_once("ix_coupon_codes_user", "coupon_codes", ["user_id", "id"])
    create_index_once("ix_coupon_codes_operation", "coupon_codes", ["operation_id"])


def downgrade() -> None:
    op.drop_table("coupon_codes", if_exists=True)
    op.drop_table("coupon_pools", if_exists=True)
