"""How many units there are of each prize with stock. How many are gone is what the plays say."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, String, Table

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text, metadata

prize_stock = Table(
    "prize_stock",
    metadata,
    Column("feature_type", ascii_text(30), primary_key=True),
    Column("prize_id", Integer, primary_key=True, autoincrement=False),
    Column("started_with", BigInteger, nullable=False),
    # what it started with plus every restock; a play never writes here
    Column("supply", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),  # of the operators' changes
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(200), nullable=False),
    CheckConstraint("supply >= 0", name="supply_not_negative"),
    **MYSQL_TABLE,
)

prize_stock_log = Table(
    "prize_stock_log",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("feature_type", ascii_text(30), nullable=False),
    Column("prize_id", Integer, nullable=False),
    Column("delta", BigInteger, nullable=False),
    Column("reason", ascii_text(20), nullable=False),  # STARTED or RESTOCKED
    Column("actor", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_prize_stock_log_prize", "feature_type", "prize_id", "id"),
    **MYSQL_TABLE,
)
