"""A host gives one of its players another id. The player stays the same: every row names them by our number.

Locks user_profiles, then hosts. Writes user_profiles, player_aliases, hosts, admin_audit_log.
"""

from datetime import datetime
from typing import Any

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_text
from app.domain.player import PlayerState
from app.domain.privacy import is_pseudonym
from app.flows.steps.edits import Row
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.player_state import Wanted


async def rename_player(
    house: House, act: AdminAct, user_id: int, new_id: str, *, keeps_old: bool, tokens_now: datetime
) -> Row:
    """The player's id is `new_id` from now on; `is_changed` is False where it was so already.

    With `keeps_old` the old id goes on naming the player: in tokens, events and every call. Otherwise it is free for
    somebody else, and sign-ins from before `tokens_now` (of the tokens' clock) end. Audited. Raises USER_NOT_FOUND,
    PLAYER_MERGED, PLAYER_ERASED and EXTERNAL_ID_TAKEN: another player has or had the new id.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        player = await lock_account(keepers, user_id)
        old_id, host_id = player.external_id, player.host_id
        if old_id == new_id:
            return await _answer(keepers, user_id, is_changed=False, now=now)
        holder = (await keepers.player.find_all([(host_id, new_id)])).get((host_id, new_id))
        if holder not in (None, user_id):
            raise AppError("EXTERNAL_ID_TAKEN", field="new_external_id")
        ended: dict[str, Any] = {} if keeps_old else {"tokens_valid_from": tokens_now}
        await keepers.player.change(user_id, external_id=new_id, **ended)
        await keepers.alias.keep((host_id, old_id), user_id, freed_at=None if keeps_old else tokens_now, now=now)
        facts = {"external_id_changed": True, "keeps_old_id": keeps_old}  # no name: the log outlives an erasure
        await keepers.audit.add(act, "PLAYER_RENAMED", f"player:{user_id}", after=facts, now=now)
        await keepers.identity.turn_names(host_id)
        return await _answer(keepers, user_id, is_changed=True, now=now)

    return await house.write(work)


async def renamed_player(house: House, host_code: str, old_id: str, new_id: str) -> int:
    """The player whom a host means by "rename `old_id` to `new_id`"; a call that is repeated finds them, too.

    Raises USER_NOT_FOUND, and EXTERNAL_ID_MOVED where the player has a third id by now: a call that comes late undoes
    no later one.
    """

    async def read(keepers: Services) -> int:
        hosts = {host.code: host.id for host in await keepers.identity.known_hosts()}
        if host_code not in hosts:
            raise invalid(("host", "unknown host"))
        user_id = await keepers.player.find(host_code, old_id)
        if user_id is None:
            user_id = await keepers.alias.freed_from((hosts[host_code], old_id))
        profile = None if user_id is None else await keepers.player.profile(user_id)
        if user_id is None or profile is None:
            raise AppError("USER_NOT_FOUND")
        if profile["external_id"] not in (old_id, new_id):
            raise AppError("EXTERNAL_ID_MOVED", external_id=profile["external_id"])
        return user_id

    return await house.read(read)


async def lock_account(keepers: Services, user_id: int) -> PlayerState:
    """The player, locked; raises USER_NOT_FOUND, PLAYER_MERGED or PLAYER_ERASED where it is nobody's own account."""
    player = (await keepers.player.lock([user_id], Wanted())).get(user_id)
    if player is None:
        raise AppError("USER_NOT_FOUND")
    player.require_own_account()
    if is_pseudonym(player.external_id):
        raise AppError("PLAYER_ERASED")
    return player


async def _answer(keepers: Services, user_id: int, *, is_changed: bool, now: datetime) -> Row:
    profile = await keepers.player.profile(user_id) or {}
    old = [row["external_id"] for row in await keepers.alias.of_player(user_id) if row["freed_at"] is None]
    return {
        "user_id": user_id,
        "external_id": profile["external_id"],
        "old_external_ids": [name for name in old if name != profile["external_id"]],
        "is_changed": is_changed,
        "server_time": kst_text(now),
    }
