"""Leaderboards for the tests."""

from typing import Any

from app.batches.scheduler import JOBS_BY_NAME, register, tick
from tests.admin.desk import Desk, desk_of
from tests.goals.missions import BLANKS
from tests.world import Person, World


def points(amount: int) -> list[dict[str, Any]]:
    return [{"reward_type": "POINT", "reward_amount": amount}]


def board(code: str = "DAILY_SPINS", **changed: Any) -> dict[str, Any]:
    """Most spins of the day: 100 points for the first, 10 for the second and third, unless changed."""
    return {
        "code": code,
        "title_ko": "오늘의 참여왕",
        "title_en": "Most spins today",
        "window": "DAY",
        "metric": "PLAY.ROULETTE",
        "rank_rewards": [
            {"from_rank": 1, "to_rank": 1, "rewards": points(100)},
            {"from_rank": 2, "to_rank": 3, "rewards": points(10)},
        ],
        "is_active": True,
    } | changed


async def begin(world: World, *boards: dict[str, Any]) -> Desk:
    """A roulette of blanks, and these boards in force."""
    await world.configure("roulette", BLANKS)
    desk = await desk_of(world, "kim@example.com", "admin")
    for one in boards:
        await desk.ok("POST", "/leaderboards", one)
    return desk


async def ranks(world: World, person: Person, code: str = "DAILY_SPINS", **query: Any) -> list[tuple[int, str, int]]:
    """(rank, name, score) of a board's first page."""
    answer = await look(world, person, code, **query)
    return [(line["rank"], line["display_name"], line["score"]) for line in answer["entries"]]


async def look(world: World, person: Person, code: str = "DAILY_SPINS", **query: Any) -> dict[str, Any]:
    headers = await world.token(person.name)
    answer: dict[str, Any] = await world.ok("GET", f"/api/leaderboards/{code}", headers=headers, params=query)
    return answer


async def run(world: World, name: str) -> None:
    """A tick of one job, as a worker does it."""
    job = JOBS_BY_NAME[name]
    await register(world.container, [job])
    await tick(world.container, job, "test", lambda: True)


async def paid(world: World, source: str = "BOARD") -> list[tuple[str, int]]:
    """(operation id, amount) of everything that ranks were paid."""
    query = "SELECT operation_id, amount FROM reward_log WHERE source = :s ORDER BY id"
    return [(row[0], row[1]) for row in await world.rows(query, s=source)]
