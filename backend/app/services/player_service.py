"""Players: reads and locks everything of a player in one statement; sole writer of `user_profiles`."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, union, update

from app.core.errors import AppError
from app.db.statements import Insert, Statement
from app.db.transaction import Tx, new_row_id
from app.db.values import instant_out
from app.domain.player import PlayerState
from app.models.identity import hosts
from app.models.player import player_aliases, user_profiles
from app.services.player_state import Wanted, read_row, state_statement

WITH_KEYS = Statement("""
    SELECT id FROM user_profiles
    WHERE id > ? AND event_key_count > 0 AND (? IS NULL OR host_id = ?) ORDER BY id LIMIT ?
""")
SET_KEY_COUNTERS = Statement(
    "UPDATE user_profiles SET event_key_count = ?, event_pending_points = ? WHERE id IN ({ids})"
)
SET_REVERSALS = Statement("UPDATE user_profiles SET reversals = ? WHERE id = ?")
# by the id that a player has, and by those that they had before
FIND_ALL = Statement("""
    SELECT host_id, external_id, user_id FROM player_aliases
    WHERE host_id = ? AND external_id IN ({names}) AND freed_at IS NULL
    UNION ALL SELECT host_id, external_id, id FROM user_profiles WHERE host_id = ? AND external_id IN ({names})
""")
FIND = Statement("""
    SELECT a.user_id FROM player_aliases a JOIN hosts h ON h.id = a.host_id
    WHERE h.code = ? AND a.external_id = ? AND a.freed_at IS NULL
    UNION ALL
    SELECT u.id FROM user_profiles u JOIN hosts h ON h.id = u.host_id WHERE h.code = ? AND u.external_id = ?
