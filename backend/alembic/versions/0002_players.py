"""Players: one row per (host, external id), the lock every command takes first."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, Flag, UtcDateTime

revision = "0002_players"
down_revision = "0001_hosts"


def upgrade() -> None:
    op.create_table(
        "user_profiles",
        sa.Column("id", BigId, nullable=False),
        sa.Column("host_id", sa.Integer, nullable=False),
        sa.Column("external_id", sa.String(100), nullable=False),
        sa.Column("nickname", sa.String(50)),
        sa.Column("is_blocked", Flag, nullable=False),
        sa.Column("tokens_valid_from", UtcDateTime),
        sa.Column("event_key_count", sa.Integer, nullable=False),
        sa.Column("event_pending_points", BigId, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_profiles"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_user_profiles_host_id"),
        sa.UniqueConstraint("host_id", "external_id", name="uq_user_profiles_host_external"),
        sa.CheckConstraint("event_key_count >= 0", name=op.f("ck_user_profiles_keys_not_negative")),
        sa.CheckConstraint("event_pending_points >= 0", name=op.f("ck_user_profiles_pending_not_negative")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("user_profiles", if_exists=True)
