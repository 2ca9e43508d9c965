"""A fourth game, set up by operators through the admin API alone."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from app.flows.replay_play import replay_play
from app.schemas.games import GameStatus, Odds, PlayAnswer
from tests.world import World, key

PLAY, STATUS, ODDS = (f"/api/scratch-box/{name}" for name in ("play", "status", "odds"))
CONFIG: dict[str, Any] = {
    "name": "여섯 상자",
    "boxes": 6,
    "trial": {"per_day": 1, "per_week": 3},
    "prizes": [
        {"id": 1, "label": "눈꽃 상자", "count": 1, "reward_type": "POINT", "reward_amount": 500},
        {"id": 2, "label": "작은 상자", "count": 3, "reward_type": "TOKEN", "reward_amount": 1,
         "token_type": "ROULETTE_COIN"},
        {"id": 3, "label": "빈 상자", "count": 2},
    ],
}  # fmt: skip


@pytest.fixture
async def scratch(world: World) -> World:
    """The game with its switch and its config, as an operator adds them."""
    admin = await world.token("boss", "admin")
    feature = {"feature_type": "SCRATCH_BOX", "title": "스크래치 상자", "is_enabled": True, "reason": "a new game"}
    await world.ok("POST", "/api/admin/features", json=feature, headers=admin)
    await world.configure("scratch-box", CONFIG)
    return world


async def test_before_it_is_set_up_there_is_no_such_game_today(world: World) -> None:
    player = await world.player("kim")
    assert await world.code("GET", STATUS, headers=player.headers) == (404, "NO_FEATURE_TODAY")
    refusal = await world.code("POST", PLAY, json={"box": 1}, headers=player.headers | key())
    assert refusal == (404, "NO_FEATURE_TODAY")


async def test_six_picks_are_a_round_and_every_one_can_be_proved(scratch: World) -> None:
    player = await scratch.player("kim", SCRATCH_TICKET=7)
    won: Counter[int] = Counter()
    for turn, box in enumerate((3, 1, 6, 2, 5, 4), start=1):
        answer = await scratch.ok("POST", PLAY, json={"box": box}, headers=player.headers | key())
        PlayAnswer.model_validate(answer)
        assert (answer["box"]["number"], answer["boxes_left"]) == (box, 6 - turn)
        won[answer["box"]["id"]] += 1
        assert (await replay_play(scratch.house, answer["play_id"]))["matches"]
        yours = Odds.model_validate(await scratch.ok("GET", ODDS, headers=player.headers)).yours
        left = 6 - turn or 6
        assert yours is not None
        counts = [entry["count"] - (won[entry["id"]] if turn < 6 else 0) for entry in CONFIG["prizes"]]
        assert [line.probability for line in yours.prizes] == [count / left for count in counts]
    assert won == {1: 1, 2: 3, 3: 2}
    public = Odds.model_validate(await scratch.ok("GET", ODDS))
    assert [line.probability for line in public.prizes] == [1 / 6, 3 / 6, 2 / 6]
    await scratch.ok("POST", PLAY, json={"box": 3}, headers=player.headers | key())
    status = await scratch.ok("GET", STATUS, headers=player.headers)
    GameStatus.model_validate(status)
    assert [box["number"] for box in status["boxes"] if box["opened"]] == [3]
    assert (status["today_picks"], status["token_balance"]) == (7, 0)
    assert not await scratch.differences()


async def test_of_twenty_hands_on_one_box_one_opens_it(scratch: World) -> None:
    player = await scratch.player("kim", SCRATCH_TICKET=20)
    calls = (scratch.client.post(PLAY, json={"box": 2}, headers=player.headers | key()) for _ in range(20))
    answers = await asyncio.gather(*calls)
    codes = Counter("OK" if a.is_success else a.json()["error"]["code"] for a in answers)
    assert codes == {"OK": 1, "CHOICE_NOT_AVAILABLE": 19}
    assert await scratch.rows("SELECT balance FROM wallets WHERE token_type = 'SCRATCH_TICKET'") == [(19,)]
    assert not await scratch.differences()


@pytest.mark.parametrize(
    "body", [{}, {"box": 0}, {"box": 7}, {"box": "1"}, {"box": 1.0}, {"box": True}, {"box": 1, "x": 1}]
)
async def test_no_box_or_one_that_is_not_there_is_refused_and_takes_no_ticket(scratch: World, body: Any) -> None:
    player = await scratch.player("kim", SCRATCH_TICKET=1)
    refusal = await scratch.code("POST", PLAY, json=body, headers=player.headers | key())
    assert refusal == (422, "VALIDATION_ERROR")
    assert await scratch.rows("SELECT balance FROM wallets WHERE token_type = 'SCRATCH_TICKET'") == [(1,)]


async def test_another_box_under_the_same_key_is_another_request(scratch: World) -> None:
    player = await scratch.player("kim", SCRATCH_TICKET=2)
    headers = player.headers | key()
    await scratch.ok("POST", PLAY, json={"box": 1}, headers=headers)
    assert await scratch.code("POST", PLAY, json={"box": 2}, headers=headers) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_its_trial_ticket_is_given_like_any_other(scratch: World) -> None:
    player = await scratch.player("kim")
    body = {"token_type": "SCRATCH_TICKET"}
    assert (await scratch.ok("POST", "/api/trial-grant", json=body, headers=player.headers))["result"] == "OK"
    await scratch.ok("POST", PLAY, json={"box": 1}, headers=player.headers | key())
