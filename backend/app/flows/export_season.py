"""A season as a file. Reads seasons and what belongs to them; writes nothing."""

from app.core.errors import AppError
from app.domain.season_file import FORMAT, SeasonFile
from app.services import House


async def export_season(house: House, name: str) -> str:
    """The canonical text of the season with this name. Raises SEASON_NOT_FOUND."""
    stored = await house.snapshot(lambda keepers: keepers.season.find_named(name))
    if stored is None:
        raise AppError("SEASON_NOT_FOUND")
    return SeasonFile.model_construct(format=FORMAT, is_active=stored.is_active, season=stored.config).text()
