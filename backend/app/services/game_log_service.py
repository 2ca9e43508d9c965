"""Keeper of `game_plays`: every play with its config version and rolls, enough to compute it again."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.db.statements import Insert, Statement
from app.db.transaction import Tx
from app.db.values import instant_out, json_in, json_out, known_day_in
from app.domain.records import Play
from app.models.game import game_activations, game_configs, game_plays

ADD = Insert(
    game_plays,
    [
        *("id", "user_id", "feature_type", "config_id", "play_no", "play_date", "day_no", "rolls", "prize"),
        *("memory", "is_win", "token_type", "cost", "request_id", "created_at", "seen", "stock_prize_id"),
        "stock_unit_no",
    ],
)

# plays of a day are numbered: the last number says how many, one step in the unique index for each group
BY_DAY = Statement("""
    SELECT user_id, feature_type, play_date, MAX(day_no) FROM game_plays
    WHERE user_id IN ({ids}) AND feature_type IN ({games}) AND play_date IN ({days})
    GROUP BY user_id, feature_type, play_date
""")


class GameLogService:
    """Keeper of plays."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add_plays(self, plays: Sequence[Play]) -> None:
        """Writes plays. A play number that already stands raises IntegrityError."""
        await self._tx.write(ADD, [_row(play) for play in plays])

    async def plays_by_day(
        self, user_ids: Collection[int], games: Collection[str], days: Collection[date]
    ) -> list[tuple[int, str, date, int]]:
        """(player, feature type, KST day, plays) for each of them that has any."""
        params = (*sorted(user_ids), *sorted(games), *sorted(day.isoformat() for day in days))
        rows = await self._tx.rows(BY_DAY, params, ids=len(user_ids), games=len(games), days=len(days))
        return [(user_id, name, known_day_in(day), plays) for user_id, name, day, plays in rows]

    async def newest_memories(self, feature_type: str, *, limit: int) -> dict[int, Any]:
        """What a game remembers of each player in its newest plays, of any version: so many plays are looked at."""
        c = game_plays.c
        versions = select(game_configs.c.id).where(game_configs.c.feature_type == feature_type)
        query = select(c.user_id, c.play_no, c.memory).where(c.config_id.in_(versions)).order_by(c.id.desc())
        rows = (await self._tx.execute(query.limit(limit))).all()
        return {row.user_id: json_in(row.memory) for row in sorted(rows, key=lambda row: row.play_no)}

    async def newest_play_times(self) -> dict[str, datetime]:
        """When each game was last played: one step back in an index for each config version that was ever in force."""
        newest = (
            select(game_plays.c.created_at)
            .where(game_plays.c.config_id == game_activations.c.config_id)
            .order_by(game_plays.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = select(game_activations.c.feature_type, newest.label("played_at")).distinct()
        times: dict[str, datetime] = {}
        for row in await self._tx.execute(query):
            if row.played_at is not None:
                times[row.feature_type] = max(row.played_at, times.get(row.feature_type, row.played_at))
        return times

    async def play(self, play_id: str) -> dict[str, Any] | None:
        """A play with the config that it was played on and the memory it started from."""
        before = game_plays.alias("before")
        query = (
            select(
                game_plays,
                game_configs.c.config,
                game_configs.c.config_hash,
                game_configs.c.version.label("config_version"),
                before.c.memory.label("memory_before"),
            )
            .join(game_configs, game_configs.c.id == game_plays.c.config_id)
            .outerjoin(
                before,
                (before.c.user_id == game_plays.c.user_id)
                & (before.c.feature_type == game_plays.c.feature_type)
                & (before.c.play_no == game_plays.c.play_no - 1),
            )
            .where(game_plays.c.id == play_id)
        )
        row = (await self._tx.execute(query)).mappings().first()
        return None if row is None else dict(row)


def _row(play: Play) -> tuple[Any, ...]:
    return (
        *(play.id, play.user_id, play.feature_type, play.config_id, play.play_no, play.day.isoformat(), play.day_no),
        *(json_out(play.rolls), json_out(play.prize), _json_or_null(play.memory)),
        *(play.is_win, play.token_type, play.cost, play.request_id, instant_out(play.created_at)),
        *(_json_or_null(play.seen), *(play.unit or (None, None))),
    )


def _json_or_null(document: dict[str, Any] | None) -> str | None:
    return None if document is None else json_out(document)
