"""The newest play of a config version in one step. On MySQL it takes the place of the foreign key's own index."""

from alembic import op

from app.db.ddl import create_index_once, drop_index_once

revision = "0018_plays_by_config"
down_revision = "0017_player_search"

OWN_INDEX = "fk_game_plays_config_id"  # InnoDB made it with the foreign key, and named it after that


def upgrade() -> None:
    create_index_once("ix_game_plays_config", "game_plays", ["config_id", "id"])
    if op.get_context().dialect.name != "sqlite" and not op.get_context().as_sql:
        drop_index_once(OWN_INDEX, "game_plays")  # InnoDB drops it by itself, but not one that a downgrade made


def downgrade() -> None:
    if op.get_context().dialect.name != "sqlite":  # the foreign key may not stand without an index for a moment
        create_index_once(OWN_INDEX, "game_plays", ["config_id"])
    drop_index_once("ix_game_plays_config", "game_plays")
