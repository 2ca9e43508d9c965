"""Why an endpoint was switched off is kept whole: as long as a reason may be."""

import sqlalchemy as sa
from alembic import context, op

revision = "0361_webhook_reasons"
down_revision = "0360_stamp_event_types"


def upgrade() -> None:
    if context.get_context().dialect.name == "sqlite":
        return  # it knows no lengths; a new database of either kind has this one from 0130 on
    # locks: the table has a handful of rows, an operator's
    op.alter_column("webhook_endpoints", "disabled_reason", type_=sa.String(500), existing_nullable=True)


def downgrade() -> None:
    # the room stays; the code before this revision wrote no longer ones
    op.execute(
        "UPDATE webhook_endpoints SET disabled_reason = SUBSTR(disabled_reason, 1, 200)"
        " WHERE LENGTH(disabled_reason) > 200"
    )
