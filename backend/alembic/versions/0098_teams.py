"""Teams of a season."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, Flag, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0098_teams"
down_revision = "0097_daily_rankings"


def upgrade() -> None:
    op.create_table(
        "team_contests",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", ascii_text(30), nullable=False),
        sa.Column("season_id", sa.Integer, nullable=False),
        sa.Column("is_active", Flag, nullable=False),
        sa.Column("state", ascii_text(10), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("config", JsonText, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_team_contests"),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name="fk_team_contests_season_id"),
        sa.UniqueConstraint("code", name="uq_team_contests_code"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("contest_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("created_by", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
        sa.ForeignKeyConstraint(["contest_id"], ["team_contests.id"], name="fk_teams_contest_id"),
        sa.ForeignKeyConstraint(["created_by"], ["user_profiles.id"], name="fk_teams_created_by"),
        sa.UniqueConstraint("contest_id", "name", name="uq_teams_name"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "team_members",
        sa.Column("contest_id", sa.Integer, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("team_id", sa.Integer, nullable=False),
        sa.Column("joined_at", UtcDateTime, nullable=False),
        sa.Column("score", sa.BigInteger, nullable=False),
        sa.Column("reached_at", UtcDateTime),
        sa.Column("counted_on", sa.Date),
        sa.Column("counted_today", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("contest_id", "user_id", name="pk_team_members"),
        sa.ForeignKeyConstraint(["contest_id"], ["team_contests.id"], name="fk_team_members_contest_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_team_members_user_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_members_team_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_team_members_team", "team_members", ["contest_id", "team_id"])
    op.create_table(
        "team_results",
        sa.Column("contest_id", sa.Integer, nullable=False),
        sa.Column("rank_no", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("team_id", sa.Integer, nullable=False),
        sa.Column("score", sa.BigInteger, nullable=False),
        sa.Column("members", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("contest_id", "rank_no", name="pk_team_results"),
        sa.ForeignKeyConstraint(["contest_id"], ["team_contests.id"], name="fk_team_results_contest_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_results_team_id"),
        sa.UniqueConstraint("contest_id", "team_id", name="uq_team_results_team"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("team_results", if_exists=True)
    op.drop_table("team_members", if_exists=True)
    op.drop_table("teams", if_exists=True)
    op.drop_table("team_contests", if_exists=True)
