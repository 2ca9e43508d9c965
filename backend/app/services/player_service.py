"""Players: reads and locks everything of a player in one statement; sole writer of `user_profiles`.

The state that it reads joins tables of other keepers (wallets, progress, newest plays): one round trip, one lock order.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, and_, select, union, update

from app.db.statements import Insert, Statement
from app.db.transaction import Tx, new_row_id
from app.db.values import day_in, instant_in, instant_out, json_in, known_instant_in
from app.domain.player import DEFAULT_PROGRAM, LastPlay, PlayerState
from app.domain.rule_book import RuleBook
from app.domain.season import Progress
from app.domain.season_options import Counters
from app.models.identity import hosts
from app.models.player import user_profiles

WITH_KEYS = Statement("""
    SELECT id FROM user_profiles
    WHERE id > ? AND event_key_count > 0 AND (? IS NULL OR host_id = ?) ORDER BY id LIMIT ?
""")
SET_KEY_COUNTERS = Statement(
    "UPDATE user_profiles SET event_key_count = ?, event_pending_points = ? WHERE id IN ({ids})"
)
FIND_ALL = Statement("SELECT external_id, id FROM user_profiles WHERE host_id = ? AND external_id IN ({ids})")
ADD_ALL = Insert(
    user_profiles,
    ["host_id", "external_id", "is_blocked", "event_key_count", "event_pending_points", "version", "created_at"],
)
LAST_CHARACTER = "\U0010ffff"  # sorts behind every other, byte for byte: ends the range of a prefix
LONGEST_ID = 19  # digits of 2**63: a longer number is no id


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parts of a player a command needs: each costs a join, so ask only for what is used."""

    wallets: bool = False
    seasons: tuple[int, ...] = ()
    games: tuple[str, ...] = ()
    claims: bool = False
    passes: bool = False
    counters: bool = False
    # the bridge counters, and which days of these campaigns the player has
    bridges: tuple[int, ...] = ()

    @classmethod
    def of(
        cls,
        rules: RuleBook,
        *,
        wallets: bool = False,
        games: tuple[str, ...] = (),
        claims: bool = False,
        bridges: tuple[int, ...] = (),
    ) -> Self:
        """These parts, and of the seasons in force only what they use: passes and counters where there are any."""
        return cls(wallets, tuple(rules.season_ids), games, claims, rules.has_premium, rules.has_options, bridges)


# one step in an index: the first program of the player's host, if it has one of its own
OWN_PROGRAM = "(SELECT g.code FROM programs g WHERE g.host_id = u.host_id ORDER BY g.id LIMIT 1)"
COUNTERS = (
    *("counted_since", "earned_xp", "play_stamps", "overflow_bonuses"),
    *("streak_days", "streak_best", "streak_freezes", "streak_on"),
)


@lru_cache(maxsize=128)
def _state_statement(wanted: Wanted, locked: bool) -> Statement:
    columns = [
        "u.id, u.host_id, u.external_id, u.nickname, u.is_blocked, u.tokens_valid_from",
        "(SELECT GROUP_CONCAT(r.session_id) FROM revoked_sessions r WHERE r.user_id = u.id)",
    ]
    joins = []
    if wanted.wallets:
        columns.append("w.token_type, w.balance")
        joins.append("LEFT JOIN wallets w ON w.user_id = u.id")
    if wanted.seasons:
        columns.append(OWN_PROGRAM)
        columns.append("p.season_id, p.current_level, p.current_xp, p.total_stamps, p.last_stamp_date, p.internal_wins")
        joins.append("LEFT JOIN season_progress p ON p.user_id = u.id AND p.season_id IN ({seasons})")
    if wanted.seasons and wanted.claims:
        columns.append("c.track, c.level")
        joins.append("LEFT JOIN season_claims c ON c.user_id = u.id AND c.season_id = p.season_id")
    if (
        wanted.seasons and wanted.passes
    ):  # joined, not asked for in a subquery: only a locking read sees a pass that was committed just now
        columns.append("y.track, y.granted_at")
        joins.append(
            "LEFT JOIN season_passes y ON y.user_id = u.id AND y.season_id = p.season_id AND y.revoked_at IS NULL"
        )
    if wanted.seasons and wanted.counters:
        columns.append(", ".join(f"k.{name}" for name in COUNTERS))
        joins.append("LEFT JOIN season_counters k ON k.user_id = u.id AND k.season_id = p.season_id")
    for n in range(
        len(wanted.games)
    ):  # the newest play of each game: one step back in a unique index, however long the history
        columns.append(f"g{n}.play_no, g{n}.play_date, g{n}.day_no, g{n}.created_at, g{n}.memory")
        joins.append(
            f"LEFT JOIN game_plays g{n} ON g{n}.user_id = u.id AND g{n}.feature_type = ? AND g{n}.play_no = "
            f"(SELECT x.play_no FROM game_plays x WHERE x.user_id = u.id AND x.feature_type = ? "
            f"ORDER BY x.play_no DESC LIMIT 1)"
        )
    if wanted.bridges:
        columns.append("u.event_key_count, u.event_pending_points")
        columns.append(
            "(SELECT GROUP_CONCAT(CONCAT(k.campaign_id, ':', k.day)) FROM bridge_keys k"
            " WHERE k.user_id = u.id AND k.campaign_id IN ({bridges}))"
        )
    lock = "FOR UPDATE" if locked else ""
    return Statement(
        f"SELECT {', '.join(columns)} FROM user_profiles u {' '.join(joins)} "
        f"WHERE u.id IN ({{ids}}) ORDER BY u.id {lock}"
    )


