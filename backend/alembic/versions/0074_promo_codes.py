"""Campaigns of promo codes, their codes, and who got which unit."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, Flag, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0074_promo_codes"
down_revision = "0150_support_search"


def upgrade() -> None:
    op.create_table(
        "promo_campaigns",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", ascii_text(50), nullable=False),
        sa.Column("title_ko", sa.String(100), nullable=False),
        sa.Column("title_en", sa.String(100), nullable=False),
        sa.Column("host_id", sa.Integer),
        sa.Column("kind", ascii_text(10), nullable=False),
        sa.Column("opens_at", UtcDateTime, nullable=False),
        sa.Column("closes_at", UtcDateTime),
        sa.Column("units", sa.BigInteger),
        sa.Column("rewards", JsonText, nullable=False),
        sa.Column("is_open", Flag, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_promo_campaigns"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_promo_campaigns_host_id"),
        sa.UniqueConstraint("code", name="uq_promo_campaigns_code"),
        sa.CheckConstraint("units > 0", name=op.f("ck_promo_campaigns_units_positive")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "promo_codes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("campaign_id", BigId, nullable=False),
        sa.Column("code", ascii_text(50), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_promo_codes"),
        sa.ForeignKeyConstraint(["campaign_id"], ["promo_campaigns.id"], name="fk_promo_codes_campaign_id"),
        sa.UniqueConstraint("code", name="uq_promo_codes_code"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_promo_codes_campaign", "promo_codes", ["campaign_id", "id"])
    op.create_table(
        "promo_claims",
        sa.Column("id", BigId, nullable=False),
        sa.Column("campaign_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("code_id", BigId, nullable=False),
        sa.Column("unit_no", sa.BigInteger, nullable=False),
        sa.Column("operation_id", ascii_text(190), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_promo_claims"),
        sa.ForeignKeyConstraint(["campaign_id"], ["promo_campaigns.id"], name="fk_promo_claims_campaign_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_promo_claims_user_id"),
        sa.ForeignKeyConstraint(["code_id"], ["promo_codes.id"], name="fk_promo_claims_code_id"),
        sa.UniqueConstraint("operation_id", name="uq_promo_claims_operation_id"),
        sa.UniqueConstraint("campaign_id", "user_id", name="uq_promo_claims_player"),
        sa.UniqueConstraint("campaign_id", "unit_no", name="uq_promo_claims_unit"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_promo_claims_code", "promo_claims", ["code_id"])
    create_index_once("ix_promo_claims_user", "promo_claims", ["user_id"])


def downgrade() -> None:
    op.drop_table("promo_claims", if_exists=True)
    op.drop_table("promo_codes", if_exists=True)
    op.drop_table("promo_campaigns", if_exists=True)
