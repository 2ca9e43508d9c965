"""The newest unit of a prize in one step, and no unit twice."""

from app.db.ddl import create_index_once, drop_index_once

revision = "0031_stock_units"
down_revision = "0030_play_seen"


def upgrade() -> None:
    columns = ["feature_type", "stock_prize_id", "stock_unit_no"]
    # locks: the column before it is new as well, so no code that runs can have written a duplicate
    create_index_once("uq_game_plays_stock_unit", "game_plays", columns, unique=True)


def downgrade() -> None:
    drop_index_once("uq_game_plays_stock_unit", "game_plays")
