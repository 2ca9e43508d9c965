"""What a host said under an id, why it gave nothing, and what rules remember for it."""

import sqlalchemy as sa

from app.db.base import JsonText, ascii_text
from app.db.ddl import add_column_once, drop_column_once

revision = "0250_event_fingerprints"
down_revision = "0200_host_versions"


def upgrade() -> None:
    add_column_once("host_events", sa.Column("fingerprint", ascii_text(64)))
    add_column_once("host_events", sa.Column("reason", ascii_text(30)))
    add_column_once("host_events", sa.Column("marks", JsonText))


def downgrade() -> None:
    drop_column_once("host_events", "marks")
    drop_column_once("host_events", "reason")
    drop_column_once("host_events", "fingerprint")
