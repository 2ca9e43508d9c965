"""Blocking, unblocking and signing out a player. Locks and writes user_profiles; writes admin_audit_log."""

from datetime import datetime
from typing import Any

from app.core.errors import AppError
from app.flows.steps.edits import Row, only, require_version
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.player_state import Wanted


async def block_player(
    house: House, act: AdminAct, user_id: int, *, is_blocked: bool, expected_version: int | None
) -> Row:
    """Blocks a player from the next command on, or lets them in again.

    Raises USER_NOT_FOUND, VERSION_CONFLICT, PLAYER_MERGED.
    """
    action = "PLAYER_BLOCKED" if is_blocked else "PLAYER_UNBLOCKED"
    return await _change(house, act, user_id, action, expected_version, is_blocked=is_blocked)


async def sign_out_player(house: House, act: AdminAct, user_id: int, *, tokens_now: datetime) -> Row:
    """Ends every sign-in of a player: no token made before `tokens_now`, the tokens' own clock, counts any more."""
    return await _change(house, act, user_id, "PLAYER_SIGNED_OUT", None, tokens_valid_from=tokens_now)


async def _change(
    house: House, act: AdminAct, user_id: int, action: str, expected_version: int | None, **values: Any
) -> Row:
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        players = await keepers.player.lock([user_id], Wanted())
        if user_id in players:
            players[user_id].require_own_account()
        before = await _profile(keepers, user_id)
        require_version(expected_version, before["version"])
        await keepers.player.change(user_id, **values)
        after = await _profile(keepers, user_id)
        kept = ("version", *values)
        await keepers.audit.add(
            act, action, f"player:{user_id}", before=only(before, *kept), after=only(after, *kept), now=now
        )
        return after

    return await house.write(work, is_repeatable=False)


async def _profile(keepers: Services, user_id: int) -> Row:
    row = await keepers.player.profile(user_id)
    if row is None:
        raise AppError("USER_NOT_FOUND")
    return row
