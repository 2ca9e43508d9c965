"""Every route of the API."""

from fastapi import APIRouter

from app.routes import (
    auth,
    bridge,
    entitlements,
    events,
    games,
    gone,
    inbox,
    leaderboards,
    missions,
    possessions,
    promo,
    ranking,
    season_pass,
    stream,
    teams,
    trial,
    ui_config,
    wallet,
)
from app.routes.admin import router as admin_router

api_router = APIRouter(prefix="/api")
for _router in (
    auth.router,
    season_pass.router,
    bridge.router,
    events.router,
    missions.router,
    leaderboards.router,
    ranking.router,
    teams.router,
    wallet.router,
    stream.router,
    possessions.router,
    entitlements.router,
    promo.router,
    inbox.router,
    ui_config.router,
    gone.router,
    admin_router,
):
    api_router.include_router(_router)
api_router.include_router(trial.router)
api_router.include_router(games.router)
