"""The list that explains debts, and what waits for a person after a reversal."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0252_reversals"
down_revision = "0251_debts"


def upgrade() -> None:
    op.create_table(
        "wallet_debts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("token_type", ascii_text(50), nullable=False),
        sa.Column("delta", sa.BigInteger, nullable=False),
        sa.Column("debt_after", sa.BigInteger, nullable=False),
        sa.Column("reason", ascii_text(30), nullable=False),
        sa.Column("operation_id", ascii_text(190), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wallet_debts"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_wallet_debts_user_id"),
        sa.UniqueConstraint("operation_id", "reason", name="uq_wallet_debts_operation"),
        sa.CheckConstraint("debt_after >= 0", name=op.f("ck_wallet_debts_debt_not_negative")),
        sa.CheckConstraint("delta <> 0", name=op.f("ck_wallet_debts_delta_moves")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_wallet_debts_user", "wallet_debts", ["user_id", "token_type", "id"])
    op.create_table(
        "reversal_reviews",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("kind", ascii_text(20), nullable=False),
        sa.Column("operation_id", ascii_text(190), nullable=False),
        sa.Column("event_id", ascii_text(36), nullable=False),
        sa.Column("facts", JsonText, nullable=False),
        sa.Column("state", ascii_text(10), nullable=False),
        sa.Column("decided_by", sa.String(200)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("decided_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_reversal_reviews"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_reversal_reviews_user_id"),
        sa.ForeignKeyConstraint(["event_id"], ["host_events.id"], name="fk_reversal_reviews_event_id"),
        sa.UniqueConstraint("event_id", "operation_id", name="uq_reversal_reviews_once"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_reversal_reviews_state", "reversal_reviews", ["state", "id"])
    create_index_once("ix_reversal_reviews_user", "reversal_reviews", ["user_id", "id"])


def downgrade() -> None:
    op.drop_table("reversal_reviews", if_exists=True)
    op.drop_table("wallet_debts", if_exists=True)
