"""Bridge keys as players collected them."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0061_bridge_keys"
down_revision = "0060_bridge_campaigns"


def upgrade() -> None:
    op.create_table(
        "bridge_keys",
        sa.Column("id", BigId, nullable=False),
        sa.Column("campaign_id", sa.Integer, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("event_type", ascii_text(50), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("key_date", sa.Date, nullable=False),
        sa.Column("points", sa.BigInteger, nullable=False),
        sa.Column("cause", ascii_text(190), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bridge_keys"),
        sa.ForeignKeyConstraint(["campaign_id"], ["bridge_campaigns.id"], name="fk_bridge_keys_campaign_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_bridge_keys_user_id"),
        sa.UniqueConstraint("campaign_id", "user_id", "event_type", name="uq_bridge_keys_once"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_bridge_keys_user", "bridge_keys", ["user_id", "campaign_id", "day"])


def downgrade() -> None:
    op.drop_table("bridge_keys", if_exists=True)
