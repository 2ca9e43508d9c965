"""Campaigns of promo codes, their codes, and who got which unit."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)  # fmt: skip

from app.db.base import MYSQL_TABLE, BigId, Flag, JsonText, UtcDateTime, ascii_text, metadata

promo_campaigns = Table(
    "promo_campaigns",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("code", ascii_text(50), nullable=False, unique=True),
    Column("title_ko", String(100), nullable=False),
    Column("title_en", String(100), nullable=False),
    Column("host_id", Integer, ForeignKey("hosts.id")),
    Column("kind", ascii_text(10), nullable=False),
    Column("opens_at", UtcDateTime, nullable=False),
    Column("closes_at", UtcDateTime),
    Column("units", BigInteger),  # none = endless; how many are gone is the newest claim's number
    Column("rewards", JsonText, nullable=False),
    Column("is_open", Flag, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(200), nullable=False),
    CheckConstraint("units > 0", name="units_positive"),
    **MYSQL_TABLE,
)

promo_codes = Table(
    "promo_codes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("campaign_id", BigId, ForeignKey("promo_campaigns.id"), nullable=False),
    Column("code", ascii_text(50), nullable=False, unique=True),  # across campaigns: players type nothing else
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_promo_codes_campaign", "campaign_id", "id"),
    **MYSQL_TABLE,
)

promo_claims = Table(
    "promo_claims",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("campaign_id", BigId, ForeignKey("promo_campaigns.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("code_id", BigId, ForeignKey("promo_codes.id"), nullable=False),
    Column("unit_no", BigInteger, nullable=False),
    Column("operation_id", ascii_text(190), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("campaign_id", "user_id", name="uq_promo_claims_player"),
    UniqueConstraint("campaign_id", "unit_no", name="uq_promo_claims_unit"),
    Index("ix_promo_claims_code", "code_id"),
    Index("ix_promo_claims_user", "user_id"),
    **MYSQL_TABLE,
)
