"""What operators read of seasons: all of them, one as it stands, and what stands against a change of it. Reads only.

Reads seasons with their parts, programs, season_progress, season_stamp_log, season_counters and season_passes.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.errors import AppError
from app.domain.promises import told
from app.domain.season_config import SeasonConfig
from app.domain.season_edits import SeasonUse, edit_problems
from app.services import House, Services
from app.services.season_service import StoredSeason

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """A season with how far its players have come."""

    season: StoredSeason
    use: SeasonUse


async def list_seasons(house: House) -> tuple[list[Row], list[Row]]:
    """(every season without its levels, newest first; every program)."""

    async def work(keepers: Services) -> tuple[list[Row], list[Row]]:
        return await keepers.season.heads(), await keepers.program.all()

    return await house.read(work)


async def season_standing(house: House, season_id: int) -> Standing:
    """One season as it stands. Raises SEASON_NOT_FOUND."""
    return await house.read(lambda keepers: _standing(keepers, season_id))


async def edit_refusals(house: House, season_id: int, config: SeasonConfig) -> list[Row]:
    """What a save of this config would be refused for, because players were promised or paid otherwise."""
    standing = await season_standing(house, season_id)
    return told(edit_problems(standing.season.config, config, standing.use))


async def attendance(house: House, user_id: int, season_id: int) -> tuple[frozenset[date], int]:
    """(the days on which a player stamped in a season, their XP in it). Raises USER_NOT_FOUND."""

    async def work(keepers: Services) -> tuple[frozenset[date], int]:
        if await keepers.player.profile(user_id) is None:
            raise AppError("USER_NOT_FOUND")
        progress = {row["season_id"]: row["current_xp"] for row in await keepers.season_pass.of_player(user_id)}
        return await keepers.season_pass.stamp_days(user_id, season_id), progress.get(season_id, 0)

    return await house.read(work)


async def _standing(keepers: Services, season_id: int) -> Standing:
    season = await keepers.season.find(season_id)
    if season is None:
        raise AppError("SEASON_NOT_FOUND")
    return Standing(season, await keepers.season_pass.use_of(season_id))
