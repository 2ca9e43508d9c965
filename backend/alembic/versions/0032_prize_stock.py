"""Stock of prizes, with the history of how it was filled."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0032_prize_stock"
down_revision = "0031_stock_units"


def upgrade() -> None:
    op.create_table(
        "prize_stock",
        sa.Column("feature_type", ascii_text(30), nullable=False),
        sa.Column("prize_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("started_with", sa.BigInteger, nullable=False),
        sa.Column("supply", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("feature_type", "prize_id", name="pk_prize_stock"),
        sa.CheckConstraint("supply >= 0", name=op.f("ck_prize_stock_supply_not_negative")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "prize_stock_log",
        sa.Column("id", BigId, nullable=False),
        sa.Column("feature_type", ascii_text(30), nullable=False),
        sa.Column("prize_id", sa.Integer, nullable=False),
        sa.Column("delta", sa.BigInteger, nullable=False),
        sa.Column("reason", ascii_text(20), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prize_stock_log"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_prize_stock_log_prize", "prize_stock_log", ["feature_type", "prize_id", "id"])


def downgrade() -> None:
    op.drop_table("prize_stock_log", if_exists=True)
    op.drop_table("prize_stock", if_exists=True)
