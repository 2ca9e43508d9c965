"""Rewards, each with the permanent id of its cause."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0005_rewards"
down_revision = "0004_wallets"


def upgrade() -> None:
    op.create_table(
        "reward_log",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("operation_id", ascii_text(190), nullable=False),
        sa.Column("source", ascii_text(30), nullable=False),
        sa.Column("reward_type", ascii_text(20), nullable=False),
        sa.Column("token_type", ascii_text(50)),
        sa.Column("code", ascii_text(50)),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("state", ascii_text(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.String(500)),
        sa.Column("approved_by", sa.String(200)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reward_log"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_reward_log_user_id"),
        sa.UniqueConstraint("operation_id", name="uq_reward_log_operation_id"),
        sa.CheckConstraint("amount > 0", name=op.f("ck_reward_log_amount_positive")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_reward_log_state", "reward_log", ["state", "id"])
    create_index_once("ix_reward_log_user", "reward_log", ["user_id", "id"])


def downgrade() -> None:
    op.drop_table("reward_log", if_exists=True)
