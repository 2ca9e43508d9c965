"""Each upload of coupon codes as a batch that can be voided."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0260_coupon_batches"
down_revision = "0270_player_accounts"


def upgrade() -> None:
    op.create_table(
        "coupon_batches",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pool_id", BigId, nullable=False),
        sa.Column("source", ascii_text(10), nullable=False),
        sa.Column("file_name", sa.String(200)),
        sa.Column("codes", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("voided_at", UtcDateTime),
        sa.Column("voided_by", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_coupon_batches"),
        sa.ForeignKeyConstraint(["pool_id"], ["coupon_pools.id"], name="fk_coupon_batches_pool_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_coupon_batches_pool", "coupon_batches", ["pool_id", "id"])


def downgrade() -> None:
    op.drop_table("coupon_batches", if_exists=True)
