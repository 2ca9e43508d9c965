"""Keeper of `feature_config`, its history and the QA schedule."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, cast, delete, func, select, update

from app.db.transaction import Tx
from app.models.feature import feature_config, feature_history, feature_schedule


class FeatureService:
    """Keeper of switches."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def all(self) -> list[dict[str, Any]]:
        """Every switch, by name."""
        rows = await self._tx.execute(select(feature_config).order_by(feature_config.c.feature_type))
        return [dict(row) for row in rows.mappings()]

    async def fingerprint(self) -> tuple[int, int]:
        """Changes when a switch does, plain SQL on the table included."""
        c = feature_config.c
        query = select(func.sum(c.version).label("versions"), func.sum(cast(c.is_enabled, Integer)).label("open"))
        row = (await self._tx.execute(query)).one()
        return int(row.versions or 0), int(row.open or 0)

    async def lock(self, feature_type: str) -> dict[str, Any] | None:
        """One switch, locked until the commit: waits for the plays under way, and later plays wait for it."""
        query = select(feature_config).where(feature_config.c.feature_type == feature_type).with_for_update()
        row = (await self._tx.execute(query)).mappings().first()
        return None if row is None else dict(row)

    async def lock_all(self) -> None:
        """Every switch locked: whoever changes what plays, stamps and claims rely on first waits for those under way.

        They all begin by share-locking their switches. Without this the two sides meet at the row and its index entry
        in opposite orders and deadlock again and again, and a reader may miss a row that moves in its index just then.
        """
        await self._tx.execute(
            select(feature_config.c.feature_type).order_by(feature_config.c.feature_type).with_for_update()
        )

    async def switch(self, feature_type: str, *, is_enabled: bool, reason: str, actor: str, now: datetime) -> None:
        """Opens or stops a feature and writes its history. Lock it first."""
        c = feature_config.c
        await self._tx.execute(
            update(feature_config)
            .where(c.feature_type == feature_type)
            .values(is_enabled=is_enabled, version=c.version + 1, updated_at=now, updated_by=actor)
        )
        await self._add_history(feature_type, is_enabled=is_enabled, reason=reason, actor=actor, now=now)

    async def add(
        self,
        feature_type: str,
        title: str,
        *,
        is_enabled: bool,
        actor: str,
        now: datetime,
        reason: str = "created",
    ) -> None:
        """A new switch."""
        await self._tx.execute(
            feature_config.insert().values(
                feature_type=feature_type,
                title=title,
                is_enabled=is_enabled,
                version=1,
                updated_at=now,
                updated_by=actor,
            )
        )
        await self._add_history(feature_type, is_enabled=is_enabled, reason=reason, actor=actor, now=now)

    async def _add_history(
        self, feature_type: str, *, is_enabled: bool, reason: str, actor: str, now: datetime
    ) -> None:
        await self._tx.execute(
            feature_history.insert().values(
                feature_type=feature_type, is_enabled=is_enabled, reason=reason, actor=actor, created_at=now
            )
        )

    async def history(self, feature_type: str, *, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Newest changes first, `limit + 1` at most, older than the change `after`."""
        query = select(feature_history).where(feature_history.c.feature_type == feature_type)
        if after is not None:
            query = query.where(feature_history.c.id < after)
        rows = await self._tx.execute(query.order_by(feature_history.c.id.desc()).limit(limit + 1))
        return [dict(row) for row in rows.mappings()]

    async def schedule(self, feature_type: str) -> list[date]:
        """The KST days on which QA may use the feature while the gate is on."""
        c = feature_schedule.c
        query = select(c.schedule_date).where(c.feature_type == feature_type).order_by(c.schedule_date)
        return list((await self._tx.execute(query)).scalars())

    async def schedules(self) -> dict[str, list[date]]:
        """Every feature's scheduled days."""
        days: dict[str, list[date]] = {}
        c = feature_schedule.c
        for row in await self._tx.execute(select(c.feature_type, c.schedule_date).order_by(c.schedule_date)):
            days.setdefault(row.feature_type, []).append(row.schedule_date)
        return days

    async def set_schedule(self, feature_type: str, days: set[date]) -> None:
        """Replaces the schedule of a feature."""
        await self._tx.execute(delete(feature_schedule).where(feature_schedule.c.feature_type == feature_type))
        for day in sorted(days):
            await self._tx.execute(feature_schedule.insert().values(feature_type=feature_type, schedule_date=day))
