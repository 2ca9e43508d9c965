"""Players keep being found by the ids that they had before, and an account may become part of another."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime
from app.db.ddl import add_column_once, create_index_once, drop_column_once, drop_index_once

revision = "0270_player_accounts"
down_revision = "0231_runs_about_nothing"


def upgrade() -> None:
    add_column_once("user_profiles", sa.Column("merged_into", BigId))
    create_index_once("ix_user_profiles_merged_into", "user_profiles", ["merged_into"])
    add_column_once("hosts", sa.Column("names_version", sa.Integer))
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
    drop_column_once("hosts", "names_version")
    drop_index_once("ix_user_profiles_merged_into", "user_profiles")
    drop_column_once("user_profiles", "merged_into")
