"""Keeper of progress, stamps, XP, level claims, passes and counters: what a player did and owns in a season."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from app.db.statements import Insert, Statement, Upsert
from app.db.transaction import Tx
from app.db.values import instant_out, known_day_in
from app.domain.records import LevelClaim, SeasonPass, Stamp, XpEntry
from app.domain.reversals import GivenStamp, GivenXp
from app.domain.season import Progress, StampSource, XpSource
from app.domain.season_edits import SeasonUse
from app.domain.season_options import Counters
from app.models.season_pass import (
    season_claims,
    season_counters,
    season_passes,
    season_progress,
    season_stamp_log,
    season_xp_ledger,
)

SET_PROGRESS = Upsert(
    season_progress,
    ["user_id", "season_id"],
    ["current_level", "current_xp", "total_stamps", "last_stamp_date", "internal_wins"],
)
ADD_STAMPS = Insert(
    season_stamp_log,
    [
        *("user_id", "season_id", "period_key", "source", "event_type", "stamp_date"),
        *("stamp_count", "xp_earned", "created_at"),
    ],
)
ADD_XP = Insert(
    season_xp_ledger,
    ["user_id", "season_id", "delta", "xp_after", "source", "is_earned", "operation_id", "created_at"],
)
STAMP_DAYS = Statement("SELECT stamp_date FROM season_stamp_log WHERE user_id = ? AND season_id = ? AND source = ?")
DAILY_STAMPS = Statement("""
    SELECT user_id, season_id, stamp_date FROM season_stamp_log
    WHERE user_id IN ({ids}) AND season_id IN ({seasons}) AND source = ?
""")
SET_PASSES = Upsert(season_passes, ["user_id", "season_id", "track"], ["granted_at", "revoked_at"])
SET_COUNTERS = Upsert(
    season_counters,
    ["user_id", "season_id"],
    [
        *("counted_since", "earned_xp", "play_stamps", "overflow_bonuses"),
        *("streak_days", "streak_best", "streak_freezes", "streak_on"),
    ],
)
TAKE_CLAIM_BACK = Statement("""
    UPDATE season_claims SET taken_back_at = ? WHERE user_id = ? AND season_id = ? AND track = ? AND level = ?
