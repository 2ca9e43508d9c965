"""The player's pages."""

from fastapi import FastAPI

from app.pages.assets import assets_router
from app.pages.player import change, embed, enter, games, history, home, odds, settings
from app.pages.player.look import ASSETS
from app.pages.player.lost import LOST

PAGES = (
    assets_router(ASSETS),
    home.router,
    games.router,
    history.router,
    odds.router,
    enter.router,
    enter.hand_off_router,
    change.router,
    settings.router,
    embed.router,
)


def add_player_pages(app: FastAPI) -> None:
    """Opens the player's door. Call last: its final route takes what a browser asks for and nobody else answers."""
    for page in PAGES:
        app.router.routes.extend(page.routes)
    app.router.routes.append(LOST)
