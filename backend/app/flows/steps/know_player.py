"""A player whom their host vouches for: found, or made at first sight."""

from datetime import datetime

from app.core.host_tokens import KnownHost
from app.core.invariants import InvariantBroken
from app.domain.event_names import EventType
from app.domain.player import PlayerState
from app.domain.records import Event
from app.services import Services
from app.services.player_service import Wanted


async def know_player(
    keepers: Services, host: KnownHost, external_id: str, *, nickname: str | None = None, now: datetime
) -> tuple[PlayerState, bool]:
    """(the player, locked; whether they are new). A `nickname` that differs replaces the old one.

    When two requests meet a new player at once, the loser of the unique key runs its transaction again and finds them.
    """
    user_id = await keepers.player.find(host.code, external_id)
    is_new = user_id is None
    if user_id is None:
        user_id = await keepers.player.add(host_id=host.id, external_id=external_id, nickname=nickname, now=now)
    player = (await keepers.player.lock([user_id], Wanted())).get(user_id)
    if player is None:
        raise InvariantBroken("a player's row is never deleted")
    if nickname is not None and nickname != player.nickname:
        await keepers.player.change(player.id, nickname=nickname)
        player.nickname = nickname
    return player, is_new


async def log_sign_in(
    keepers: Services, player: PlayerState, *, how: str, session_id: str | None, request_id: str | None, now: datetime
) -> None:
    """Notes AUTH_LOGIN. `how` says by what: HOST_EXCHANGE or HOST_TOKEN."""
    event = Event(player.id, EventType.AUTH_LOGIN, None, session_id, {"how": how}, request_id, now)
    await keepers.event_log.add([event])
