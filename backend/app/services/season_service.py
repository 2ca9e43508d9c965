"""Keeper of `seasons` and their levels, options and rewards: seasons as operators set them.

Every change raises the version by one, whatever it touches: processes keep parsed seasons by (id, version).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, update

from app.core.names import name_key
from app.db.transaction import Tx, new_row_id
from app.db.values import json_in, json_out
from app.domain.config_fields import RewardFields
from app.domain.season_config import LevelConfig, MilestoneConfig, OverflowConfig, SeasonConfig, StreakConfig
from app.domain.season_options import OVERFLOW, STREAK
from app.models.season import season_bonuses, season_level_rewards, season_levels, season_options, seasons

OWN_COLUMNS = (
    *("season_name", "program", "start_date", "end_date", "base_xp_per_stamp"),
    *("grace_days", "internal_win_threshold", "stamp_on_play"),
)
OPTION_COLUMNS = ("daily_xp_cap", "play_stamps_per_day")
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
    # of what it names, said when it is saved or published
    warnings: tuple[dict[str, Any], ...] | None = None


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

    async def heads(self) -> list[dict[str, Any]]:
        """Every season without its levels, newest first: as many as operators made."""
        return [dict(row) for row in (await self._tx.execute(select(seasons).order_by(seasons.c.id.desc()))).mappings()]

    async def next_start(self, program: str, today: date) -> date | None:
        """The first day of the program's next active season, if one is planned."""
        c = seasons.c
        query = select(func.min(c.start_date)).where(c.program == program, c.is_active, c.start_date > today)
        start: date | None = (await self._tx.execute(query)).scalar()
        return start

    async def find(self, season_id: int, *, locked: bool = False) -> StoredSeason | None:
        """One season with its levels, locked until the commit if asked."""
        query: Select[Any] = select(seasons).where(seasons.c.id == season_id)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        if row is None:
            return None
        # levels after the head: an edit in between shows as a version that is too old, never as one that is too new
        levels = await self._levels(season_id)
        values = {name: row[name] for name in OWN_COLUMNS} | await self._options(season_id)
        # stored rows were checked when they were saved; whatever plain SQL made of them since must still be readable
        config = SeasonConfig.model_construct(**values, max_level=row["max_level"], levels=levels)
        return StoredSeason(row["id"], row["version"], row["is_active"], row["created_at"], row["updated_at"], config)

    async def _levels(self, season_id: int) -> tuple[LevelConfig, ...]:
        rewards: dict[int, dict[str, list[RewardFields]]] = {}
        r = season_level_rewards.c
        query = select(season_level_rewards).where(r.season_id == season_id).order_by(r.level, r.track, r.item_no)
        for row in (await self._tx.execute(query)).mappings():
            rewards.setdefault(row["level"], {}).setdefault(row["track"], []).append(_reward(dict(row)))
        levels = select(season_levels).where(season_levels.c.season_id == season_id).order_by(season_levels.c.level)
        return tuple(
            _level(dict(row), rewards.get(row["level"], {})) for row in (await self._tx.execute(levels)).mappings()
        )

    async def find_named(self, name: str, *, locked: bool = False) -> StoredSeason | None:
        """As `find`, by the season's unique name."""
        season_id = (await self._tx.execute(select(seasons.c.id).where(seasons.c.season_name == name))).scalar()
        return None if season_id is None else await self.find(season_id, locked=locked)

    async def _options(self, season_id: int) -> dict[str, Any]:
        """The option fields of a config, as they are stored."""
        query = select(season_options).where(season_options.c.season_id == season_id)
        row = (await self._tx.execute(query)).mappings().first()
        if row is None:
            return {"daily_xp_cap": None, "play_stamps_per_day": None, "overflow": None, "streak": None}
        b = season_bonuses.c
        bonuses: dict[tuple[str, int], list[RewardFields]] = {}
        rows = select(season_bonuses).where(b.season_id == season_id).order_by(b.kind, b.threshold, b.item_no)
        for line in (await self._tx.execute(rows)).mappings():
            bonuses.setdefault((line["kind"], line["threshold"]), []).append(_reward(dict(line)))
        overflow = streak = None
        if row["overflow_every_xp"] is not None:
            overflow = OverflowConfig.model_construct(
                every_xp=row["overflow_every_xp"],
                max_times=row["overflow_max_times"],
                rewards=tuple(bonuses.get((OVERFLOW, 0), ())),
            )
        if row["streak"] is not None:
            milestones = [(days, rewards) for (kind, days), rewards in bonuses.items() if kind == STREAK]
            document = json_in(row["streak"])
            document["paused_days"] = tuple(date.fromisoformat(day) for day in document["paused_days"])
            streak = StreakConfig.model_construct(
                **document,
                milestones=tuple(
                    MilestoneConfig.model_construct(days=days, rewards=tuple(rewards)) for days, rewards in milestones
                ),
            )
        return {name: row[name] for name in OPTION_COLUMNS} | {"overflow": overflow, "streak": streak}

    async def _save_options(self, season_id: int, config: SeasonConfig) -> None:
        """Writes the options; a season that has none and never had any gets no row."""
        streak, overflow = config.streak, config.overflow
        values = {name: getattr(config, name) for name in OPTION_COLUMNS} | {
            "overflow_every_xp": overflow and overflow.every_xp,
            "overflow_max_times": overflow and overflow.max_times,
            "streak": streak and json_out(streak.model_dump(mode="json", exclude={"milestones"})),
        }
        own = season_options.c.season_id == season_id
        if (await self._tx.execute(select(season_options.c.season_id).where(own))).first() is not None:
            await self._tx.execute(update(season_options).where(own).values(**values))
        elif any(value is not None for value in values.values()):
            await self._tx.execute(season_options.insert().values(season_id=season_id, **values))
        await self._tx.execute(delete(season_bonuses).where(season_bonuses.c.season_id == season_id))
        bundles = [(OVERFLOW, 0, overflow.rewards)] if overflow else []
        bundles += [(STREAK, milestone.days, milestone.rewards) for milestone in (streak.milestones if streak else ())]
        rows = [
            {"season_id": season_id, "kind": kind, "threshold": threshold, "item_no": number, **reward.model_dump()}
            for kind, threshold, bundle in bundles
            for number, reward in enumerate(bundle, start=1)
        ]
        if rows:
            await self._tx.execute(season_bonuses.insert(), rows)

    async def is_name_taken(self, name: str, *, but_by: int | None = None) -> bool:
        """True when another season than `but_by` has this name, or one that people take for it (`name_key`)."""
        query = select(seasons.c.season_name).where(seasons.c.id != (but_by or 0))
        return name_key(name) in map(name_key, (await self._tx.execute(query)).scalars())

    async def overlapping(self, season: StoredSeason) -> list[str]:
        """The names of the other active seasons of the program on any of its days, locked: also those being saved."""
        c, config = seasons.c, season.config
        query = select(c.season_name).where(
            c.is_active.is_(True), c.program == config.program, c.id != season.id,
            c.start_date <= config.end_date, c.end_date >= config.start_date,
        ).with_for_update()  # fmt: skip
        return sorted((await self._tx.execute(query)).scalars())

    async def last_running_day(self, today: date) -> date | None:
        """The last day of whichever active season runs longest from today on; None when none runs."""
        c = seasons.c
        query = select(func.max(c.end_date)).where(c.is_active.is_(True), c.start_date <= today, c.end_date >= today)
        last: date | None = (await self._tx.execute(query)).scalar()
        return last

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
        await self._save_options(season_id, config)
        return season_id

    async def replace(self, season_id: int, config: SeasonConfig, *, is_active: bool, now: datetime) -> None:
        """Everything of a season anew, as its next version. Lock it first."""
        await self._change(season_id, **_own_values(config), is_active=is_active, updated_at=now)
        await self._tx.execute(delete(season_level_rewards).where(season_level_rewards.c.season_id == season_id))
        await self._tx.execute(delete(season_levels).where(season_levels.c.season_id == season_id))
        await self._add_levels(season_id, config)
        await self._save_options(season_id, config)

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


def _reward(row: dict[str, Any]) -> RewardFields:
    return RewardFields.model_construct(**{name: row[name] for name in REWARD_COLUMNS})


def _level(row: dict[str, Any], rewards: dict[str, list[RewardFields]]) -> LevelConfig:
    return LevelConfig.model_construct(
        level=row["level"],
        required_xp=row["required_xp"],
        label_ko=row["label_ko"],
        label_en=row["label_en"],
        auto_claim=row["auto_claim"],
        rewards={track: tuple(bundle) for track, bundle in rewards.items()},
    )
