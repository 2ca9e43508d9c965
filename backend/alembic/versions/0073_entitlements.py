"""Rights to use a resource for some days from their redemption."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0073_entitlements"
down_revision = "0072_coupons"


def upgrade() -> None:
    op.create_table(
        "entitlements",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("resource", ascii_text(50), nullable=False),
        sa.Column("operation_id", ascii_text(190), nullable=False),
        sa.Column("valid_days", sa.Integer, nullable=False),
        sa.Column("issued_at", UtcDateTime, nullable=False),
        sa.Column("redeemed_at", UtcDateTime),
        sa.Column("valid_until", UtcDateTime),
        sa.Column("redeemed_by", sa.String(200)),
        sa.Column("revoked_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_entitlements"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_entitlements_user_id"),
        sa.UniqueConstraint("operation_id", name="uq_entitlements_operation_id"),
        sa.CheckConstraint("valid_days > 0", name=op.f("ck_entitlements_valid_days_positive")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_entitlements_user", "entitlements", ["user_id", "resource", "id"])


def downgrade() -> None:
    op.drop_table("entitlements", if_exists=True)
