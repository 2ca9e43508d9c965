"""An account may become part of another, and processes hear of it."""

import sqlalchemy as sa

from app.db.base import BigId
from app.db.ddl import add_column_once, create_index_once, drop_column_once, drop_index_once

revision = "0270_player_accounts"
down_revision = "0269_player_aliases"


def upgrade() -> None:
    add_column_once("user_profiles", sa.Column("merged_into", BigId))
    create_index_once("ix_user_profiles_merged_into", "user_profiles", ["merged_into"])
    add_column_once("hosts", sa.Column("names_version", sa.Integer))


def downgrade() -> None:
    drop_column_once("hosts", "names_version")
    drop_index_once("ix_user_profiles_merged_into", "user_profiles")
    drop_column_once("user_profiles", "merged_into")
