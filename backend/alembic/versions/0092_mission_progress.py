"""How far each player is with each mission in each period."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0092_mission_progress"
down_revision = "0091_missions"


def upgrade() -> None:
    op.create_table(
        "mission_progress",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("period_key", ascii_text(20), nullable=False),
        sa.Column("mission_id", sa.Integer, nullable=False),
        sa.Column("progress", sa.BigInteger, nullable=False),
        sa.Column("completed", sa.Integer, nullable=False),
        sa.Column("claimed", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("counted_on", sa.Date),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "period_key", "mission_id", name="pk_mission_progress"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_mission_progress_user_id"),
        sa.ForeignKeyConstraint(["mission_id"], ["missions.id"], name="fk_mission_progress_mission_id"),
        sa.CheckConstraint(
            "progress >= 0 AND claimed >= 0 AND claimed <= completed", name=op.f("ck_mission_progress_in_order")
        ),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_mission_progress_mission", "mission_progress", ["mission_id", "period_key"])


def downgrade() -> None:
    op.drop_table("mission_progress", if_exists=True)
