"""Players as this service knows them. The row is the player's own queue: every command locks it first."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from app.db.base import MYSQL_TABLE, BigId, Flag, UtcDateTime, metadata

user_profiles = Table(
    "user_profiles",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("host_id", Integer, ForeignKey("hosts.id"), nullable=False),
    Column("external_id", String(100), nullable=False),
    Column("nickname", String(50)),
    Column("is_blocked", Flag, nullable=False),
    Column("tokens_valid_from", UtcDateTime),
    Column("event_key_count", Integer, nullable=False),
    Column("event_pending_points", BigId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # the player whom this account became part of; its rows stay as history, and nothing new is written to it
    Column("merged_into", BigId),
    # how often something was taken back from the player: what is earned again has an operation id of its own
    Column("reversals", Integer, nullable=False, server_default="0"),
    UniqueConstraint("host_id", "external_id", name="uq_user_profiles_host_external"),
    # operators search by the start of either, whatever the host
    Index("ix_user_profiles_external_id", "external_id"),
    Index("ix_user_profiles_nickname", "nickname"),
    Index("ix_user_profiles_merged_into", "merged_into"),
    CheckConstraint("event_key_count >= 0", name="keys_not_negative"),
    CheckConstraint("event_pending_points >= 0", name="pending_not_negative"),
    **MYSQL_TABLE,
)

# ids by which a host knew a player before: a name is here or in user_profiles, never another player's in both
player_aliases = Table(
    "player_aliases",
    metadata,
    Column("host_id", Integer, ForeignKey("hosts.id"), primary_key=True),
    Column("external_id", String(100), primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # of the tokens' clock: from then on the name may be somebody else's; tokens that name it from before don't count
    Column("freed_at", UtcDateTime),
    Index("ix_player_aliases_user", "user_id"),
    **MYSQL_TABLE,
)
