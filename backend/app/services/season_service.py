"""Keeper of `seasons`, `season_levels` and `season_level_rewards`: seasons as operators set them.

Every change raises the version by one, whatever it touches: processes keep parsed seasons by (id, version).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, delete, select, update

from app.db.transaction import Tx, new_row_id
from app.domain.config_fields import RewardFields
from app.domain.season_config import LevelConfig, SeasonConfig
from app.models.season import season_level_rewards, season_levels, seasons

OWN_COLUMNS = (
    *("season_name", "program", "start_date", "end_date", "base_xp_per_stamp"),
    *("grace_days", "internal_win_threshold", "stamp_on_play"),
)
REWARD_COLUMNS = ("reward_type", "reward_amount", "token_type", "code", "needs_approval")


@dataclass(frozen=True, slots=True)
class StoredSeason:
    """A season as it stands, with the version that an edit must name."""

    id: int
    version: int
    is_active: bool
    created_at: datetime
    updated_at: datetime
    config: SeasonConfig


class SeasonService:
    """Keeper of season definitions."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def page(self, *, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Newest seasons first, without their levels, `limit + 1` at most, older than the season `after`."""
        query = select(seasons)
        if after is not None:
            query = query.where(seasons.c.id < after)
        rows = await self._tx.execute(query.order_by(seasons.c.id.desc()).limit(limit + 1))
        return [dict(row) for row in rows.mappings()]

    async def find(self, season_id: int, *, locked: bool = False) -> StoredSeason | None:
        """One season with its levels, locked until the commit if asked."""
        query: Select[Any] = select(seasons).where(seasons.c.id == season_id)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        if row is None:
            return None
        # levels after the head: an edit in between shows as a version that is too old, never as one that is too new
        levels = await self._levels(season_id)
        values = {name: row[name] for name in OWN_COLUMNS}
        # stored rows were checked when they were saved; whatever plain SQL made of them since must still be readable
        config = SeasonConfig.model_construct(**values, max_level=row["max_level"], levels=levels)
        return StoredSeason(row["id"], row["version"], row["is_active"], row["created_at"], row["updated_at"], config)

    async def _levels(self, season_id: int) -> tuple[LevelConfig, ...]:
        rewards: dict[int, dict[str, list[RewardFields]]] = {}
        r = season_level_rewards.c
        query = select(season_level_rewards).where(r.season_id == season_id).order_by(r.level, r.track, r.item_no)
        for row in (await self._tx.execute(query)).mappings():
            reward = RewardFields.model_construct(**{name: row[name] for name in REWARD_COLUMNS})
            rewards.setdefault(row["level"], {}).setdefault(row["track"], []).append(reward)
        levels = select(season_levels).where(season_levels.c.season_id == season_id).order_by(season_levels.c.level)
        return tuple(
            _level(dict(row), rewards.get(row["level"], {})) for row in (await self._tx.execute(levels)).mappings()
        )

    async def is_name_taken(self, name: str, *, but_by: int | None = None) -> bool:
        """True when another season than `but_by` has this name."""
        query = select(seasons.c.id).where(seasons.c.season_name == name, seasons.c.id != (but_by or 0))
        return (await self._tx.execute(query)).first() is not None

    async def overlapping(self, season: StoredSeason) -> list[str]:
        """The names of the other active seasons of the program on any of its days, locked: also those being saved."""
        c, config = seasons.c, season.config
        query = select(c.season_name).where(
            c.is_active.is_(True), c.program == config.program, c.id != season.id,
            c.start_date <= config.end_date, c.end_date >= config.start_date,
        ).with_for_update()  # fmt: skip
        return sorted((await self._tx.execute(query)).scalars())

    async def active_until(self, day: date) -> list[dict[str, Any]]:
        """The active seasons that have begun by a day, oldest first, without their levels."""
        query = select(seasons).where(seasons.c.is_active.is_(True), seasons.c.start_date <= day)
        return [dict(row) for row in (await self._tx.execute(query.order_by(seasons.c.id))).mappings()]

    async def add(self, config: SeasonConfig, *, is_active: bool, now: datetime) -> int:
        """A new season as version 1; returns its id."""
        result = await self._tx.execute(
            seasons.insert().values(
                **_own_values(config), is_active=is_active, version=1, created_at=now, updated_at=now
            )
        )
        season_id = new_row_id(result)
        await self._add_levels(season_id, config)
        return season_id

    async def replace(self, season_id: int, config: SeasonConfig, *, is_active: bool, now: datetime) -> None:
        """Everything of a season anew, as its next version. Lock it first."""
        await self._change(season_id, **_own_values(config), is_active=is_active, updated_at=now)
        await self._tx.execute(delete(season_level_rewards).where(season_level_rewards.c.season_id == season_id))
        await self._tx.execute(delete(season_levels).where(season_levels.c.season_id == season_id))
        await self._add_levels(season_id, config)

    async def set_active(self, season_id: int, *, is_active: bool, now: datetime) -> None:
        """Publishes or retires a season, as its next version. Lock it first."""
        await self._change(season_id, is_active=is_active, updated_at=now)

    async def _change(self, season_id: int, **values: Any) -> None:
        await self._tx.execute(
            update(seasons).where(seasons.c.id == season_id).values(version=seasons.c.version + 1, **values)
        )

    async def _add_levels(self, season_id: int, config: SeasonConfig) -> None:
        levels = [{"season_id": season_id, **level.model_dump(exclude={"rewards"})} for level in config.levels]
        rewards = [
            {"season_id": season_id, "level": level.level, "track": track, "item_no": number, **reward.model_dump()}
            for level in config.levels
            for track, bundle in level.rewards.items()
            for number, reward in enumerate(bundle, start=1)
        ]
        await self._tx.execute(season_levels.insert(), levels)
        if rewards:
            await self._tx.execute(season_level_rewards.insert(), rewards)


def _own_values(config: SeasonConfig) -> dict[str, Any]:
    return {name: getattr(config, name) for name in OWN_COLUMNS} | {"max_level": len(config.levels)}


def _level(row: dict[str, Any], rewards: dict[str, list[RewardFields]]) -> LevelConfig:
    return LevelConfig.model_construct(
        level=row["level"],
        required_xp=row["required_xp"],
        label_ko=row["label_ko"],
        label_en=row["label_en"],
        auto_claim=row["auto_claim"],
        rewards={track: tuple(bundle) for track, bundle in rewards.items()},
    )
