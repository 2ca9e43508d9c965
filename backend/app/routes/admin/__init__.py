"""The operators' API: every call needs a staff scope, every write a reason, and every write leaves an audit row."""

from fastapi import APIRouter

from app.routes.admin import (
    audit,
    badges,
    bridge,
    coupons,
    deliveries,
    events,
    features,
    games,
    hosts,
    inbox,
    jobs,
    leaderboards,
    missions,
    players,
    premium,
    programs,
    promotions,
    rankings,
    rewards,
    rules,
    seasons,
    teams,
    ui_config,
    wallets,
    webhooks,
)
from app.routes.openapi import problems

router = APIRouter(prefix="/admin", responses=problems("AUTH_REQUIRED"))
for _module in (
    features,
    programs,
    seasons,
    premium,
    games,
    wallets,
    players,
    rewards,
    coupons,
    promotions,
    inbox,
    ui_config,
    bridge,
    hosts,
    webhooks,
    deliveries,
    rules,
    events,
    jobs,
    audit,
    missions,
    badges,
    leaderboards,
    rankings,
    teams,
):
    router.include_router(_module.router)
