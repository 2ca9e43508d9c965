"""The operators' API: every call needs a staff scope, every write a reason, and every write leaves an audit row."""

from fastapi import APIRouter

from app.routes.admin import audit, bridge, features, games, jobs, players, seasons, ui_config, wallets

router = APIRouter(prefix="/admin")
for _module in (features, seasons, games, wallets, players, ui_config, bridge, jobs, audit):
    router.include_router(_module.router)
