"""Rewards as operators look at them; of those that wait for a person, also who may not be that person."""

from typing import Any

from app.core.errors import AppError
from app.domain.grants import RewardState
from app.flows.steps.authors import Given, authors_of
from app.services import House, Services

Row = dict[str, Any]


async def search_rewards(house: House, wanted: Row, *, after: int | None, limit: int) -> list[Row]:
    """Rewards with these column values, newest first, `limit + 1` at most. `authors` is empty for all but APPROVAL."""

    async def work(keepers: Services) -> list[Row]:
        return await _with_authors(keepers, await keepers.reward.search(wanted, after=after, limit=limit))

    return await house.read(work)


async def find_reward(house: House, reward_id: int) -> Row:
    """One reward, as `search_rewards` has it. Raises REWARD_NOT_FOUND."""

    async def work(keepers: Services) -> Row:
        row = await keepers.reward.find(reward_id)
        if row is None:
            raise AppError("REWARD_NOT_FOUND")
        return (await _with_authors(keepers, [row]))[0]

    return await house.read(work)


async def _with_authors(keepers: Services, rows: list[Row]) -> list[Row]:
    waiting = [row for row in rows if row["state"] == RewardState.APPROVAL]
    found = await authors_of(
        keepers, [Given(row["id"], row["user_id"], row["operation_id"], row["created_at"]) for row in waiting]
    )
    return [row | {"authors": sorted(found.get(row["id"], ()))} for row in rows]
