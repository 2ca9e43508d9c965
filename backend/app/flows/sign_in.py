"""Signing a player in, on the word of their host's server.

Reads and locks user_profiles. Writes user_profiles (a new player, a new nickname), refresh_tokens, user_event_log.
"""

from typing import Any

from app.core.errors import AppError
from app.core.host_tokens import KnownHost
from app.core.tokens import TokenKeys
from app.flows.steps.know_player import know_player, sign_in_event
from app.flows.steps.sessions import new_family, open_session, player_owner
from app.services import House, Services


async def sign_in(
    house: House,
    keys: TokenKeys,
    host: KnownHost,
    *,
    external_id: str,
    nickname: str | None,
    request_id: str | None,
) -> dict[str, Any]:
    """Tokens for the host's player, who is made at first sight. Raises USER_BLOCKED.

    Running it again would only start another sign-in, so a connection lost in the commit is no reason to fail.
    """
    now, tokens_now = house.clock.now(), keys.now()

    async def work(keepers: Services) -> dict[str, Any]:
        family = new_family(house.settings, tokens_now)
        player = await know_player(keepers, host, external_id, nickname=nickname, now=now)
        if player.is_blocked:
            raise AppError("USER_BLOCKED")
        event = sign_in_event(player.id, how="HOST_EXCHANGE", session_id=family.id, request_id=request_id, now=now)
        await keepers.event_log.add([event])
        owner = player_owner(player, host.code)
        return await open_session(keepers, house.settings, keys, owner, family, now=tokens_now)

    return await house.write(work)
