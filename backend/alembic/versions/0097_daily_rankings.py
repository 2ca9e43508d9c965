"""The rankings that operators upload."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime

revision = "0097_daily_rankings"
down_revision = "0075_inbox"


def upgrade() -> None:
    op.create_table(
        "daily_rankings",
        sa.Column("rank_date", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("rank_date", name="pk_daily_rankings"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "daily_ranking_entries",
        sa.Column("rank_date", sa.Date, nullable=False),
        sa.Column("rank_no", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("user_id", BigId),
        sa.Column("display_name", sa.String(100), nullable=False),
        sa.Column("score", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("rank_date", "rank_no", name="pk_daily_ranking_entries"),
        sa.ForeignKeyConstraint(["rank_date"], ["daily_rankings.rank_date"], name="fk_daily_ranking_entries_rank_date"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_daily_ranking_entries_user_id"),
        sa.UniqueConstraint("rank_date", "user_id", name="uq_daily_ranking_entries_player"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("daily_ranking_entries", if_exists=True)
    op.drop_table("daily_rankings", if_exists=True)
