"""Bridge campaigns with their slots."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0060_bridge_campaigns"
down_revision = "0032_prize_stock"


def upgrade() -> None:
    op.create_table(
        "bridge_campaigns",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", ascii_text(50), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("program", ascii_text(50), nullable=False),
        sa.Column("host_id", sa.Integer),
        sa.Column("start_date", sa.Date, nullable=False),
        sa.Column("end_date", sa.Date, nullable=False),
        sa.Column("required_keys", sa.Integer, nullable=False),
        sa.Column("points_per_key", sa.BigInteger, nullable=False),
        sa.Column("policy", ascii_text(20), nullable=False),
        sa.Column("settles_at", UtcDateTime, nullable=False),
        sa.Column("target_season_id", sa.Integer),
        sa.Column("state", ascii_text(10), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bridge_campaigns"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_bridge_campaigns_host_id"),
        sa.ForeignKeyConstraint(["target_season_id"], ["seasons.id"], name="fk_bridge_campaigns_target_season_id"),
        sa.UniqueConstraint("code", name="uq_bridge_campaigns_code"),
        sa.CheckConstraint("start_date <= end_date", name=op.f("ck_bridge_campaigns_dates_in_order")),
        sa.CheckConstraint("points_per_key >= 0 AND required_keys > 0", name=op.f("ck_bridge_campaigns_amounts")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_bridge_campaigns_state", "bridge_campaigns", ["state", "start_date"])
    op.create_table(
        "bridge_slots",
        sa.Column("campaign_id", sa.Integer, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("slot_date", sa.Date, nullable=False),
        sa.Column("event_type", ascii_text(50), nullable=False),
        sa.Column("mission", JsonText, nullable=False),
        sa.Column("rewards", JsonText, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "day", name="pk_bridge_slots"),
        sa.ForeignKeyConstraint(["campaign_id"], ["bridge_campaigns.id"], name="fk_bridge_slots_campaign_id"),
        sa.UniqueConstraint("campaign_id", "event_type", name="uq_bridge_slots_event"),
        sa.UniqueConstraint("campaign_id", "slot_date", name="uq_bridge_slots_date"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("bridge_slots", if_exists=True)
    op.drop_table("bridge_campaigns", if_exists=True)
