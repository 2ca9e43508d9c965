"""Every table of the service: importing this module makes the metadata complete."""

from app.db.base import metadata
from app.models import (
    audit,
    badge,
    bridge,
    coupon,
    entitlement,
    event_log,
    feature,
    game,
    goal_book,
    host_event,
    idempotency,
    identity,
    inbox,
    job,
    leaderboard,
    mission,
    outbox,
    player,
    prize_stock,
<<<<<<< HEAD
    ranking,
=======
    promo,
>>>>>>> main
    reward,
    rule,
    season,
    season_pass,
    team,
    ui_config,
    wallet,
    webhook,
)

__all__ = [
    "audit",
    "badge",
    "bridge",
    "coupon",
    "entitlement",
    "event_log",
    "feature",
    "game",
    "goal_book",
    "host_event",
    "idempotency",
    "identity",
    "inbox",
    "job",
    "leaderboard",
    "metadata",
    "mission",
    "outbox",
    "player",
    "prize_stock",
<<<<<<< HEAD
    "ranking",
=======
    "promo",
>>>>>>> main
    "reward",
    "rule",
    "season",
    "season_pass",
    "team",
    "ui_config",
    "wallet",
    "webhook",
]
