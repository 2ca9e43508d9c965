"""What operators show beside their password."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, UtcDateTime, ascii_text

revision = "0290_second_factors"
down_revision = "0263_one_coupon_code"


def upgrade() -> None:
    op.create_table(
        "staff_second_factors",
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False, autoincrement=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("confirmed_at", UtcDateTime),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff_second_factors"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "staff_recovery_codes",
        sa.Column("code_hash", ascii_text(64), nullable=False),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("used_at", UtcDateTime),
        sa.PrimaryKeyConstraint("code_hash", name="pk_staff_recovery_codes"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("staff_recovery_codes", if_exists=True)
    op.drop_table("staff_second_factors", if_exists=True)
