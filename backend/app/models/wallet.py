"""Wallets and their append-only ledger; what they owe and the append-only list that explains it."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, UniqueConstraint

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text, metadata

wallets = Table(
    "wallets",
    metadata,
    Column("user_id", BigId, ForeignKey("user_profiles.id"), primary_key=True),
    Column("token_type", ascii_text(50), primary_key=True),
    Column("balance", BigInteger, nullable=False),
    # what was taken back and had been spent: later credits pay it first (wallet_debts explains it)
    Column("debt", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("balance >= 0", name="balance_not_negative"),
    **MYSQL_TABLE,
)

wallet_ledger = Table(
    "wallet_ledger",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("token_type", ascii_text(50), nullable=False),
    Column("delta", BigInteger, nullable=False),
    Column("balance_after", BigInteger, nullable=False),
    Column("reason", ascii_text(30), nullable=False),
    Column("operation_id", ascii_text(190), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("operation_id", "reason", name="uq_wallet_ledger_operation"),
    CheckConstraint("balance_after >= 0", name="balance_not_negative"),
    CheckConstraint("delta <> 0", name="delta_moves"),
    Index("ix_wallet_ledger_user", "user_id", "token_type", "id"),
    **MYSQL_TABLE,
)

# + when more was taken back than a wallet held, - when a credit paid it
wallet_debts = Table(
    "wallet_debts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("token_type", ascii_text(50), nullable=False),
    Column("delta", BigInteger, nullable=False),
    Column("debt_after", BigInteger, nullable=False),
    Column("reason", ascii_text(30), nullable=False),
    Column("operation_id", ascii_text(190), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("operation_id", "reason", name="uq_wallet_debts_operation"),
    CheckConstraint("debt_after >= 0", name="debt_not_negative"),
    CheckConstraint("delta <> 0", name="delta_moves"),
    Index("ix_wallet_debts_user", "user_id", "token_type", "id"),
    **MYSQL_TABLE,
)
