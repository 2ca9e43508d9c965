"""The rankings that operators upload, one whole KST day at a time."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Integer, String, Table, UniqueConstraint

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, metadata

daily_rankings = Table(
    "daily_rankings",
    metadata,
    Column("rank_date", Date, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(200), nullable=False),
    **MYSQL_TABLE,
)

daily_ranking_entries = Table(
    "daily_ranking_entries",
    metadata,
    Column("rank_date", Date, ForeignKey("daily_rankings.rank_date"), primary_key=True),
    Column("rank_no", Integer, primary_key=True, autoincrement=False),
    # null = somebody whom the service doesn't know
    Column("user_id", BigId, ForeignKey("user_profiles.id")),
    Column("display_name", String(100), nullable=False),
    Column("score", BigInteger, nullable=False),
    UniqueConstraint("rank_date", "user_id", name="uq_daily_ranking_entries_player"),
    **MYSQL_TABLE,
)
