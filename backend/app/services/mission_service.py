"""Keeper of missions in all their versions, and of how far each player is with them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update

from app.core.names import stored_names
from app.db.statements import Statement, Upsert
from app.db.transaction import Tx, new_row_id
from app.db.values import day_in, instant_out, json_in, json_out, known_instant_in
from app.domain.mission_config import MissionConfig
from app.domain.mission_progress import MissionProgress
from app.domain.missions import Mission
from app.models.mission import mission_progress, mission_versions, missions

Row = dict[str, Any]
# no lock: the players' own locks guard these rows, and a read sees what was committed before it began
PROGRESS = Statement("""
    SELECT user_id, mission_id, period_key, updated_at, progress, completed, claimed, version, counted_on, surplus
    FROM mission_progress WHERE user_id IN ({ids}) AND period_key IN ({periods})
""")
ALL_PROGRESS = Statement("""
    SELECT user_id, mission_id, period_key, updated_at, progress, completed, claimed, version, counted_on, surplus
    FROM mission_progress WHERE user_id = ?
""")
SET_PROGRESS = Upsert(
    mission_progress,
    ["user_id", "period_key", "mission_id"],
    ["progress", "completed", "claimed", "version", "counted_on", "updated_at", "surplus"],
)


class MissionService:
    """Keeper of missions."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def page(self, *, after: int | None, limit: int) -> list[Row]:
        """Newest missions first, `limit + 1` at most, older than the mission `after`."""
        query = _current()
        if after is not None:
            query = query.where(missions.c.id < after)
        rows = await self._tx.execute(query.order_by(missions.c.id.desc()).limit(limit + 1))
        return [_shown(row) for row in rows.mappings()]

    async def find(self, code: str, *, locked: bool = False) -> Row | None:
        """One mission as it stands. Lock every switch before you lock it."""
        query = _current().where(missions.c.code == code)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        return None if row is None else _shown(row)

    async def requirements(self) -> dict[str, tuple[str, ...]]:
        """What each mission requires, by code."""
        return {row["code"]: tuple(json_in(row["config"])["requires"]) for row in await self._all()}

    async def _all(self) -> Sequence[Any]:
        return (await self._tx.execute(_current())).mappings().all()

    async def ended_before(self, day: str) -> list[Row]:
        """The active missions whose last day lies before this one."""
        rows = [_shown(row) for row in await self._all() if row["is_active"]]
        return [row for row in rows if (row["config"]["ends_on"] or day) < day]

    async def add(
        self, config: MissionConfig, *, host_id: int | None, is_active: bool, actor: str, now: datetime
    ) -> None:
        """A new mission as version 1."""
        values = {"code": config.code, "host_id": host_id, "is_active": is_active, "version": 1}
        result = await self._tx.execute(missions.insert().values(**values, created_at=now, updated_at=now))
        await self._add_version(new_row_id(result), 1, config.view(), actor=actor, now=now)

    async def replace(
        self, before: Row, config: Row, *, host_id: int | None, is_active: bool, actor: str, now: datetime
    ) -> None:
        """The mission as its next version. Lock it first."""
        version = before["version"] + 1
        await self._tx.execute(
            update(missions)
            .where(missions.c.id == before["id"])
            .values(host_id=host_id, is_active=is_active, version=version, updated_at=now)
        )
        await self._add_version(before["id"], version, config, actor=actor, now=now)

    async def _add_version(self, mission_id: int, version: int, config: Row, *, actor: str, now: datetime) -> None:
        await self._tx.execute(
            mission_versions.insert().values(
                mission_id=mission_id, version=version, config=json_out(config), created_by=actor, created_at=now
            )
        )

    async def versions(self, mission_id: int, *, after: int | None, limit: int) -> list[Row]:
        """Newest versions first, `limit + 1` at most, older than the version `after`."""
        c = mission_versions.c
        query = select(mission_versions).where(c.mission_id == mission_id)
        if after is not None:
            query = query.where(c.version < after)
        rows = await self._tx.execute(query.order_by(c.version.desc()).limit(limit + 1))
        return [dict(row) | {"config": json_in(row["config"])} for row in rows.mappings()]

    async def version(self, mission_id: int, version: int) -> Mission | None:
        """One version as it was, to pay what was completed under it; None when there is none."""
        v, m = mission_versions.c, missions.c
        query = select(v.config, m.host_id, m.is_active).join(missions, m.id == v.mission_id).where(
            v.mission_id == mission_id, v.version == version
        )  # fmt: skip
        row = (await self._tx.execute(query)).mappings().first()
        if row is None:
            return None
        with stored_names():
            config = MissionConfig.model_validate(json_in(row["config"]))
        return Mission(mission_id, row["host_id"], version, row["is_active"], config)

    async def players(self, mission_id: int) -> int:
        """How many players have progress in it."""
        c = mission_progress.c
        query = select(func.count(c.user_id.distinct())).where(c.mission_id == mission_id)
        return int((await self._tx.execute(query)).scalar_one())

    async def players_on_the_way(self, mission_id: int, config: Row, periods: Collection[str]) -> int:
        """How many players have counts in these periods that no completion has used up, and may still complete it."""
        c = mission_progress.c
        query = select(func.count(c.user_id.distinct())).where(
            c.mission_id == mission_id, c.period_key.in_(periods), c.completed < config["repeat_max"],
            c.progress > c.completed * config["target"],
        )  # fmt: skip
        return int((await self._tx.execute(query)).scalar_one())

    async def progress_of(self, user_ids: Iterable[int], periods: Collection[str]) -> list[MissionProgress]:
        """The players' progress in these periods. To change it, lock the players first."""
        ids = sorted(user_ids)
        rows = await self._tx.rows(PROGRESS, [*ids, *periods], ids=len(ids), periods=len(periods))
        return [_progress(row) for row in rows]

    async def all_progress_of(self, user_id: int) -> list[MissionProgress]:
        """How far a player is with every mission in every period. Lock the player first."""
        return [_progress(row) for row in await self._tx.rows(ALL_PROGRESS, (user_id,))]

    async def save(self, rows: Iterable[MissionProgress]) -> None:
        """Writes progress. The players' rows must be locked by this transaction."""
        await self._tx.write(
            SET_PROGRESS,
            [
                (r.user_id, r.period_key, r.mission_id, r.progress, r.completed, r.claimed, r.version,
                 r.counted_on and r.counted_on.isoformat(), instant_out(r.updated_at), r.surplus)
                for r in rows
            ],
        )  # fmt: skip

    async def totals(self, mission_id: int, *, limit: int | None) -> list[Row]:
        """The newest periods of a mission, at most `limit`: how many players began, completed and claimed it."""
        c = mission_progress.c
        completed = func.sum(case((c.completed > 0, 1), else_=0)).label("players_completed")
        sums = (func.sum(c.completed).label("completions"), func.sum(c.claimed).label("claims"))
        query = select(c.period_key, func.count().label("players"), completed, *sums).where(c.mission_id == mission_id)
        query = query.group_by(c.period_key).order_by(c.period_key.desc()).limit(limit)
        rows = (await self._tx.execute(query)).mappings()
        return [{name: value if name == "period_key" else int(value) for name, value in row.items()} for row in rows]


def _progress(row: Sequence[Any]) -> MissionProgress:
    user_id, mission_id, key, at, progress, done, claimed, version, on, surplus = row
    counts = (progress, done, claimed, version, day_in(on), surplus)
    return MissionProgress(user_id, mission_id, key, known_instant_in(at), *counts)


def _current() -> Any:
    v = mission_versions
    here = (v.c.mission_id == missions.c.id) & (v.c.version == missions.c.version)
    return select(missions, v.c.config).join(v, here)


def _shown(row: Any) -> Row:
    return dict(row) | {"config": json_in(row["config"])}
