"""Staff, rotating refresh tokens, and sign-ins that ended early."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, Flag, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0003_sign_ins"
down_revision = "0002_players"


def upgrade() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("login", sa.String(190), nullable=False),
        sa.Column("password_hash", ascii_text(200)),
        sa.Column("scopes", ascii_text(100), nullable=False),
        sa.Column("is_active", Flag, nullable=False),
        sa.Column("token_version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("login", name="uq_staff_login"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("id", BigId, nullable=False),
        sa.Column("family_id", ascii_text(36), nullable=False),
        sa.Column("user_id", BigId),
        sa.Column("staff_id", sa.Integer),
        sa.Column("token_hash", ascii_text(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("family_expires_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime),
        sa.Column("successor_seed", ascii_text(64)),
        sa.Column("revoked_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_refresh_tokens"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_refresh_tokens_staff_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_refresh_tokens_user_id"),
        sa.UniqueConstraint("token_hash", name="uq_refresh_tokens_token_hash"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_refresh_tokens_family_id", "refresh_tokens", ["family_id"])
    op.create_table(
        "revoked_sessions",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("session_id", ascii_text(36), nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "session_id", name="pk_revoked_sessions"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_revoked_sessions_user_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("revoked_sessions", if_exists=True)
    op.drop_table("refresh_tokens", if_exists=True)
    op.drop_table("staff", if_exists=True)
