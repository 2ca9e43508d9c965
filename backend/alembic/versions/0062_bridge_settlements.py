"""How each player of a bridge campaign was settled."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0062_bridge_settlements"
down_revision = "0061_bridge_keys"


def upgrade() -> None:
    op.create_table(
        "bridge_settlements",
        sa.Column("id", BigId, nullable=False),
        sa.Column("campaign_id", sa.Integer, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("outcome", ascii_text(20), nullable=False),
        sa.Column("key_count", sa.Integer, nullable=False),
        sa.Column("pending_points", sa.BigInteger, nullable=False),
        sa.Column("points_paid", sa.BigInteger, nullable=False),
        sa.Column("level_state", ascii_text(20), nullable=False),
        sa.Column("season_id", sa.Integer),
        sa.Column("level_after", sa.Integer),
        sa.Column("xp_added", sa.BigInteger, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bridge_settlements"),
        sa.ForeignKeyConstraint(["campaign_id"], ["bridge_campaigns.id"], name="fk_bridge_settlements_campaign_id"),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name="fk_bridge_settlements_season_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_bridge_settlements_user_id"),
        sa.UniqueConstraint("campaign_id", "user_id", name="uq_bridge_settlements_once"),
        sa.CheckConstraint("points_paid >= 0 AND xp_added >= 0", name=op.f("ck_bridge_settlements_not_negative")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_bridge_settlements_level", "bridge_settlements", ["campaign_id", "level_state", "user_id"])


def downgrade() -> None:
    op.drop_table("bridge_settlements", if_exists=True)
