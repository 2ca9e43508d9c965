"""The rows of the other games: a play by another rule, against the floor of the same writes.

Every round has fresh players with tickets of all games, so that no round of scratch-box begins where another one ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import text

from app.container import Container
from app.flows.steps.put_in_force import put_in_force
from app.games import GAMES
from app.games.scratch_box import SCRATCH_BOX
from app.services import Services
from tests.bench import seed
from tests.bench.client import Load
from tests.bench.row import Row, Sample, ratio
from tests.bench.stage import Place, Stage

PLAYERS = 128
BOXES = 6
SCRATCH_BOXES: dict[str, Any] = {
    "name": "여섯 상자",
    "boxes": BOXES,
    "prizes": [
        {"id": 1, "label": "100 포인트", "count": 1, "reward_type": "POINT", "reward_amount": 100},
        {"id": 2, "label": "다음 기회에", "count": BOXES - 1},
    ],
}
# every box of a round is opened once, then the next round begins
PICKS = [f'{{"box": {box}}}' for box in range(1, BOXES + 1)]


def game_rows(floor: Callable[[Stage], Sample], stock_floor: Callable[[Stage], Sample]) -> list[Row]:
    """One row for each game but the roulette, which has its own. The floors are plays by the C client."""
    return [
        Row(
            name=f"{code.replace('-', '_')}_128",
            title=f"{code} plays, 128 players",
            run=partial(_plays, code),
            floor=stock_floor if code == "lottery" else floor,
            floor_title="C client, 1 round trip",
            targets=[ratio(0.8, 1.2)],
        )
        for code in GAMES
        if code != "roulette"
    ]


def _plays(code: str, stage: Stage) -> Sample:
    place = stage.place("games", prepare=_prepare)
    numbers = stage.take_numbers(PLAYERS)
    with seed.connection(place.settings.database_url) as db:
        seed.add_players(db, place.world, numbers)
        first, last = seed.FIRST_ID + numbers[0], seed.FIRST_ID + numbers[-1]
        for game in GAMES.values():
            rest = f"FROM user_profiles WHERE id BETWEEN {first} AND {last}"
            if game.code != "roulette":
                db.execute(text(f"INSERT INTO wallets SELECT id, '{game.token_type}', {seed.TICKETS} {rest}"))
    api, tokens = stage.api(place), place.tokens(numbers)
    stage.load(api, Load(api.port, "GET", "/api/season-pass/status", tokens, PLAYERS))  # the process knows them now
    bodies = PICKS if code == SCRATCH_BOX.code else ["{}"]
    return stage.load(api, Load(api.port, "POST", f"/api/{code}/play", tokens, PLAYERS, stage.seconds, bodies=bodies))


def _prepare(place: Place) -> None:
    """The game that the reference event doesn't have, in force."""
    asyncio.run(_add_scratch_box(place))


async def _add_scratch_box(place: Place) -> None:
    container, name = Container(place.settings), SCRATCH_BOX.feature_type
    now = container.clock.now()

    async def work(keepers: Services) -> None:
        await keepers.feature.add(name, "상자", is_enabled=True, actor="bench", now=now)
        config = await keepers.game_config.add(name, SCRATCH_BOXES, actor="bench", now=now)
        setup = SCRATCH_BOX.parse(SCRATCH_BOXES)
        await put_in_force(keepers, SCRATCH_BOX, config["id"], setup, actor="bench", now=now)

    try:
        await container.house.write(work)
    finally:
        await container.close()
