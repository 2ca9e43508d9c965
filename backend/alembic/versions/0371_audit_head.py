"""The head of the operators' log: the one row that the next act follows. Acts from before stand outside the chain."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, ascii_text

revision = "0371_audit_head"
down_revision = "0370_audit_chain"
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
    # locks: every act that there is, for a count; processes of the version before write on behind it
    op.execute(
        "INSERT INTO audit_head (id, chain_hash, unmarked_through, unmarked_acts)"
        f" SELECT 1, '{NO_ACT}', COALESCE(MAX(id), 0), COUNT(*) FROM admin_audit_log"
        " HAVING NOT EXISTS (SELECT 1 FROM audit_head)"
    )


def downgrade() -> None:
    op.drop_table("audit_head", if_exists=True)