""")
# one that was taken back stands anew; a second payment is refused by the reward's own operation id
SET_CLAIMS = Upsert(
    season_claims, ["user_id", "season_id", "track", "level"], ["is_auto", "created_at", "taken_back_at"]
)


class SeasonPassService:
    """Keeper of season progress."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def use_of(self, season_id: int) -> SeasonUse:
        """How far players have come in a season. Exact only while every switch is locked (`FeatureService`)."""
        p = season_progress.c
        query = select(
            func.count().label("players"),
            func.coalesce(func.max(p.current_level), 0).label("level"),
            func.coalesce(func.max(p.current_xp), 0).label("xp"),
            func.max(p.last_stamp_date).label("day"),
            func.coalesce(func.max(p.internal_wins), 0).label("wins"),
        ).where(p.season_id == season_id)
        row = (await self._tx.execute(query)).one()
        k, y = season_counters.c, season_passes.c
        counted = select(
            func.coalesce(func.max(k.overflow_bonuses), 0).label("overflow"),
            func.coalesce(func.max(k.streak_best), 0).label("streak"),
        ).where(k.season_id == season_id)  # fmt: skip
        top = (await self._tx.execute(counted)).one()
        owned = select(y.track).distinct().where(y.season_id == season_id, y.revoked_at.is_(None))
        passes = frozenset((await self._tx.execute(owned)).scalars())
        return SeasonUse(row.players, row.level, row.xp, row.day, row.wins > 0, top.overflow, top.streak, passes)

    async def of_player(self, user_id: int) -> list[dict[str, Any]]:
        """Where a player stands in each season they took part in, newest season first."""
        query = select(season_progress).where(season_progress.c.user_id == user_id)
        rows = await self._tx.execute(query.order_by(season_progress.c.season_id.desc()))
        return [dict(row) for row in rows.mappings()]

    async def stamp_days(self, user_id: int, season_id: int) -> frozenset[date]:
        """The KST days of a season whose daily stamp the player has."""
        rows = await self._tx.rows(STAMP_DAYS, (user_id, season_id, StampSource.DAILY.value))
        return frozenset(known_day_in(row[0]) for row in rows)

    async def daily_stamps(
        self, user_ids: Collection[int], season_ids: Collection[int]
    ) -> dict[tuple[int, int], list[date]]:
        """By (player, season): the KST days of the daily stamps. One statement."""
        params = (*sorted(user_ids), *sorted(season_ids), StampSource.DAILY.value)
        found: dict[tuple[int, int], list[date]] = {}
        for user_id, season_id, day in await self._tx.rows(
            DAILY_STAMPS, params, ids=len(user_ids), seasons=len(season_ids)
        ):
            found.setdefault((user_id, season_id), []).append(known_day_in(day))
        return found

    async def save(
        self,
        progress: Iterable[Progress],
        stamps: Sequence[Stamp],
        xp: Sequence[XpEntry],
        claims: Sequence[LevelClaim],
    ) -> None:
        """Writes what was decided. The unique keys refuse a stamp or XP entry that already stands."""
        progress = list(progress)
        await self._tx.write(
            SET_PROGRESS,
            [
                (p.user_id, p.season_id, p.current_level, p.current_xp, p.total_stamps,
                 p.last_stamp_date and p.last_stamp_date.isoformat(), p.internal_wins)
                for p in progress
            ],
        )  # fmt: skip
        await self._tx.write(
            ADD_STAMPS,
            [
                (s.user_id, s.season_id, s.period_key, s.source, s.event_type, s.day.isoformat(), s.stamp_count,
                 s.xp_earned, instant_out(s.created_at))
                for s in stamps
            ],
        )  # fmt: skip
        await self._tx.write(
            ADD_XP,
            [
                (x.user_id, x.season_id, x.delta, x.xp_after, x.source, x.is_earned, x.operation_id,
                 instant_out(x.created_at))
                for x in xp
            ],
        )  # fmt: skip
        await self._tx.write(
            SET_CLAIMS,
            [(c.user_id, c.season_id, c.track, c.level, c.is_auto, instant_out(c.created_at), None) for c in claims],
        )
        await self._tx.write(SET_COUNTERS, [_counters(p.counters) for p in progress if p.counters])

    async def seasons_of(self, user_ids: Iterable[int]) -> set[int]:
        """The seasons that any of these players took part in."""
        c = season_progress.c
        rows = await self._tx.execute(select(c.season_id).distinct().where(c.user_id.in_(sorted(set(user_ids)))))
        return set(rows.scalars())

    async def xp_of(self, operation_ids: Iterable[str]) -> dict[str, tuple[int, GivenXp]]:
        """The player and the XP of these operations, by operation id. Lock the players first."""
        c = season_xp_ledger.c
        wanted = sorted(set(operation_ids))
        if not wanted:
            return {}
        rows = await self._tx.execute(select(season_xp_ledger).where(c.operation_id.in_(wanted)))
        return {
            row.operation_id: (
                row.user_id,
                GivenXp(row.season_id, row.delta, XpSource(row.source), bool(row.is_earned), row.created_at),
            )
            for row in rows
        }

    async def stamps_of(self, user_id: int, period_keys: Iterable[str]) -> list[GivenStamp]:
        """The player's stamps of these keys. Lock the player first."""
        c = season_stamp_log.c
        columns = (c.season_id, c.period_key, c.event_type, c.stamp_date, c.stamp_count, c.xp_earned)
        query = select(*columns).where(c.user_id == user_id, c.period_key.in_(sorted(set(period_keys))))
        return [GivenStamp(**row) for row in (await self._tx.execute(query)).mappings()]

    async def take_claims_back(self, claims: Mapping[tuple[int, int, str, int], datetime]) -> None:
        """Marks claims whose levels were lost and whose rewards are taken back: they may be earned anew."""
        for claim, at in sorted(claims.items()):
            await self._tx.run(TAKE_CLAIM_BACK, (instant_out(at), *claim))

    async def save_passes(self, passes: Iterable[SeasonPass]) -> None:
        """Writes who owns which track now. The players' rows must be locked by this transaction."""
        await self._tx.write(
            SET_PASSES,
            [
                (p.user_id, p.season_id, p.track, instant_out(p.granted_at),
                 p.revoked_at and instant_out(p.revoked_at))
                for p in passes
            ],
        )  # fmt: skip


def _counters(k: Counters) -> tuple[Any, ...]:
    return (
        *(k.user_id, k.season_id, instant_out(k.counted_since), k.earned_xp, k.play_stamps, k.overflow_bonuses),
        *(k.streak_days, k.streak_best, k.streak_freezes, k.streak_on and k.streak_on.isoformat()),
    )
