"""Seals over what operators did: a chain that shows every later change."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, UtcDateTime, ascii_text

revision = "0190_audit_seals"
down_revision = "0098_teams"


def upgrade() -> None:
    op.create_table(
        "audit_seals",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("through_id", sa.BigInteger, nullable=False),
        sa.Column("acts", sa.Integer, nullable=False),
        sa.Column("chain_hash", ascii_text(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_seals"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("audit_seals", if_exists=True)
