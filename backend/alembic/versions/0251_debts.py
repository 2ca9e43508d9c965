"""What a wallet owes, how often something was taken back from a player, and what missions counted above their end."""

import sqlalchemy as sa

from app.db.ddl import add_column_once, drop_column_once

revision = "0251_debts"
down_revision = "0291_sign_in_clients"


def upgrade() -> None:
    add_column_once("wallets", sa.Column("debt", sa.BigInteger, nullable=False, server_default="0"))
    add_column_once("mission_progress", sa.Column("surplus", sa.BigInteger, nullable=False, server_default="0"))
    add_column_once("user_profiles", sa.Column("reversals", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    drop_column_once("user_profiles", "reversals")
    drop_column_once("mission_progress", "surplus")
    drop_column_once("wallets", "debt")
