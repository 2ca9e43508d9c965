"""Who may knock: hosts with their keys, staff, and the sign-ins of players."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from app.db.base import MYSQL_TABLE, BigId, Flag, UtcDateTime, ascii_text, metadata

hosts = Table(
    "hosts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", ascii_text(50), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("is_active", Flag, nullable=False),
    # how this host signs its own player tokens; all null = it doesn't
    Column("jwt_algorithm", ascii_text(10)),
    Column("jwt_public_key", Text),
    Column("jwt_jwks_url", String(500)),
    Column("jwt_issuer", String(200), unique=True),
    Column("jwt_audience", String(200)),
    Column("jwt_max_life_seconds", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # raised by every change; null = 1: nothing was changed since the column came
    Column("version", Integer),
    # raised when an id of a player changes hands: processes forget whom they knew by which id; null = never
    Column("names_version", Integer),
    **MYSQL_TABLE,
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("host_id", ForeignKey("hosts.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("key_hash", ascii_text(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    **MYSQL_TABLE,
)

staff = Table(
    "staff",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String(190), nullable=False, unique=True),
    Column("password_hash", ascii_text(200)),
    Column("scopes", ascii_text(100), nullable=False),
    Column("is_active", Flag, nullable=False),
    Column("token_version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    **MYSQL_TABLE,
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("family_id", ascii_text(36), nullable=False),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=True),
    Column("token_hash", ascii_text(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("family_expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    # random; with the used token it gives the token's one successor again, to a client that missed the first answer
    Column("successor_seed", ascii_text(64)),
    Column("revoked_at", UtcDateTime),
    # from where an operator signed in, on the first token of the family; of players nothing is kept
    Column("client", String(200)),
    Index("ix_refresh_tokens_family_id", "family_id"),
    **MYSQL_TABLE,
)

# sign-ins that ended before their access tokens did; rows may go once expires_at has passed
revoked_sessions = Table(
    "revoked_sessions",
    metadata,
    Column("user_id", BigId, ForeignKey("user_profiles.id"), primary_key=True),
    Column("session_id", ascii_text(36), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False),
    **MYSQL_TABLE,
)
