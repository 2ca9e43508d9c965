"""The head's one row. Acts from before stand outside the chain, which begins behind them."""

from alembic import op

revision = "0372_audit_head_row"
down_revision = "0371_audit_head"
NO_ACT = "0" * 64


def upgrade() -> None:
    # locks: every act that there is, for a count; processes of the version before write on behind it
    op.execute(
        "INSERT INTO audit_head (id, chain_hash, unmarked_through, unmarked_acts)"
        f" SELECT 1, '{NO_ACT}', COALESCE(MAX(id), 0), COUNT(*) FROM admin_audit_log"
        " HAVING NOT EXISTS (SELECT 1 FROM audit_head)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM audit_head")
