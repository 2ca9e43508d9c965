"""What a season may have beyond levels: an XP cap, overflow and streak bonuses."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, Flag, JsonText, ascii_text

revision = "0022_season_options"
down_revision = "0021_program_rows"


def upgrade() -> None:
    op.create_table(
        "season_options",
        sa.Column("season_id", sa.Integer, nullable=False),
        sa.Column("daily_xp_cap", sa.BigInteger),
        sa.Column("play_stamps_per_day", sa.Integer),
        sa.Column("overflow_every_xp", sa.BigInteger),
        sa.Column("overflow_max_times", sa.Integer),
        sa.Column("streak", JsonText),
        sa.PrimaryKeyConstraint("season_id", name="pk_season_options"),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name="fk_season_options_season_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "season_bonuses",
        sa.Column("season_id", sa.Integer, nullable=False),
        sa.Column("kind", ascii_text(10), nullable=False),
        sa.Column("threshold", sa.Integer, nullable=False),
        sa.Column("item_no", sa.Integer, nullable=False),
        sa.Column("reward_type", ascii_text(20), nullable=False),
        sa.Column("reward_amount", sa.BigInteger, nullable=False),
        sa.Column("token_type", ascii_text(50)),
        sa.Column("code", ascii_text(50)),
        sa.Column("needs_approval", Flag, nullable=False),
        sa.PrimaryKeyConstraint("season_id", "kind", "threshold", "item_no", name="pk_season_bonuses"),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name="fk_season_bonuses_season_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("season_bonuses", if_exists=True)
    op.drop_table("season_options", if_exists=True)
