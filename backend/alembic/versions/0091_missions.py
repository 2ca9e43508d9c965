"""Missions in all their versions."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, Flag, JsonText, UtcDateTime, ascii_text

revision = "0091_missions"
down_revision = "0090_goal_book"


def upgrade() -> None:
    op.create_table(
        "missions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", ascii_text(50), nullable=False),
        sa.Column("host_id", sa.Integer),
        sa.Column("is_active", Flag, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_missions"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_missions_host_id"),
        sa.UniqueConstraint("code", name="uq_missions_code"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "mission_versions",
        sa.Column("mission_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("config", JsonText, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("mission_id", "version", name="pk_mission_versions"),
        sa.ForeignKeyConstraint(["mission_id"], ["missions.id"], name="fk_mission_versions_mission_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("mission_versions", if_exists=True)
    op.drop_table("missions", if_exists=True)
