"""Operators find players by the start of an external id or a nickname."""

from app.db.ddl import create_index_once, drop_index_once

revision = "0017_player_search"
down_revision = "0016_grant_allowances"


def upgrade() -> None:
    create_index_once("ix_user_profiles_external_id", "user_profiles", ["external_id"])
    create_index_once("ix_user_profiles_nickname", "user_profiles", ["nickname"])


def downgrade() -> None:
    drop_index_once("ix_user_profiles_nickname", "user_profiles")
    drop_index_once("ix_user_profiles_external_id", "user_profiles")
