"""A play keeps what its draw saw, and which unit of a prize with stock it gave away."""

import sqlalchemy as sa

from app.db.base import JsonText
from app.db.ddl import add_column_once, drop_column_once

revision = "0030_play_seen"
down_revision = "0024_season_counters"


def upgrade() -> None:
    add_column_once("game_plays", sa.Column("seen", JsonText))
    add_column_once("game_plays", sa.Column("stock_prize_id", sa.Integer))
    add_column_once("game_plays", sa.Column("stock_unit_no", sa.BigInteger))


def downgrade() -> None:
    for name in ("stock_unit_no", "stock_prize_id", "seen"):
        drop_column_once("game_plays", name)
