"""The operators' console."""

from fastapi import FastAPI

from app.pages.assets import assets_router
from app.pages.console import (
    account,
    accounts,
    audit,
    batches,
    contests,
    coupons,
    entering,
    exports,
    features,
    games,
    hosts,
    leaderboards,
    level_correction,
    lost,
    missions,
    now,
    player_acts,
    players,
    promotions,
    rankings,
    reversals,
    rewards,
    rule_editor,
    rules,
    search,
    season_editor,
    seasons,
    staff,
    system,
    texts,
    webhooks,
)
from app.pages.console.look import ASSETS

PAGES = (
    assets_router(ASSETS),
    entering.router,
    account.router,
    now.router,
    features.router,
    search.router,
    players.router,
    player_acts.router,
    level_correction.router,
    accounts.router,
    season_editor.router,
    seasons.router,
    games.router,
    missions.editing,
    missions.router,
    leaderboards.editing,
    leaderboards.router,
    contests.editing,
    contests.router,
    rankings.router,
    texts.router,
    batches.router,
    rewards.router,
    reversals.router,
    promotions.editing,
    promotions.router,
    coupons.router,
    hosts.router,
    rule_editor.router,
    rules.router,
    webhooks.router,
    audit.router,
    exports.router,
    system.router,
    staff.router,
    lost.router,
)


def add_console_pages(app: FastAPI) -> None:
    """Opens the operators' door. Its last page takes every other address below /console."""
    for page in PAGES:
        app.router.routes.extend(page.routes)
