"""Players whom their host vouches for: found, or made at first sight.

When two transactions meet a new player at once, the loser of the unique key runs again and finds them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.event_names import EventType
from app.domain.records import Event
from app.services import Services

Name = tuple[int, str]  # the host's id, and what the host calls the player


@dataclass(frozen=True, slots=True)
class Arrival:
    """The bearer of a token that verified, of whom this process doesn't know the row."""

    host_id: int
    external_id: str
    session_id: str | None
    request_id: str | None

    @property
    def name(self) -> Name:
        """Who they are."""
        return (self.host_id, self.external_id)


async def know_players(
    keepers: Services, nicknames: Mapping[Name, str | None], *, now: datetime
) -> tuple[dict[Name, int], list[Name]]:
    """(the ids of all these players; who of them is new). Who is new is made, with this nickname; nobody is locked."""
    ids = await keepers.player.find_all(nicknames)
    new = sorted(name for name in nicknames if name not in ids)
    if new:
        freed = await keepers.alias.freed(new)
        await keepers.player.add_all({name: nicknames[name] for name in new}, freed, now=now)
        ids |= await keepers.player.find_all(new)
    return ids, new


def sign_in_event(user_id: int, *, how: str, session_id: str | None, request_id: str | None, now: datetime) -> Event:
    """AUTH_LOGIN, for the event log. `how` says by what: HOST_EXCHANGE or TOKEN."""
    return Event(user_id, EventType.AUTH_LOGIN, None, session_id, {"how": how}, request_id, now)
