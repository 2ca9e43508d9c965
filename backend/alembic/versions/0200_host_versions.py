"""Which version of a host's settings an operator saw who changes them."""

import sqlalchemy as sa

from app.db.ddl import add_column_once, drop_column_once

revision = "0200_host_versions"
down_revision = "0190_audit_seals"


def upgrade() -> None:
    add_column_once("hosts", sa.Column("version", sa.Integer))


def downgrade() -> None:
    drop_column_once("hosts", "version")
