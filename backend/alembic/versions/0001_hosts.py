"""Hosts, and the API keys they call us with."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, Flag, UtcDateTime, ascii_text

revision = "0001_hosts"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "hosts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", ascii_text(50), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("is_active", Flag, nullable=False),
        sa.Column("jwt_algorithm", ascii_text(10)),
        sa.Column("jwt_public_key", sa.Text),
        sa.Column("jwt_jwks_url", sa.String(500)),
        sa.Column("jwt_issuer", sa.String(200)),
        sa.Column("jwt_audience", sa.String(200)),
        sa.Column("jwt_max_life_seconds", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hosts"),
        sa.UniqueConstraint("code", name="uq_hosts_code"),
        sa.UniqueConstraint("jwt_issuer", name="uq_hosts_jwt_issuer"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("host_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("key_hash", ascii_text(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_api_keys_host_id"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("api_keys", if_exists=True)
    op.drop_table("hosts", if_exists=True)
