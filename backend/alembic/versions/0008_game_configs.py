"""Versions of every game's config, and which one was active when."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0008_game_configs"
down_revision = "0007_season_progress"


def upgrade() -> None:
    op.create_table(
        "game_configs",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("feature_type", ascii_text(30), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("config", JsonText, nullable=False),
        sa.Column("config_hash", ascii_text(64), nullable=False),
        sa.Column("active_slot", sa.Integer),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_game_configs"),
        sa.UniqueConstraint("feature_type", "active_slot", name="uq_game_configs_active"),
        sa.UniqueConstraint("feature_type", "version", name="uq_game_configs_version"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "game_activations",
        sa.Column("id", BigId, nullable=False),
        sa.Column("feature_type", ascii_text(30), nullable=False),
        sa.Column("config_id", sa.Integer, nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("activated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_game_activations"),
        sa.ForeignKeyConstraint(["config_id"], ["game_configs.id"], name="fk_game_activations_config_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_game_activations_feature", "game_activations", ["feature_type", "id"])


def downgrade() -> None:
    op.drop_table("game_activations", if_exists=True)
    op.drop_table("game_configs", if_exists=True)
