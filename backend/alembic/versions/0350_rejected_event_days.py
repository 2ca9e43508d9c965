"""How many events of a host were refused on a day, kept or only counted."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE

revision = "0350_rejected_event_days"
down_revision = "0361_webhook_reasons"


def upgrade() -> None:
    op.create_table(
        "rejected_event_days",
        sa.Column("host_id", sa.Integer, sa.ForeignKey("hosts.id"), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("told", sa.BigInteger, nullable=False),
        sa.Column("kept", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("host_id", "day", name="pk_rejected_event_days"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("rejected_event_days", if_exists=True)
