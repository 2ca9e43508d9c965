"""Acts of operators are chained as they are stored. Those from before stand outside, under their old seals."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, ascii_text
from app.db.ddl import add_column_once, drop_column_once

revision = "0370_audit_chain"
down_revision = "0351_live_streams"
NO_ACT = "0" * 64


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("chain_hash", ascii_text(64), nullable=False),
        sa.Column("unmarked_through", sa.BigInteger, nullable=False),
        sa.Column("unmarked_acts", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    for table, name in (("admin_audit_log", "chain_hash"), ("admin_audit_log", "mark"), ("audit_seals", "mark")):
        add_column_once(table, sa.Column(name, ascii_text(64)))
    op.execute(
        "INSERT INTO audit_head (id, chain_hash, unmarked_through, unmarked_acts)"
        f" SELECT 1, '{NO_ACT}', COALESCE(MAX(id), 0), COUNT(*) FROM admin_audit_log"
        " HAVING NOT EXISTS (SELECT 1 FROM audit_head)"
    )


def downgrade() -> None:
    op.drop_table("audit_head", if_exists=True)
    for table, name in (("audit_seals", "mark"), ("admin_audit_log", "mark"), ("admin_audit_log", "chain_hash")):
        drop_column_once(table, name)