""")
BECAME = Statement("SELECT id, COALESCE(merged_into, id) FROM user_profiles WHERE id IN ({ids})")
BECAME_PART_OF = Statement("SELECT id FROM user_profiles WHERE merged_into = ? ORDER BY id")
NEW = ("is_blocked", "event_key_count", "event_pending_points", "version")
ADD_ALL = Insert(user_profiles, ["host_id", "external_id", "nickname", *NEW, "created_at", "tokens_valid_from"])
LAST_CHARACTER = "\U0010ffff"  # sorts behind every other, byte for byte: ends the range of a prefix
LONGEST_ID = 19  # digits of 2**63: a longer number is no id


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
        statement = state_statement(wanted, locked)
        games = [mark for game in wanted.games for mark in (game, game)]
        params: list[Any] = [*wanted.bridges, *wanted.seasons, *games]
        counts = {"bridges": len(wanted.bridges), "seasons": len(wanted.seasons), "ids": len(unique)}
        rows = await self._tx.rows(statement, [*params, *unique], **counts)
        players: dict[int, PlayerState] = {}
        for row in rows:
            read_row(players, row, wanted)
        return players

    async def find(self, host_code: str, external_id: str) -> int | None:
        """The id of a host's player, if we know them, by the id that they have or had before."""
        rows = await self._tx.rows(FIND, (host_code, external_id, host_code, external_id))
        return rows[-1][0] if rows else None

    async def known_as(self, ids: Collection[int]) -> dict[int, tuple[int, str, str]]:
        """By player: the host's id and code, and the name that the host knows them by now.

        An account that became part of another is known by the other's name.
        """
        c, now = user_profiles.c, user_profiles.alias("now")
        query = select(c.id, c.host_id, hosts.c.code, now.c.external_id).join(hosts, hosts.c.id == c.host_id)
        query = query.join(now, now.c.id == func.coalesce(c.merged_into, c.id)).where(c.id.in_(ids))
        rows = await self._tx.execute(query)
        return {row.id: (row.host_id, row.code, row.external_id) for row in rows}

    async def became(self, ids: Iterable[int]) -> dict[int, int]:
        """By player: who they are now. Whose account became part of another is the other."""
        unique = sorted(set(ids))
        rows = await self._tx.rows(BECAME, unique, ids=len(unique)) if unique else ()
        return {row[0]: row[1] for row in rows}

    async def accounts_of(self, user_id: int) -> list[int]:
        """The player's own number, and those of the accounts that became part of theirs: whose rows are theirs."""
        rows = await self._tx.rows(BECAME_PART_OF, (user_id,))
        return [user_id, *(row[0] for row in rows)]

    async def hand_over(self, source: int, target: int) -> None:
        """What became part of the source is the target's now. Lock both first."""
        c = user_profiles.c
        await self._tx.execute(update(user_profiles).where(c.merged_into == source).values(merged_into=target))

    async def find_all(self, names: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
        """The ids of the players whom we know, by (host, external id), old ids too: one statement for each host."""
        by_host: dict[int, list[str]] = {}
        for host_id, external_id in sorted(names):
            by_host.setdefault(host_id, []).append(external_id)
        found: dict[tuple[int, str], int] = {}
        for host_id, external_ids in by_host.items():
            params = (host_id, *external_ids) * 2
            rows = await self._tx.rows(FIND_ALL, params, names=len(external_ids))
            for host, name, user_id in rows:
                if found.setdefault((host, name), user_id) != user_id:
                    raise AppError("BUSY", retry_after_seconds=1)  # it changed hands in this very moment
        return found

    async def add_all(
        self,
        nicknames: Mapping[tuple[int, str], str | None],
        freed: Mapping[tuple[int, str], datetime],
        *,
        now: datetime,
    ) -> None:
        """New players with nothing yet, as `add`, in one statement; by (host, external id).

        `freed` says of ids that were others' before until when tokens with them were the others'.
        """
        at = instant_out(now)
        rows = [
            (host, name, nickname, 0, 0, 0, 1, at, instant_out(freed[host, name]) if (host, name) in freed else None)
            for (host, name), nickname in nicknames.items()
        ]
        await self._tx.write(ADD_ALL, rows)

    async def profile(self, user_id: int) -> dict[str, Any] | None:
        """The player's own row with the host's code. To change it, lock the player first."""
        row = (await self._tx.execute(_profiles().where(user_profiles.c.id == user_id))).mappings().first()
        return None if row is None else dict(row)

    async def search(self, text: str | None, *, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Players by id, or by the start of an external id (old ones too) or nickname, oldest first.

        `limit + 1` at most.
        """
        c = user_profiles.c
        query = _profiles()
        if text is not None:
            before = select(player_aliases.c.user_id).where(_begins(player_aliases.c.external_id, text))
            found = union(*(select(c.id).where(condition) for condition in _matches(text)), before).subquery()
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
        """Writes profile fields as a new version. Lock the player first. A taken external id raises IntegrityError."""
        await self._tx.execute(
            update(user_profiles)
            .where(user_profiles.c.id == user_id)
            .values(version=user_profiles.c.version + 1, **values)
        )

    async def with_keys(self, host_id: int | None, *, after: int, limit: int) -> list[int]:
        """The next players who have bridge keys, by id; `host_id` None means of every host."""
        params = (after, host_id, host_id, limit)
        return [row[0] for row in await self._tx.rows(WITH_KEYS, params)]

    async def save_reversals(self, reversals: Mapping[int, int]) -> None:
        """Writes how often something was taken back from players, who must be locked."""
        for user_id, number in sorted(reversals.items()):
            await self._tx.run(SET_REVERSALS, (number, user_id))

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
    conditions = [_begins(column, text) for column in (c.external_id, c.nickname)]
    is_id = text.isascii() and text.isdigit() and len(text) < LONGEST_ID
    return [*conditions, c.id == int(text)] if is_id else conditions


def _begins(column: Any, text: str) -> ColumnElement[bool]:
    return and_(column >= text, column < text + LAST_CHARACTER)
