"""Teams of a season: the contests, the teams, their members' scores, and how it ended."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from app.db.base import MYSQL_TABLE, BigId, Flag, JsonText, UtcDateTime, ascii_text, metadata

team_contests = Table(
    "team_contests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", ascii_text(30), nullable=False, unique=True),
    Column("season_id", Integer, ForeignKey("seasons.id"), nullable=False),
    Column("is_active", Flag, nullable=False),
    # OPEN, FROZEN (the ranks stand and are being paid) or SETTLED
    Column("state", ascii_text(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("config", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    **MYSQL_TABLE,
)

teams = Table(
    "teams",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contest_id", Integer, ForeignKey("team_contests.id"), nullable=False),
    Column("name", String(50), nullable=False),
    Column("created_by", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # of core/names.name_key; null: from before it came, or nobody's name any more
    Column("name_key", ascii_text(64)),
    # closed by an operator: no members, no score, no rank
    Column("closed_at", UtcDateTime),
    UniqueConstraint("contest_id", "name", name="uq_teams_name"),
    Index("uq_teams_name_key", "contest_id", "name_key", unique=True),
    **MYSQL_TABLE,
)

team_members = Table(
    "team_members",
    metadata,
    Column("contest_id", Integer, ForeignKey("team_contests.id"), primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), primary_key=True),
    Column("team_id", Integer, ForeignKey("teams.id"), nullable=False),
    Column("joined_at", UtcDateTime, nullable=False),
    Column("score", BigInteger, nullable=False),
    Column("reached_at", UtcDateTime),
    Column("counted_on", Date),
    Column("counted_today", BigInteger, nullable=False),
    Index("ix_team_members_team", "contest_id", "team_id"),
    **MYSQL_TABLE,
)

team_results = Table(
    "team_results",
    metadata,
    Column("contest_id", Integer, ForeignKey("team_contests.id"), primary_key=True),
    Column("rank_no", Integer, primary_key=True, autoincrement=False),
    Column("team_id", Integer, ForeignKey("teams.id"), nullable=False),
    Column("score", BigInteger, nullable=False),
    Column("members", Integer, nullable=False),
    UniqueConstraint("contest_id", "team_id", name="uq_team_results_team"),
    **MYSQL_TABLE,
)
