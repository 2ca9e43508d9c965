"""Missions for the tests, and a desk that sets them."""

from typing import Any

from tests.admin.desk import Desk, desk_of
from tests.world import Person, World, key

COIN = {"reward_type": "TOKEN", "reward_amount": 2, "token_type": "ROULETTE_COIN"}
BLANKS = {"name": "blanks", "segments": [{"slot_index": n, "label": "p", "weight": 1} for n in range(6)]}


def mission(code: str = "SPINS", **changed: Any) -> dict[str, Any]:
    """Two spins a day give two coins, unless changed."""
    return {
        "code": code,
        "title_ko": "두 번 돌리기",
        "title_en": "Spin twice",
        "period": "DAILY",
        "metric": "PLAY.ROULETTE",
        "target": 2,
        "rewards": [COIN],
        "is_active": True,
    } | changed


async def begin(world: World, *missions: dict[str, Any]) -> Desk:
    """A roulette of blanks, and these missions in force."""
    await world.configure("roulette", BLANKS)
    desk = await desk_of(world, "kim@example.com", "admin")
    for one in missions:
        await desk.ok("POST", "/missions", one)
    return desk


async def spin(world: World, player: Person, times: int = 1) -> Any:
    answer = None
    for _ in range(times):
        answer = await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
    return answer


async def line(world: World, player: Person, code: str, *, path: str = "missions") -> dict[str, Any]:
    """A mission as the player sees it."""
    answer = await world.ok("GET", f"/api/{path}", headers=player.headers)
    found: dict[str, Any] = next(one for one in answer[path] if one["code"] == code)
    return found


async def stands(world: World, player: Person, code: str, *, path: str = "missions") -> tuple[int, int, int, str]:
    """(progress, completed, claimed, state)."""
    found = await line(world, player, code, path=path)
    return found["progress"], found["completed"], found["claimed"], found["state"]


async def coins(world: World, player: Person) -> int:
    query = "SELECT balance FROM wallets WHERE user_id = :u AND token_type = 'ROULETTE_COIN'"
    return int((await world.rows(query, u=player.id))[0][0])


async def operations(world: World) -> list[str]:
    """The operation ids of everything that missions paid, in their order."""
    query = "SELECT operation_id FROM reward_log WHERE source = 'MISSION' ORDER BY id"
    return [row[0] for row in await world.rows(query)]
