"""From where an operator signed in; the row of an operator no longer says that their login is locked."""

import sqlalchemy as sa

from app.db.ddl import add_column_once, drop_column_once

revision = "0291_sign_in_clients"
down_revision = "0290_second_factors"


def upgrade() -> None:
    add_column_once("refresh_tokens", sa.Column("client", sa.String(200)))
    # locks: only databases made before the first release have these two, and dropping them is instant
    drop_column_once("staff", "failed_sign_ins")
    # locks: only databases made before the first release have these two, and dropping them is instant
    drop_column_once("staff", "locked_until")


def downgrade() -> None:
    drop_column_once("refresh_tokens", "client")
