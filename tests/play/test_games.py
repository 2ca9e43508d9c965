"""Dice and lottery over HTTP: the answers of the contract, what they cost, what they leave behind."""

from typing import Any

import pytest

from app.domain.reference import DICE, LOTTERY
from app.flows.replay_play import replay_play
from app.schemas.games import GameStatus, Odds, PlayAnswer
from tests.play.prizes import lottery, prize
from tests.world import World, key

DICE_PLAY, LOTTERY_PLAY = "/api/dice/play", "/api/lottery/play"


async def test_a_throw_answers_with_both_sides_and_what_they_pay(world: World) -> None:
    player = await world.player("kim", DICE_TOKEN=30)
    for played in range(1, 11):
        answer = await world.ok("POST", DICE_PLAY, headers=player.headers | key())
        PlayAnswer.model_validate(answer)
        game = answer["game"]
        assert set(game) - {"token_type"} == {
            "user_dice", "dealer_dice", "user_sum", "dealer_sum", "outcome", "reward_type", "reward_amount",
        }  # fmt: skip
        assert answer["result"] == "OK"
        paid = DICE[game["outcome"].lower()]
        assert (game["reward_type"], game["reward_amount"]) == (paid["reward_type"], paid["reward_amount"])
        assert (await replay_play(world.house, answer["play_id"]))["matches"]
        status = await world.ok("GET", "/api/dice/status", headers=player.headers)
        assert (status["today_plays"], status["token_balance"]) == (played, answer["token_balance"])
    assert not await world.differences()


async def test_a_winning_throw_counts_as_an_internal_win(world: World) -> None:
    player = await world.player("kim", DICE_TOKEN=20)
    outcomes = [
        (await world.ok("POST", DICE_PLAY, headers=player.headers | key()))["game"]["outcome"] for _ in range(20)
    ]
    wins = await world.rows("SELECT COALESCE(SUM(internal_wins), 0) FROM season_progress")
    assert wins == [(outcomes.count("WIN"),)]


async def test_a_draw_of_the_lottery_answers_with_its_prize(world: World) -> None:
    player = await world.player("kim", LOTTERY_TICKET=20)
    labels = {line["id"]: line["label"] for line in LOTTERY["prizes"]}
    for _ in range(20):
        answer = await world.ok("POST", LOTTERY_PLAY, headers=player.headers | key())
        PlayAnswer.model_validate(answer)
        assert set(answer["prize"]) - {"token_type"} == {"id", "label", "reward_type", "reward_amount"}
        assert answer["prize"]["label"] == labels[answer["prize"]["id"]]
        assert (await replay_play(world.house, answer["play_id"]))["matches"]
    assert not await world.differences()


async def test_the_status_of_each_game_has_the_contracts_fields(world: World) -> None:
    player = await world.player("kim", DICE_TOKEN=2, LOTTERY_TICKET=3)
    dice = await world.ok("GET", "/api/dice/status", headers=player.headers)
    GameStatus.model_validate(dice)
    assert (dice["token_type"], dice["token_balance"], dice["feature_type"]) == ("DICE_TOKEN", 2, "DICE")
    assert (dice["max_daily_plays"], dice["today_plays"], dice["remaining_plays"]) == (0, 0, None)
    drawn = await world.ok("GET", "/api/lottery/status", headers=player.headers)
    GameStatus.model_validate(drawn)
    assert (drawn["max_daily_tickets"], drawn["today_tickets"], drawn["remaining_tickets"]) == (0, 0, None)
    assert [set(line) - {"token_type"} for line in drawn["prize_preview"]] == [
        {"id", "label", "reward_type", "reward_amount", "is_sold_out"}
    ] * 5


@pytest.mark.parametrize("path", [DICE_PLAY, LOTTERY_PLAY])
async def test_without_a_ticket_there_is_no_play(world: World, path: str) -> None:
    player = await world.player("kim")
    assert await world.code("POST", path, headers=player.headers | key()) == (400, "NOT_ENOUGH_TOKENS")
    assert await world.rows("SELECT COUNT(*) FROM game_plays") == [(0,)]


async def test_who_has_no_ticket_is_told_what_the_notice_says(sqlite_world: World) -> None:
    player = await sqlite_world.player("kim")
    refusal = await sqlite_world.client.post(DICE_PLAY, headers=player.headers | key())
    notice = (await sqlite_world.ok("GET", "/api/ui-config/ticket_zero"))["value"]
    assert refusal.json()["error"]["details"] == {
        "token_type": "DICE_TOKEN", "balance": 0, "needed": 1, "ticket_zero": notice,
    }  # fmt: skip
    assert notice["ko"]["title"]


@pytest.mark.parametrize("body", [{"outcome": "WIN"}, {"prize": 101}, {"box": 1}, []])
async def test_a_play_takes_no_wishes(sqlite_world: World, body: Any) -> None:
    player = await sqlite_world.player("kim", DICE_TOKEN=1, LOTTERY_TICKET=1)
    for path in (DICE_PLAY, LOTTERY_PLAY):
        refusal = await sqlite_world.code("POST", path, json=body, headers=player.headers | key())
        assert refusal == (422, "VALIDATION_ERROR")


async def test_the_odds_are_weight_over_sum_to_the_last_digit(world: World) -> None:
    weights = [1, 3, 7, 999_999_937, 123_456_789]
    prizes = [prize(n, weight=weight, points=n) for n, weight in enumerate(weights, start=1)]
    await world.configure("lottery", lottery(*prizes, prize(6, weight=5, active=False)))
    raw = await world.client.get("/api/lottery/odds")
    odds = Odds.model_validate(raw.json())
    assert [line.weight for line in odds.prizes] == weights
    assert [line.probability for line in odds.prizes] == [weight / sum(weights) for weight in weights]
    assert f'"probability":{999_999_937 / sum(weights)!r}' in raw.text
    dice = Odds.model_validate(await world.ok("GET", "/api/dice/odds"))
    assert [line.probability for line in dice.prizes] == [575 / 1296, 146 / 1296, 575 / 1296]
    assert "yours" not in raw.json() and "guarantee" not in raw.json()