class PlayerService:
    """Keeper of players."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def lock(self, ids: Iterable[int], wanted: Wanted) -> dict[int, PlayerState]:
        """The players, locked in id order until the commit. Unknown ids are missing from the answer."""
        return await self._states(ids, wanted, locked=True)

    async def look(self, ids: Iterable[int], wanted: Wanted) -> dict[int, PlayerState]:
        """The players as they are, without a lock: for reads only."""
        return await self._states(ids, wanted, locked=False)

    async def _states(self, ids: Iterable[int], wanted: Wanted, *, locked: bool) -> dict[int, PlayerState]:
        if not (unique := sorted(set(ids))):
            return {}
        statement = _state_statement(wanted, locked)
        games = [mark for game in wanted.games for mark in (game, game)]
        params: list[Any] = [*wanted.bridges, *wanted.seasons, *games]
        counts = {"bridges": len(wanted.bridges), "seasons": len(wanted.seasons), "ids": len(unique)}
        rows = await self._tx.rows(statement, [*params, *unique], **counts)
        players: dict[int, PlayerState] = {}
        for row in rows:
            _read_row(players, row, wanted)
        return players

    async def find(self, host_code: str, external_id: str) -> int | None:
        """The id of a host's player, if we know them."""
        query = select(user_profiles.c.id).join(hosts).where(
            hosts.c.code == host_code, user_profiles.c.external_id == external_id
        )  # fmt: skip
        row = (await self._tx.execute(query)).first()
        return None if row is None else row[0]

    async def known_as(self, ids: Collection[int]) -> dict[int, tuple[int, str, str]]:
        """By player: the host's id and code, and the name that the host knows them by."""
        c = user_profiles.c
        query = select(c.id, c.host_id, hosts.c.code, c.external_id).join(hosts).where(c.id.in_(ids))
        rows = await self._tx.execute(query)
        return {row.id: (row.host_id, row.code, row.external_id) for row in rows}

    async def find_all(self, host_id: int, external_ids: Sequence[str]) -> dict[str, int]:
        """The ids of a host's players whom we know, by external id."""
        if not external_ids:
            return {}
        rows = await self._tx.rows(FIND_ALL, (host_id, *external_ids), ids=len(external_ids))
        return {row[0]: row[1] for row in rows}

    async def add_all(self, host_id: int, external_ids: Sequence[str], *, now: datetime) -> None:
        """New players with nothing yet, as `add`, in one statement."""
        at = instant_out(now)
        await self._tx.write(ADD_ALL, [(host_id, external_id, 0, 0, 0, 1, at) for external_id in external_ids])

    async def profile(self, user_id: int) -> dict[str, Any] | None:
        """The player's own row with the host's code. To change it, lock the player first."""
        row = (await self._tx.execute(_profiles().where(user_profiles.c.id == user_id))).mappings().first()
        return None if row is None else dict(row)

    async def search(self, text: str | None, *, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Players by id, or by the start of their external id or nickname, oldest first, `limit + 1` at most."""
        c = user_profiles.c
        query = _profiles()
        if text is not None:
            found = union(*(select(c.id).where(condition) for condition in _matches(text))).subquery()
            query = query.where(c.id.in_(select(found.c.id)))
        if after is not None:
            query = query.where(c.id > after)
        return [dict(row) for row in (await self._tx.execute(query.order_by(c.id).limit(limit + 1))).mappings()]

    async def add(self, *, host_id: int, external_id: str, nickname: str | None, now: datetime) -> int:
        """A new player with nothing yet. A duplicate raises IntegrityError: the transaction runs again and finds it."""
        result = await self._tx.execute(
            user_profiles.insert().values(
                host_id=host_id,
                external_id=external_id,
                nickname=nickname,
                is_blocked=False,
                event_key_count=0,
                event_pending_points=0,
                version=1,
                created_at=now,
            )
        )
        return new_row_id(result)

    async def change(self, user_id: int, **values: Any) -> None:
        """Writes profile fields (nickname, is_blocked, tokens_valid_from) as a new version. Lock the player first."""
        await self._tx.execute(
            update(user_profiles)
            .where(user_profiles.c.id == user_id)
            .values(version=user_profiles.c.version + 1, **values)
        )

    async def with_keys(self, host_id: int | None, *, after: int, limit: int) -> list[int]:
        """The next players who have bridge keys, by id; `host_id` None means of every host."""
        params = (after, host_id, host_id, limit)
        return [row[0] for row in await self._tx.rows(WITH_KEYS, params)]

    async def save_key_counters(self, counters: Mapping[int, tuple[int, int]]) -> None:
        """Writes (key count, pending points) of players, who must be locked: one statement for each pair of values."""
        alike: dict[tuple[int, int], list[int]] = {}
        for user_id, values in counters.items():
            alike.setdefault(values, []).append(user_id)
        for values, ids in sorted(alike.items()):
            await self._tx.run(SET_KEY_COUNTERS, [*values, *sorted(ids)], ids=len(ids))


def _profiles() -> Select[Any]:
    return select(user_profiles, hosts.c.code.label("host")).join(hosts, hosts.c.id == user_profiles.c.host_id)


def _matches(text: str) -> list[ColumnElement[bool]]:
    """One condition for each way to be found, each served by its own index: a range, because LIKE has wildcards."""
    c = user_profiles.c
    conditions = [and_(column >= text, column < text + LAST_CHARACTER) for column in (c.external_id, c.nickname)]
    is_id = text.isascii() and text.isdigit() and len(text) < LONGEST_ID
    return [*conditions, c.id == int(text)] if is_id else conditions


def _read_row(players: dict[int, PlayerState], row: Sequence[Any], wanted: Wanted) -> None:
    """Adds one joined row to the states; a player has as many rows as wallets x claims."""
    player = players.get(row[0])
    if player is None:
        revoked = frozenset(row[6].split(",")) if row[6] else frozenset()
        player = players[row[0]] = PlayerState(
            row[0], row[1], row[2], row[3], bool(row[4]), instant_in(row[5]), revoked
        )
    at = 7
    if wanted.wallets:
        if row[at] is not None:
            player.balances[row[at]] = row[at + 1]
        at += 2
    if wanted.seasons:
        at = _read_progress(player, row, at, wanted)
    for game in wanted.games:
        if row[at] is not None:
            play_no, day, day_no, played_at, memory = row[at : at + 5]
            player.last_plays[game] = LastPlay(play_no, day_in(day), day_no, instant_in(played_at), json_in(memory))
        at += 5
    if wanted.bridges:
        player.event_key_count, player.event_pending_points, days = row[at : at + 3]
        if days:
            player.bridge_days.update(_campaign_day(pair) for pair in days.split(","))


def _campaign_day(pair: str) -> tuple[int, int]:
    campaign_id, _, day = pair.partition(":")
    return int(campaign_id), int(day)


def _read_progress(player: PlayerState, row: Sequence[Any], at: int, wanted: Wanted) -> int:
    """Reads the program and progress columns and, if asked for, claims, passes and counters; returns where they end."""
    player.program = row[at] or DEFAULT_PROGRAM
    season_id = row[at + 1]
    progress = player.progress.get(season_id)
    if progress is None and season_id is not None:
        level, xp, stamps, last, wins = row[at + 2 : at + 7]
        progress = Progress(player.id, season_id, level, xp, stamps, day_in(last), wins)
        player.progress[season_id] = progress
    at += 7
    if wanted.claims:
        if progress is not None and row[at] is not None:
            progress.claimed.add((row[at], row[at + 1]))
        at += 2
    if wanted.passes:
        if progress is not None and row[at] is not None:
            progress.passes[row[at]] = known_instant_in(row[at + 1])
        at += 2
    if wanted.counters:
        if progress is not None and row[at] is not None:
            counters = dict(zip(COUNTERS, row[at : at + len(COUNTERS)], strict=True))
            counters["counted_since"] = known_instant_in(counters["counted_since"])
            counters["streak_on"] = day_in(counters["streak_on"])
            progress.counters = Counters(player.id, season_id, **counters)
        at += len(COUNTERS)
    return at
