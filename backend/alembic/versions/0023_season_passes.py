"""Premium: who owns which track of a season."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text

revision = "0023_season_passes"
down_revision = "0022_season_options"


def upgrade() -> None:
    op.create_table(
        "season_passes",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("season_id", sa.Integer, nullable=False),
        sa.Column("track", ascii_text(50), nullable=False),
        sa.Column("granted_at", UtcDateTime, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.PrimaryKeyConstraint("user_id", "season_id", "track", name="pk_season_passes"),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name="fk_season_passes_season_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_season_passes_user_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("season_passes", if_exists=True)
