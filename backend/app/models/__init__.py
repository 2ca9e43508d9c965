"""Every table of the service: importing this module makes the metadata complete."""

from app.db.base import metadata
from app.models import (
    audit,
    event_log,
    feature,
    game,
    idempotency,
    identity,
    outbox,
    player,
    prize_stock,
    reward,
    season,
    season_pass,
    ui_config,
    wallet,
)

__all__ = [
    "audit",
    "event_log",
    "feature",
    "game",
    "idempotency",
    "identity",
    "metadata",
    "outbox",
    "player",
    "prize_stock",
    "reward",
    "season",
    "season_pass",
    "ui_config",
    "wallet",
]
