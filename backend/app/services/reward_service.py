"""Keeper of `reward_log`: what was decided for whom, why, and where it stands."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.core.invariants import require
from app.core.metrics import REWARDS
from app.db.statements import Insert, Statement
from app.db.transaction import Tx
from app.db.values import instant_out, known_instant_in
from app.domain.grants import Grant, RewardState, RewardType
from app.domain.records import Reward
from app.domain.rewards import Gift, RewardChange, StoredReward
from app.domain.wallet import Reason
from app.models.reward import reward_log

Row = dict[str, Any]
ADD = Insert(
    reward_log,
    [
        *("user_id", "operation_id", "source", "reward_type", "token_type", "code", "amount"),
        *("state", "attempts", "requested_by", "ledger_reason", "next_try_at", "created_at", "updated_at"),
    ],
)
# the player's lock has decided already; the old state is the second line
CHANGE = Statement("""
    UPDATE reward_log SET state = ?, attempts = ?, last_error = ?, approved_by = ?, next_try_at = ?, updated_at = ?
    WHERE id = ? AND state = ?
""")
OWNERS = Statement("SELECT id, user_id FROM reward_log WHERE id IN ({ids})")
DUE = Statement("""
    SELECT id FROM reward_log WHERE next_try_at <= ? AND state = 'PENDING' ORDER BY next_try_at, id LIMIT ?
""")
WAKE = Statement(
    "UPDATE reward_log SET next_try_at = ? WHERE state = 'PENDING' AND reward_type = 'COUPON' AND code = ?"
)
GIFTS = Statement("""
    SELECT user_id, requested_by, reward_type, amount, token_type, code, created_at FROM reward_log
    WHERE user_id IN ({users}) AND requested_by IN ({actors}) AND created_at >= ? AND approved_by IS NULL
        AND state IN ('GRANTED', 'PENDING', 'FAILED')
""")
WAITING = Statement("""
    SELECT code, COUNT(*) FROM reward_log WHERE state = 'PENDING' AND reward_type = 'COUPON' GROUP BY code ORDER BY code
""")
OWED = Statement("""
    SELECT code, SUM(amount) FROM reward_log
    WHERE state IN ('PENDING', 'APPROVAL') AND reward_type = 'COUPON' AND code IN ({codes}) GROUP BY code
""")
# '$' is the character behind '#': the further parts of a bundle, and what a correction paid
LEVEL_PAYMENTS = Statement("""
    SELECT c.user_id, r.state FROM season_claims c JOIN reward_log r ON r.user_id = c.user_id
        AND r.operation_id >= CONCAT(?, c.user_id, ?) AND r.operation_id < CONCAT(?, c.user_id, ?, '$')
        AND (r.operation_id = CONCAT(?, c.user_id, ?) OR r.operation_id > CONCAT(?, c.user_id, ?, '#'))
    WHERE c.season_id = ? AND c.track = ? AND c.level = ? AND c.taken_back_at IS NULL
