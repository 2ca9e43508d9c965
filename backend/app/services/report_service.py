"""Figures across the tables of many keepers, and which player an id belongs to. Reads only; writes nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.core.numbers import whole_number
from app.db.statements import Statement
from app.db.transaction import Tx
from app.db.values import instant_out, json_in, known_instant_in

# every version that was ever in force: its plays are one range of an index, because play ids begin with their instant
VERSIONS = (
    "(SELECT DISTINCT feature_type, config_id FROM game_activations) a JOIN game_plays p ON p.config_id = a.config_id"
)
PLAYS_SINCE = Statement(f"SELECT a.feature_type, COUNT(*) FROM {VERSIONS} WHERE p.id >= ? GROUP BY a.feature_type")
PLAY_BUCKETS = Statement(f"""
    SELECT a.feature_type, SUBSTR(p.id, 1, 8) AS bucket, COUNT(*) FROM {VERSIONS} WHERE p.id >= ?
    GROUP BY a.feature_type, bucket
""")
# bounded: there is no index by time, and a minute with more rewards than this says "at least"
NEWEST_REWARDS = 2_000
REWARDS_SINCE = Statement(f"""
    SELECT t.reward_type, COUNT(*), SUM(t.amount) FROM
    (SELECT reward_type, amount, created_at FROM reward_log ORDER BY id DESC LIMIT {NEWEST_REWARDS}) t
    WHERE t.created_at >= ? GROUP BY t.reward_type ORDER BY t.reward_type
""")
OPEN_REWARDS = Statement("""
    SELECT state, COUNT(*) FROM reward_log WHERE state IN ('APPROVAL', 'PENDING', 'FAILED') GROUP BY state
""")
OWNERS_OF_OPERATION = Statement("""
    SELECT user_id FROM wallet_ledger WHERE operation_id = ?
    UNION SELECT user_id FROM reward_log WHERE operation_id = ?
    UNION SELECT user_id FROM season_xp_ledger WHERE operation_id = ?
    LIMIT ?
""")
OWNERS_OF_REQUEST = Statement("SELECT DISTINCT user_id FROM user_event_log WHERE request_id = ? LIMIT ?")
ANSWERS_TO_KEY = Statement("SELECT actor, body FROM idempotency_keys WHERE idempotency_key = ? LIMIT ?")
NEWEST_DRAWS = Statement("""
    SELECT prize, is_win, stock_prize_id, created_at FROM game_plays WHERE config_id = ? ORDER BY id DESC LIMIT ?
""")
# the first eight characters of a play's id are its instant in steps of 2**16 milliseconds
BUCKET_MS = 2**16


@dataclass(frozen=True, slots=True)
class RewardFlow:
    """Rewards of one type in a span of time."""

    reward_type: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came out of a number of plays in a row, and how long they took."""

    plays: int = 0
    wins: int = 0
    by_label: Mapping[str, int] = field(default_factory=dict)
    by_stock: Mapping[int, int] = field(default_factory=dict)
    seconds: float = 0.0


class ReportService:
    """Reads what only people look at."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def plays_since(self, instant: datetime) -> dict[str, int]:
        """How many plays of each game began since then, on every process."""
        return dict(await self._tx.rows(PLAYS_SINCE, (id_floor(instant),)))

    async def play_buckets(self, now: datetime, count: int) -> dict[str, list[int]]:
        """For each game, the plays in the last `count` steps of 65.5 seconds, oldest first; the last is under way."""
        newest = _milliseconds(now) // BUCKET_MS
        oldest = newest - count + 1
        series: dict[str, list[int]] = {}
        for name, bucket, plays in await self._tx.rows(PLAY_BUCKETS, (f"{oldest:08x}",)):
            step = int(bucket, 16) - oldest
            if 0 <= step < count:
                series.setdefault(name, [0] * count)[step] = plays
        return series

    async def rewards_since(self, instant: datetime) -> list[RewardFlow]:
        """What was decided since then by type, of the newest 2,000 rewards."""
        rows = await self._tx.rows(REWARDS_SINCE, (instant_out(instant),))
        return [RewardFlow(kind, count, int(amount)) for kind, count, amount in rows]

    async def open_rewards(self) -> dict[str, int]:
        """How many rewards wait: for an approval, for a delivery, for a person."""
        return dict(await self._tx.rows(OPEN_REWARDS, ()))

    async def newest_draws(self, config_id: int, limit: int) -> Drawn:
        """What came out of the newest plays on a config version."""
        rows = await self._tx.rows(NEWEST_DRAWS, (config_id, limit))
        times = [known_instant_in(row[3]) for row in rows]
        return Drawn(
            plays=len(rows),
            wins=sum(bool(row[1]) for row in rows),
            by_label=Counter(_label(json_in(row[0])) for row in rows),
            by_stock=Counter(row[2] for row in rows if row[2] is not None),
            seconds=(times[0] - times[-1]).total_seconds() if times else 0.0,
        )

    async def owners_of_operation(self, operation_id: str, *, limit: int) -> list[int]:
        """The players whose wallet, reward or XP an operation moved, `limit + 1` at most."""
        return [row[0] for row in await self._tx.rows(OWNERS_OF_OPERATION, (*(operation_id,) * 3, limit + 1))]

    async def owners_of_request(self, request_id: str, *, limit: int) -> list[int]:
        """The players to whom something happened in a request, `limit + 1` at most."""
        return [row[0] for row in await self._tx.rows(OWNERS_OF_REQUEST, (request_id, limit + 1))]

    async def owners_of_key(self, key: str, *, limit: int) -> list[int]:
        """The players whom the commands with this key were about, `limit + 1` at most, whoever gave them."""
        owners = set()
        for actor, body in await self._tx.rows(ANSWERS_TO_KEY, (key, limit + 1)):
            kind, _, name = actor.partition(":")
            owner = whole_number(name) if kind == "player" else json_in(body).get("user_id")
            if isinstance(owner, int):
                owners.add(owner)
        return sorted(owners)


def id_floor(instant: datetime) -> str:
    """The smallest id that a play at this instant can have."""
    text = f"{_milliseconds(instant):012x}"
    return f"{text[:8]}-{text[8:]}"


def bucket_start(now: datetime, steps_back: int) -> datetime:
    """When a step of `play_buckets` began; 0 is the one under way."""
    ms = (_milliseconds(now) // BUCKET_MS - steps_back) * BUCKET_MS
    return now - timedelta(milliseconds=_milliseconds(now) - ms)


def _label(prize: dict[str, Any]) -> str:
    """The name of a stored prize as the odds call it: a label, or the outcome of a game against a dealer."""
    for part in prize.values():
        if isinstance(part, dict):
            return str(part.get("label") or part.get("outcome") or "")
    return ""


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
