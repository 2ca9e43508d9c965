"""Who caused a reward, what its wallet entry is booked on, and when its delivery is tried again."""

import sqlalchemy as sa

from app.db.base import UtcDateTime, ascii_text
from app.db.ddl import add_column_once, create_index_once, drop_column_once, drop_index_once

revision = "0070_reward_delivery"
down_revision = "0063_job_runs"


def upgrade() -> None:
    add_column_once("reward_log", sa.Column("requested_by", sa.String(200)))
    add_column_once("reward_log", sa.Column("ledger_reason", ascii_text(30)))
    add_column_once("reward_log", sa.Column("next_try_at", UtcDateTime))
    create_index_once("ix_reward_log_due", "reward_log", ["next_try_at", "id"])


def downgrade() -> None:
    drop_index_once("ix_reward_log_due", "reward_log")
    for name in ("next_try_at", "ledger_reason", "requested_by"):
        drop_column_once("reward_log", name)
