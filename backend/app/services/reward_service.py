"""Keeper of `reward_log`: what was decided for whom, why, and where it stands."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.db.statements import Insert
from app.db.transaction import Tx
from app.db.values import instant_out
from app.domain.records import Reward
from app.models.reward import reward_log

ADD = Insert(
    reward_log,
    [
        *("user_id", "operation_id", "source", "reward_type", "token_type", "code", "amount"),
        *("state", "attempts", "created_at", "updated_at"),
    ],
)


class RewardService:
    """Keeper of rewards."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, rewards: Sequence[Reward]) -> None:
        """Records rewards. An operation id that was used before raises IntegrityError: it was paid already."""
        await self._tx.write(ADD, [_row(reward) for reward in rewards])

    async def of_player(self, user_id: int, *, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Newest rewards first, `limit + 1` at most, older than the reward `after`."""
        c = reward_log.c
        query = select(
            c.id, c.operation_id, c.source, c.reward_type, c.token_type, c.code, c.amount, c.state, c.created_at
        ).where(c.user_id == user_id).order_by(c.id.desc()).limit(limit + 1)  # fmt: skip
        if after is not None:
            query = query.where(c.id < after)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    async def of_operations(self, user_id: int, prefix: str) -> list[dict[str, Any]]:
        """A player's rewards whose operation ids start with `prefix`, which ends in a colon, oldest first."""
        c = reward_log.c
        end = f"{prefix[:-1]};"  # the character behind the colon
        columns = (c.operation_id, c.reward_type, c.token_type, c.code, c.amount, c.state)
        query = select(*columns).where(c.user_id == user_id, c.operation_id >= prefix, c.operation_id < end)
        return [dict(row) for row in (await self._tx.execute(query.order_by(c.id))).mappings()]


def _row(reward: Reward) -> tuple[Any, ...]:
    grant, at = reward.grant, instant_out(reward.created_at)
    return (
        *(reward.user_id, reward.operation_id, reward.source, grant.reward_type, grant.token_type, grant.code),
        *(grant.amount, reward.state, 1, at, at),
    )
