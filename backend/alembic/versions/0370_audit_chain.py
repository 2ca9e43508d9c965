"""Acts of operators are chained as they are stored: the hash over each and the one before, and a mark that is ours."""

import sqlalchemy as sa

from app.db.base import ascii_text
from app.db.ddl import add_column_once, drop_column_once

revision = "0370_audit_chain"
down_revision = "0351_live_streams"
COLUMNS = (("admin_audit_log", "chain_hash"), ("admin_audit_log", "mark"), ("audit_seals", "mark"))


def upgrade() -> None:
    for table, name in COLUMNS:
        add_column_once(table, sa.Column(name, ascii_text(64)))


def downgrade() -> None:
    for table, name in COLUMNS[::-1]:
        drop_column_once(table, name)
