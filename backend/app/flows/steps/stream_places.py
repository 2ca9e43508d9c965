"""Places for live streams, over all processes: a player's own few, and as many as the service takes.

Locks user_profiles. Writes live_streams. A process tells how many it keeps open when one is opened, and within seconds
when one has ended; one that is killed is silent, and its streams count no more after half a minute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.errors import AppError
from app.flows.steps.commands import PlayerCommand
from app.services import House, Services
from app.services.player_state import Wanted

# a browser has six connections to a host without HTTP/2: some must be left for the pages
MAX_OF_ONE_PLAYER = 4


@dataclass(frozen=True, slots=True)
class Place:
    """One stream to be opened: the `mine`-th that this process keeps open for the player, the `all_here`-th at all.

    It goes on after `last_event_id`, or from now on.
    """

    command: PlayerCommand
    last_event_id: int | None
    mine: int
    all_here: int

    @property
    def user_id(self) -> int:
        return self.command.user_id


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one process among all of them; `most` are open altogether."""

    house: House
    process: str
    most: int

    async def take(self, wanted: Sequence[Place]) -> list[int | AppError]:
        """After which event each stream goes on, or why it may not be opened; in the same order.

        TOKEN_REVOKED, USER_BLOCKED, USER_NOT_FOUND, RATE_LIMITED (too many of this player), BUSY (too many at all).
        """

        async def work(keepers: Services) -> list[int | AppError]:
            players = await keepers.player.lock({place.user_id for place in wanted}, Wanted())
            of_player, of_all = await keepers.live_stream.elsewhere(self.process, players)
            cursors: list[int | AppError] = []
            open_now: dict[int, int] = {}
            for place in wanted:
                try:
                    player = players.get(place.user_id)
                    if player is None:
                        raise AppError("USER_NOT_FOUND")
                    place.command.require_allowed(player)
                    self._require_room(place, of_player.get(place.user_id, 0), of_all)
                except AppError as refusal:
                    cursors.append(refusal)
                    continue
                open_now[place.user_id] = place.mine
                newest = place.last_event_id
                cursors.append(await keepers.event_log.newest_id(place.user_id) if newest is None else newest)
            await keepers.live_stream.tell(self.process, open_now)
            return cursors

        return await self.house.write(work)

    async def tell(self, streams: Mapping[int, int]) -> None:
        """Says how many this process keeps open for these players, whose streams have changed, and that it is there."""

        async def work(keepers: Services) -> None:
            await keepers.live_stream.tell(self.process, streams)
            await keepers.live_stream.report(self.process)

        await self.house.write(work)

    async def leave(self) -> None:
        """Says that this process keeps none open any more."""
        await self.house.write(lambda keepers: keepers.live_stream.forget(self.process))

    def _require_room(self, place: Place, elsewhere: int, all_elsewhere: int) -> None:
        if place.mine + elsewhere > MAX_OF_ONE_PLAYER:
            raise AppError("RATE_LIMITED", retry_after_seconds=30)
        if place.all_here + all_elsewhere > self.most:
            raise AppError("BUSY", retry_after_seconds=5)
