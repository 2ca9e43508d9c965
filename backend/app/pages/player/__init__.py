"""The player's pages."""

from fastapi import APIRouter

from app.pages.assets import assets_router
from app.pages.player import embed, enter, games, history, home, odds, settings
from app.pages.player.look import ASSETS

player_router = APIRouter()
for _router in (
    assets_router(ASSETS),
    home.router,
    games.router,
    history.router,
    odds.router,
    enter.router,
    enter.hand_off_router,
    settings.router,
    embed.router,
):
    player_router.include_router(_router)
