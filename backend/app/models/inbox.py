"""What operators sent to players, and which players claimed it."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, UniqueConstraint

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, metadata

inbox_mailings = Table(
    "inbox_mailings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("title_ko", String(100), nullable=False),
    Column("title_en", String(100), nullable=False),
    Column("rewards", JsonText, nullable=False),
    Column("recipients", BigInteger, nullable=False),
    Column("sent_by", String(200), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    **MYSQL_TABLE,
)

inbox_items = Table(
    "inbox_items",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("mailing_id", BigId, ForeignKey("inbox_mailings.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("claimed_at", UtcDateTime),
    UniqueConstraint("mailing_id", "user_id", name="uq_inbox_items_player"),
    Index("ix_inbox_items_user", "user_id", "id"),
    **MYSQL_TABLE,
)
