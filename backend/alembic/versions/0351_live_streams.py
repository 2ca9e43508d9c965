"""How many live streams each process keeps open for each player, so that a bound holds over all of them."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text

revision = "0351_live_streams"
down_revision = "0350_rejected_event_days"


def upgrade() -> None:
    op.create_table(
        "live_streams",
        sa.Column("process", ascii_text(36), nullable=False),
        sa.Column("user_id", BigId, sa.ForeignKey("user_profiles.id"), nullable=False, autoincrement=False),
        sa.Column("streams", sa.Integer, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("process", "user_id", name="pk_live_streams"),
        sa.Index("ix_live_streams_user", "user_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("live_streams", if_exists=True)
