"""Players keep being found by the ids that they had before."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime
from app.db.ddl import create_index_once

revision = "0269_player_aliases"
down_revision = "0231_runs_about_nothing"


def upgrade() -> None:
    op.create_table(
        "player_aliases",
        sa.Column("host_id", sa.Integer, nullable=False),
        sa.Column("external_id", sa.String(100), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("freed_at", UtcDateTime),
        sa.PrimaryKeyConstraint("host_id", "external_id", name="pk_player_aliases"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_player_aliases_host_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_player_aliases_user_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_player_aliases_user", "player_aliases", ["user_id"])


def downgrade() -> None:
    op.drop_table("player_aliases", if_exists=True)
