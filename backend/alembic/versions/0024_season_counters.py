"""What is counted of a player in a season with options: XP of the day, overflow bonuses, the streak."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime

revision = "0024_season_counters"
down_revision = "0023_season_passes"


def upgrade() -> None:
    op.create_table(
        "season_counters",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("season_id", sa.Integer, nullable=False),
        sa.Column("counted_since", UtcDateTime, nullable=False),
        sa.Column("earned_xp", sa.BigInteger, nullable=False),
        sa.Column("play_stamps", sa.Integer, nullable=False),
        sa.Column("overflow_bonuses", sa.Integer, nullable=False),
        sa.Column("streak_days", sa.Integer, nullable=False),
        sa.Column("streak_best", sa.Integer, nullable=False),
        sa.Column("streak_freezes", sa.Integer, nullable=False),
        sa.Column("streak_on", sa.Date),
        sa.PrimaryKeyConstraint("user_id", "season_id", name="pk_season_counters"),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name="fk_season_counters_season_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_season_counters_user_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("season_counters", if_exists=True)
