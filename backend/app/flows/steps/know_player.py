"""Players whom their host vouches for: found, or made at first sight.

When two transactions meet a new player at once, the loser of the unique key runs again and finds them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.core.host_tokens import KnownHost
from app.core.invariants import InvariantBroken
from app.domain.event_names import EventType
from app.domain.player import PlayerState
from app.domain.records import Event
from app.services import Services
from app.services.player_service import Wanted


@dataclass(frozen=True, slots=True)
class Visitor:
    """The bearer of a token that verified, of whom this process doesn't know the row."""

    host_id: int
    external_id: str
    session_id: str | None
    request_id: str | None

    @property
    def name(self) -> tuple[int, str]:
        """Who they are."""
        return (self.host_id, self.external_id)


async def know_players(
    keepers: Services, host_id: int, external_ids: Collection[str], *, now: datetime
) -> tuple[dict[str, int], list[str]]:
    """(the ids of all these players, by external id; who of them is new). Who is new is made; nobody is locked."""
    names = sorted(set(external_ids))
    ids = await keepers.player.find_all(host_id, names)
    new = [name for name in names if name not in ids]
    if new:
        await keepers.player.add_all(host_id, new, now=now)
        ids |= await keepers.player.find_all(host_id, new)
    return ids, new


async def know_player(
    keepers: Services, host: KnownHost, external_id: str, *, nickname: str | None = None, now: datetime
) -> PlayerState:
    """The player, locked. A `nickname` that differs replaces the old one."""
    user_id = await keepers.player.find(host.code, external_id)
    if user_id is None:
        user_id = await keepers.player.add(host_id=host.id, external_id=external_id, nickname=nickname, now=now)
    player = (await keepers.player.lock([user_id], Wanted())).get(user_id)
    if player is None:
        raise InvariantBroken("a player's row is never deleted")
    if nickname is not None and nickname != player.nickname:
        await keepers.player.change(player.id, nickname=nickname)
        player.nickname = nickname
    return player


def sign_in_event(user_id: int, *, how: str, session_id: str | None, request_id: str | None, now: datetime) -> Event:
    """AUTH_LOGIN, for the event log. `how` says by what: HOST_EXCHANGE or TOKEN."""
    return Event(user_id, EventType.AUTH_LOGIN, None, session_id, {"how": how}, request_id, now)
