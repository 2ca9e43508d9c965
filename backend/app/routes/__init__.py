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

PREFIX = "/api"
api_router = APIRouter(prefix=PREFIX)
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

# Bound here, not by each application: what FastAPI prepares for a route is kept with the router that it is bound to,
# and takes half a second for all of them.
doors = APIRouter()
doors.include_router(api_router)
