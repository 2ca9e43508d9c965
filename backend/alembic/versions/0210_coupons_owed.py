"""A draw asks how many codes of a pool are promised already: rewards that wait or are to be approved."""

from app.db.ddl import create_index_once, drop_index_once

revision = "0210_coupons_owed"
down_revision = "0250_event_fingerprints"


def upgrade() -> None:
    create_index_once("ix_reward_log_owed", "reward_log", ["state", "reward_type", "code"])


def downgrade() -> None:
    drop_index_once("ix_reward_log_owed", "reward_log")