""")
SHOWN = (
    *("id", "user_id", "operation_id", "source", "reward_type", "token_type", "code", "amount", "state", "attempts"),
    *("last_error", "requested_by", "approved_by", "next_try_at", "created_at", "updated_at"),
)


class RewardService:
    """Keeper of rewards."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, rewards: Sequence[Reward]) -> None:
        """Records rewards. An operation id that was used before raises IntegrityError: it was paid already."""
        await self._tx.write(ADD, [_row(reward) for reward in rewards])
        if rewards:
            self._tx.after_commit.append(lambda: _count(rewards))

    async def change(self, changes: Sequence[RewardChange]) -> None:
        """Writes where rewards stand now. They must have been read with `lock`, behind their players' locks."""
        for change in changes:
            values = (change.state, change.attempts, change.last_error, change.approved_by)
            at = (
                None if change.next_try_at is None else instant_out(change.next_try_at),
                instant_out(change.updated_at),
            )
            matched = await self._tx.run(CHANGE, (*values, *at, change.reward.id, change.reward.state))
            require(matched == 1, "a reward changes from the state it was read in")

    async def owners(self, ids: Iterable[int]) -> dict[int, int]:
        """Whose rewards these are, by reward id. Unknown ids are missing."""
        unique = sorted(set(ids))
        rows = await self._tx.rows(OWNERS, unique, ids=len(unique)) if unique else ()
        return {row[0]: row[1] for row in rows}

    async def lock(self, ids: Iterable[int]) -> dict[int, StoredReward]:
        """The rewards, locked in id order. Lock their players first."""
        c = reward_log.c
        query = select(reward_log).where(c.id.in_(sorted(set(ids)))).order_by(c.id).with_for_update()
        return {row["id"]: _stored(row) for row in (await self._tx.execute(query)).mappings()}

    async def lock_named(self, operation_ids: Iterable[str]) -> dict[str, StoredReward]:
        """The rewards of these operations, locked in id order, by operation id. Lock their players first."""
        c = reward_log.c
        query = select(reward_log).where(c.operation_id.in_(sorted(set(operation_ids)))).order_by(c.id)
        rows = (await self._tx.execute(query.with_for_update())).mappings()
        return {row["operation_id"]: _stored(row) for row in rows}

    async def lock_standing(self, user_ids: Iterable[int], sources: Iterable[str]) -> list[StoredReward]:
        """The players' rewards of these sources that were not given up, locked in id order. Lock the players first."""
        c = reward_log.c
        gone = (RewardState.REJECTED, RewardState.REVERSED)
        query = select(reward_log).where(
            c.user_id.in_(sorted(set(user_ids))), c.source.in_(sorted(sources)), c.state.not_in(gone)
        )
        rows = (await self._tx.execute(query.order_by(c.id).with_for_update())).mappings()
        return [_stored(row) for row in rows]

    async def of_named(self, operation_ids: Iterable[str]) -> list[Row]:
        """The rewards of these operations, with everything that operators see of them, oldest first."""
        c = reward_log.c
        query = select(*(c[name] for name in SHOWN)).where(c.operation_id.in_(sorted(set(operation_ids))))
        return [dict(row) for row in (await self._tx.execute(query.order_by(c.id))).mappings()]

    async def due(self, now: datetime, *, limit: int) -> list[int]:
        """The rewards whose delivery is to be tried again, the longest due first."""
        return [row[0] for row in await self._tx.rows(DUE, (instant_out(now), limit))]

    async def wake_coupons(self, pool: str, now: datetime) -> None:
        """The rewards that wait for codes of this pool are due now."""
        await self._tx.run(WAKE, (instant_out(now), pool))

    async def waiting_coupons(self) -> dict[str, int]:
        """How many rewards wait for codes, by pool."""
        return {row[0]: row[1] for row in await self._tx.rows(WAITING)}

    async def gifts(self, users: Iterable[int], actors: Iterable[str], *, since: datetime) -> list[Gift]:
        """What these operators gave these players since then without a second person. Lock the players first."""
        people, givers = sorted(set(users)), sorted(set(actors))
        if not people or not givers:
            return []
        params = (*people, *givers, instant_out(since))
        rows = await self._tx.rows(GIFTS, params, users=len(people), actors=len(givers))
        return [
            Gift(user_id, actor, Grant(RewardType(kind), amount, token, code), known_instant_in(at))
            for user_id, actor, kind, amount, token, code, at in rows
        ]

    async def coupons_owed(self, pools: Iterable[str]) -> dict[str, int]:
        """How many codes of these pools rewards wait for, or will get once they are approved."""
        codes = sorted(pools)
        rows = await self._tx.rows(OWED, codes, codes=len(codes)) if codes else []
        return {pool: int(amount) for pool, amount in rows}

    async def named(self, operation_id: str) -> int | None:
        """The id of the reward of an operation."""
        query = select(reward_log.c.id).where(reward_log.c.operation_id == operation_id)
        return (await self._tx.execute(query)).scalar()

    async def find(self, reward_id: int) -> Row | None:
        """One reward with everything that operators see of it."""
        query = select(*(reward_log.c[name] for name in SHOWN)).where(reward_log.c.id == reward_id)
        row = (await self._tx.execute(query)).mappings().first()
        return None if row is None else dict(row)

    async def search(self, wanted: Row, *, after: int | None, limit: int) -> list[Row]:
        """Rewards with these column values, newest first, `limit + 1` at most, older than the reward `after`."""
        query = select(*(reward_log.c[name] for name in SHOWN)).order_by(reward_log.c.id.desc()).limit(limit + 1)
        for name, value in wanted.items():
            query = query.where(reward_log.c[name] == value)
        if after is not None:
            query = query.where(reward_log.c.id < after)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    async def of_player(self, accounts: Sequence[int], *, after: int | None, limit: int) -> list[Row]:
        """Newest rewards of a player's accounts first, `limit + 1` at most, older than the reward `after`."""
        c = reward_log.c
        query = select(
            c.id, c.operation_id, c.source, c.reward_type, c.token_type, c.code, c.amount, c.state, c.created_at
        ).where(c.user_id.in_(accounts)).order_by(c.id.desc()).limit(limit + 1)  # fmt: skip
        if after is not None:
            query = query.where(c.id < after)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    async def items_of(self, accounts: Sequence[int]) -> dict[str, int]:
        """How many of each ITEM the player has, by code: the rewards themselves say it."""
        c = reward_log.c
        query = (
            select(c.code, func.sum(c.amount).label("amount"))
            .where(c.user_id.in_(accounts), c.state == RewardState.GRANTED, c.reward_type == RewardType.ITEM)
            .group_by(c.code)
            .order_by(c.code)
        )
        return {row.code: int(row.amount) for row in await self._tx.execute(query)}

    async def of_operations(self, user_id: int, prefix: str) -> list[Row]:
        """A player's rewards whose operation ids start with `prefix`, which ends in a colon, oldest first."""
        c = reward_log.c
        end = f"{prefix[:-1]};"  # the character behind the colon
        columns = (c.operation_id, c.reward_type, c.token_type, c.code, c.amount, c.state)
        query = select(*columns).where(c.user_id == user_id, c.operation_id >= prefix, c.operation_id < end)
        return [dict(row) for row in (await self._tx.execute(query.order_by(c.id))).mappings()]

    async def level_payments(self, season_id: int, track: str, level: int) -> dict[int, set[str]]:
        """By player: the states of everything that a level of a track has paid them, corrections included."""
        parts = (f"SEASON:{season_id}:", f":{track}:{level}") * 4
        found: dict[int, set[str]] = {}
        for user_id, state in await self._tx.rows(LEVEL_PAYMENTS, (*parts, season_id, track, level)):
            found.setdefault(user_id, set()).add(state)
        return found

    async def badges_of(self, accounts: Sequence[int]) -> list[Row]:
        """The player's badges: how often each was given, and when first; the newest first."""
        c = reward_log.c
        first = func.min(c.created_at).label("earned_at")
        query = select(c.code, func.count().label("times"), first).where(
            c.user_id.in_(accounts), c.reward_type == RewardType.BADGE, c.state == RewardState.GRANTED
        )  # fmt: skip
        rows = await self._tx.execute(query.group_by(c.code).order_by(first.desc(), c.code))
        return [dict(row) for row in rows.mappings()]


def _count(rewards: Sequence[Reward]) -> None:
    for reward in rewards:
        REWARDS.labels(reward.grant.reward_type.value, reward.state.value).inc()


def _row(reward: Reward) -> tuple[Any, ...]:
    grant, at = reward.grant, instant_out(reward.created_at)
    due = None if reward.next_try_at is None else instant_out(reward.next_try_at)
    return (
        *(reward.user_id, reward.operation_id, reward.source, grant.reward_type, grant.token_type, grant.code),
        *(grant.amount, reward.state, 1, reward.requested_by, reward.reason, due, at, at),
    )


def _stored(row: Any) -> StoredReward:
    same = ("id", "user_id", "operation_id", "source", "attempts", "last_error", "approved_by", "requested_by")
    return StoredReward(
        **{name: row[name] for name in same},
        grant=Grant(RewardType(row["reward_type"]), row["amount"], row["token_type"], row["code"]),
        state=RewardState(row["state"]),
        reason=Reason(row["ledger_reason"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
