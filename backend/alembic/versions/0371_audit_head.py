"""The head of the operators' log: its one row says what the next act follows."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, ascii_text

revision = "0371_audit_head"
down_revision = "0370_audit_chain"


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


def downgrade() -> None:
    op.drop_table("audit_head", if_exists=True)
