"""Wallets and the append-only ledger that explains every balance."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0004_wallets"
down_revision = "0003_sign_ins"


def upgrade() -> None:
    op.create_table(
        "wallets",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("token_type", ascii_text(50), nullable=False),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "token_type", name="pk_wallets"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_wallets_user_id"),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_wallets_balance_not_negative")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "wallet_ledger",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("token_type", ascii_text(50), nullable=False),
        sa.Column("delta", sa.BigInteger, nullable=False),
        sa.Column("balance_after", sa.BigInteger, nullable=False),
        sa.Column("reason", ascii_text(30), nullable=False),
        sa.Column("operation_id", ascii_text(190), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wallet_ledger"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_wallet_ledger_user_id"),
        sa.UniqueConstraint("operation_id", "reason", name="uq_wallet_ledger_operation"),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_wallet_ledger_balance_not_negative")),
        sa.CheckConstraint("delta <> 0", name=op.f("ck_wallet_ledger_delta_moves")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_wallet_ledger_user", "wallet_ledger", ["user_id", "token_type", "id"])


def downgrade() -> None:
    op.drop_table("wallet_ledger", if_exists=True)
    op.drop_table("wallets", if_exists=True)
