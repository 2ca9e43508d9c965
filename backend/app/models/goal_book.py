"""The version of everything that operators let players strive for."""

from sqlalchemy import Column, Integer, Table

from app.db.base import MYSQL_TABLE, UtcDateTime, metadata

# one row: its version rises with every change of any goal, and whoever counts share-locks it
goal_book = Table(
    "goal_book",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    # a window of a leaderboard that was to close by then takes no score any more
    Column("closed_through", UtcDateTime),
    **MYSQL_TABLE,
)
