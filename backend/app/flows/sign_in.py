"""Signing players in, on the word of their host's server: one transaction for all who come at once.

Reads and locks user_profiles. Writes user_profiles (new players, new nicknames), refresh_tokens, user_event_log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.errors import AppError
from app.core.host_tokens import KnownHost
from app.core.tokens import TokenKeys
from app.domain.player import PlayerState
from app.domain.records import Event
from app.flows.steps.know_player import Name, know_players, sign_in_event
from app.flows.steps.sessions import Family, Owner, new_family, open_sessions, player_owner
from app.services import House, Services
from app.services.player_state import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A host says that this player is here, and what they call themselves (None: as before)."""

    host: KnownHost
    external_id: str
    nickname: str | None
    request_id: str | None

    @property
    def name(self) -> Name:
        """Who it is."""
        return (self.host.id, self.external_id)


async def sign_in_players(house: House, keys: TokenKeys, sign_ins: Sequence[SignIn]) -> list[dict[str, Any] | AppError]:
    """Tokens for each player, who is made at first sight; in the same order. A blocked one is refused: USER_BLOCKED.

    Running it again would only start further sign-ins, so a connection lost in the commit is no reason to fail.
    """
    now, tokens_now = house.clock.now(), keys.now()

    async def work(keepers: Services) -> list[dict[str, Any] | AppError]:
        players = await _players(keepers, sign_ins, now)
        sessions: list[tuple[Owner, Family]] = []
        events: list[Event] = []
        for sign_in in sign_ins:
            player = players[sign_in.name]
            if player.is_blocked:
                continue
            await _rename(keepers, player, sign_in.nickname)
            family = new_family(house.settings, tokens_now)
            sessions.append((player_owner(player, sign_in.host.code), family))
            known_as = {"session_id": family.id, "request_id": sign_in.request_id}
            events.append(sign_in_event(player.id, how="HOST_EXCHANGE", **known_as, now=now))
        await keepers.event_log.add(events)
        answers = iter(await open_sessions(keepers, house.settings, keys, sessions, now=tokens_now))
        return [AppError("USER_BLOCKED") if players[sign_in.name].is_blocked else next(answers) for sign_in in sign_ins]

    return await house.write_identities(work)


async def _players(keepers: Services, sign_ins: Sequence[SignIn], now: datetime) -> dict[Name, PlayerState]:
    """All of them, locked."""
    nicknames = {sign_in.name: sign_in.nickname for sign_in in reversed(sign_ins)}  # the first makes the player
    ids, _ = await know_players(keepers, nicknames, now=now)
    players = await keepers.player.lock(ids.values(), Wanted())
    return {name: players[user_id] for name, user_id in ids.items()}


async def _rename(keepers: Services, player: PlayerState, nickname: str | None) -> None:
    if nickname is not None and nickname != player.nickname:
        await keepers.player.change(player.id, nickname=nickname)
        player.nickname = nickname
