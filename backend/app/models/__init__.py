"""Every table of the service: importing this module makes the metadata complete."""

from app.db.base import metadata
from app.models import (
    audit,
    bridge,
    event_log,
    feature,
    game,
    idempotency,
    identity,
    job,
    outbox,
    player,
    prize_stock,
    reward,
    season,
    season_pass,
    ui_config,
    wallet,
    webhook,
)

__all__ = [
    "audit",
    "bridge",
    "event_log",
    "feature",
    "game",
    "idempotency",
    "identity",
    "job",
    "metadata",
    "outbox",
    "player",
    "prize_stock",
    "reward",
    "season",
    "season_pass",
    "ui_config",
    "wallet",
    "webhook",
]
