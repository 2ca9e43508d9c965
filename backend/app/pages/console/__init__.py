"""The operators' console."""

from fastapi import FastAPI

from app.pages.assets import assets_router
from app.pages.console import entering, features, lost, now
from app.pages.console.look import ASSETS

PAGES = (assets_router(ASSETS), entering.router, now.router, features.router, lost.router)


def add_console_pages(app: FastAPI) -> None:
    """Opens the operators' door. Its last page takes every other address below /console."""
    for page in PAGES:
        app.include_router(page)
