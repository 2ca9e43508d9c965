"""Campaigns of codes in tests."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import httpx

from tests.world import Person, World

CODE = "XMAS-2025"
REDEEM = "/api/codes/redeem"


def campaign(**changes: Any) -> dict[str, Any]:
    """A body for a SHARED campaign that is open, of 100 points a unit."""
    body = {
        "code": "RUSH",
        "title_ko": "선착순",
        "title_en": "First come",
        "kind": "SHARED",
        "shared_code": CODE,
        "opens_at": "2025-12-10T00:00:00+09:00",
        "units": 40,
        "rewards": [{"reward_type": "POINT", "reward_amount": 100}],
    }
    return body | changes


async def redeem(world: World, player: Person, code: str = CODE) -> httpx.Response:
    return await world.client.post(REDEEM, json={"code": code}, headers=player.headers)


def codes(answers: Iterable[httpx.Response]) -> Counter[str]:
    """How often each outcome stands among the answers."""
    return Counter("OK" if one.is_success else one.json()["error"]["code"] for one in answers)
