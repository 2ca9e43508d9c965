"""Operators' second factor; wrong passwords are held off by address, and no login is locked any more."""

import sqlalchemy as sa
from alembic import context, op

from app.db.base import MYSQL_TABLE, UtcDateTime, ascii_text
from app.db.ddl import add_column_once, drop_column_once

revision = "0290_second_factors"
down_revision = "0210_coupons_owed"


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
    if context.get_context().dialect.name != "sqlite":  # which knows no lengths; new databases have this one from 0130
        for name, is_nullable in (("secret", False), ("previous_secret", True)):
            # locks: up to 255 bytes a longer text column is a change of the table's description alone
            op.alter_column("webhook_endpoints", name, type_=ascii_text(255), existing_nullable=is_nullable)
    add_column_once("refresh_tokens", sa.Column("client", sa.String(200)))
    # locks: no release ever read these two, and dropping them is instant
    drop_column_once("staff", "failed_sign_ins")
    # locks: no release ever read these two, and dropping them is instant
    drop_column_once("staff", "locked_until")


def downgrade() -> None:
    add_column_once("staff", sa.Column("locked_until", UtcDateTime))
    add_column_once("staff", sa.Column("failed_sign_ins", sa.Integer, nullable=False, server_default="0"))
    drop_column_once("refresh_tokens", "client")
    op.drop_table("staff_recovery_codes", if_exists=True)
    op.drop_table("staff_second_factors", if_exists=True)
