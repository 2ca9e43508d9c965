"""From where an operator signed in, no locked logins any more, and room for secrets of webhooks once encrypted."""

import sqlalchemy as sa
from alembic import context, op

from app.db.base import ascii_text
from app.db.ddl import add_column_once, drop_column_once

revision = "0291_sign_in_clients"
down_revision = "0290_second_factors"


def upgrade() -> None:
    add_column_once("refresh_tokens", sa.Column("client", sa.String(200)))
    # locks: only databases made before the first release have these two, and dropping them is instant
    drop_column_once("staff", "failed_sign_ins")
    # locks: only databases made before the first release have these two, and dropping them is instant
    drop_column_once("staff", "locked_until")
    if context.get_context().dialect.name == "sqlite":
        return  # it knows no lengths; a new database of either kind has this one from 0130 on
    # locks: up to 255 bytes a longer text column is a change of the table's description alone
    op.alter_column("webhook_endpoints", "secret", type_=ascii_text(255), existing_nullable=False)
    # locks: up to 255 bytes a longer text column is a change of the table's description alone
    op.alter_column("webhook_endpoints", "previous_secret", type_=ascii_text(255), existing_nullable=True)


def downgrade() -> None:
    drop_column_once("refresh_tokens", "client")  # what is sealed would not fit any more: its room stays
