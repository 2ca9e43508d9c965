"""A prize of which there are only so many, in every game: units of stock, or the codes of a coupon pool.

At nothing left it leaves the draw: it is never given, the odds say so, and every play can still be proved.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.core.errors import AppError
from app.domain.config_fields import RewardFields
from app.domain.game_fields import PrizeFields
from app.flows.replay_play import replay_play
from app.games import GAMES, GAMES_BY_FEATURE
from tests.admin.desk import Desk, desk_of
from tests.games.every_field import models_in
from tests.play.limited import EVERY, POINTS, PRIZE, WEIGHTED
from tests.world import Person, World, key

Config = Callable[..., dict[str, Any]]


@pytest.fixture
async def desk(world: World) -> Desk:
    admin = await desk_of(world, "kim@example.com", "admin")
    await admin.ok("POST", "/features", {"feature_type": "SCRATCH_BOX", "title": "상자", "is_enabled": True})
    await admin.ok("POST", "/coupons/pools", {"code": "EARPHONES", "name": "무선 이어폰"})
    await world.sql("UPDATE seasons SET is_active = 0, version = version + 1")
    return admin


async def fill(desk: Desk, *codes: str) -> None:
    await desk.ok("POST", "/coupons/pools/EARPHONES/upload", {"csv": "\n".join(["code", *codes])})


async def send(world: World, player: Person, game: str, *, box: int | None = None) -> httpx.Response:
    """A play; a box-game's pick is the first box that is shut, unless it is named."""
    body = None
    if game == "scratch-box":
        status = await world.ok("GET", "/api/scratch-box/status", headers=player.headers)
        body = {"box": box or next(one["number"] for one in status["boxes"] if not one["opened"])}
    return await world.client.post(f"/api/{game}/play", json=body, headers=player.headers | key())


async def won(world: World) -> list[tuple[str, int]]:
    """(state, how many) of the coupon rewards."""
    return await world.rows(
        "SELECT state, COUNT(*) FROM reward_log WHERE reward_type = 'COUPON' GROUP BY state ORDER BY state"
    )


async def odds(world: World, game: str, label: str = PRIZE["label"]) -> dict[str, Any]:
    lines = (await world.ok("GET", f"/api/{game}/odds"))["prizes"]
    found: dict[str, Any] = next(line for line in lines if line["label"] == label)
    return found


@pytest.mark.parametrize("game", WEIGHTED)
async def test_a_pool_with_two_codes_left_is_two_prizes(world: World, desk: Desk, game: str) -> None:
    config, token, _ = WEIGHTED[game]
    await world.configure(game, config(PRIZE))
    assert (await odds(world, game))["is_sold_out"] is True
    await fill(desk, "A", "B")
    assert (await odds(world, game))["probability"] == 0.5
    player = await world.player("park", **{token: 40})
    for _ in range(40):
        answer = await send(world, player, game)
        assert answer.status_code == 200, answer.text
    assert await won(world) == [("GRANTED", 2)]
    line = await odds(world, game)
    assert (line["probability"], line["weight"], line["is_sold_out"]) == (0, 0, True)
    for (play_id,) in await world.rows("SELECT id FROM game_plays"):
        assert (await replay_play(world.house, play_id))["matches"], "recomputed with what was left then"
    await fill(desk, "C")
    assert (await odds(world, game))["probability"] == 0.5, "filled again, it is back"
    assert not await world.differences()


@pytest.mark.parametrize("game", WEIGHTED)
async def test_a_prize_with_stock_leaves_the_draw_of_every_game(world: World, desk: Desk, game: str) -> None:
    config, token, _ = WEIGHTED[game]
    await world.configure(game, config(POINTS | {"stock": 2}))
    player = await world.player("park", **{token: 40})
    for _ in range(40):
        assert (await send(world, player, game)).status_code == 200
    paid = "SELECT COUNT(*) FROM reward_log WHERE operation_id LIKE 'PLAY:%'"
    assert await world.rows(paid) == [(2,)]
    assert (await odds(world, game, POINTS["label"]))["is_sold_out"] is True
    assert [
        (row["prize_id"], row["left"])
        for row in (await desk.get(f"/games/{game}/stock"))["items"]
        if row["prize_id"] == 7
    ] == [(7, 0)]
    await desk.ok("POST", f"/games/{game}/stock/7/restock", {"units": 1}, version="*")
    assert (await odds(world, game, POINTS["label"]))["probability"] == 0.5
    for (play_id,) in await world.rows("SELECT id FROM game_plays"):
        assert (await replay_play(world.house, play_id))["matches"]
    assert not await world.differences()


@pytest.mark.parametrize("game", EVERY)
async def test_when_nothing_is_left_no_ticket_is_taken(world: World, desk: Desk, game: str) -> None:
    config, token, code = EVERY[game]
    await world.configure(game, config(PRIZE) if game == "dice" else config(PRIZE, blank=0))
    player = await world.player("park", **{token: 3})
    answer = await send(world, player, game)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, code)
    await fill(desk, *(f"CODE-{n}" for n in range(50)))
    assert (await send(world, player, game)).status_code == 200
    assert await world.rows("SELECT balance FROM wallets WHERE token_type = :t", t=token) == [(2,)]
    assert not await world.differences()


async def test_dice_are_not_thrown_for_a_prize_that_is_gone(world: World, desk: Desk) -> None:
    """Its odds are those of the dice: what can't be paid can't be taken out of the throw."""
    config, token, code = EVERY["dice"]
    await world.configure("dice", config(POINTS | {"stock": 1}))
    player = await world.player("park", **{token: 60})
    answers = [await send(world, player, "dice") for _ in range(24)]
    wins = [a.json()["game"]["outcome"] for a in answers if a.is_success].count("WIN")
    assert wins == 1
    assert {a.json()["error"]["code"] for a in answers if not a.is_success} == {code}
    lines = (await world.ok("GET", "/api/dice/odds"))["prizes"]
    assert [(line["is_sold_out"], line["probability"]) for line in lines] == [(True, 0), (False, 0), (False, 0)]
    assert not await world.differences()


async def test_a_prize_that_a_person_approves_keeps_its_code(world: World, desk: Desk) -> None:
    await world.configure("lottery", WEIGHTED["lottery"][0](PRIZE | {"needs_approval": True}))
    await fill(desk, "A")
    player = await world.player("park", LOTTERY_TICKET=40)
    for _ in range(40):
        assert (await send(world, player, "lottery")).status_code == 200
    assert await won(world) == [("APPROVAL", 1)]
    ((reward_id,),) = await world.rows("SELECT id FROM reward_log WHERE reward_type = 'COUPON'")
    boss = await desk_of(world, "boss@example.com", "admin")
    await boss.ok("POST", f"/rewards/{reward_id}/approve")
    assert await won(world) == [("GRANTED", 1)]


async def test_expired_and_expiring_codes_are_none(world: World, desk: Desk) -> None:
    await world.configure("lottery", WEIGHTED["lottery"][0](PRIZE))
    await desk.ok("POST", "/coupons/pools/EARPHONES/upload", {"csv": "code,expires_at\nA,2025-12-11\n"})
    assert (await odds(world, "lottery"))["is_sold_out"] is False
    world.clock.advance(days=3)
    assert (await odds(world, "lottery"))["is_sold_out"] is True


async def test_a_prize_of_three_codes_needs_three(world: World, desk: Desk) -> None:
    await world.configure("lottery", WEIGHTED["lottery"][0](PRIZE | {"reward_amount": 3}))
    await fill(desk, "A", "B")
    assert (await odds(world, "lottery"))["is_sold_out"] is True
    await fill(desk, "C")
    assert (await odds(world, "lottery"))["is_sold_out"] is False


async def test_rewards_that_wait_for_codes_come_before_the_draw(world: World, desk: Desk) -> None:
    mail = {
        "title_ko": "선물", "title_en": "gift", "expires_at": "2026-01-31T00:00:00+09:00", "external_ids": ["park"],
        "rewards": [{"reward_type": "COUPON", "reward_amount": 1, "code": "EARPHONES"}],
    }  # fmt: skip
    player = await world.player("park", LOTTERY_TICKET=40)
    await desk.ok("POST", "/inbox", mail, keyed=True)
    (item,) = (await world.ok("GET", "/api/inbox", headers=player.headers))["items"]
    await world.ok("POST", f"/api/inbox/{item['id']}/claim", headers=player.headers | key())
    assert await won(world) == [("PENDING", 1)]
    await world.configure("lottery", WEIGHTED["lottery"][0](PRIZE))
    await fill(desk, "A")
    assert (await odds(world, "lottery"))["is_sold_out"] is True, "the one code is promised"
    await fill(desk, "B")
    assert (await odds(world, "lottery"))["is_sold_out"] is False


@pytest.mark.parametrize("game", WEIGHTED)
async def test_two_dozen_at_once_share_five_codes(world: World, desk: Desk, game: str) -> None:
    config, token, _ = WEIGHTED[game]
    await world.configure(game, config(PRIZE))
    await fill(desk, *"ABCDE")
    players = [await world.player(f"p{n}", **{token: 1}) for n in range(24)]
    answers = await asyncio.gather(*(send(world, player, game, box=1) for player in players))
    assert {answer.status_code for answer in answers} == {200}
    assert await won(world) == [("GRANTED", 5)]
    assert not await world.differences()


async def test_a_guarantee_whose_prize_is_gone_waits_until_it_can_be_kept(world: World, desk: Desk) -> None:
    guarantee = {"guarantee": {"after": 2, "prizes": [0]}}
    await world.configure("roulette", WEIGHTED["roulette"][0](PRIZE, blank=10_000_000, **guarantee))
    player = await world.player("park", ROULETTE_COIN=10)
    for _ in range(5):
        assert (await send(world, player, "roulette")).json()["segment"]["slot_index"] == 1
    await fill(desk, "A")
    assert (await send(world, player, "roulette")).json()["segment"]["slot_index"] == 0
    assert await won(world) == [("GRANTED", 1)]
    assert not await world.differences()


def test_every_reward_of_every_game_may_have_stock() -> None:
    """A new game's prizes too: who writes a plain RewardFields into a setup would give what isn't there."""
    for game in GAMES.values():
        rewards = [model for model in models_in(game.setup) if issubclass(model, RewardFields)]
        assert rewards, game.code
        assert all(issubclass(model, PrizeFields) for model in rewards), game.code
    assert {game.feature_type for game in GAMES.values()} == set(GAMES_BY_FEATURE)


@pytest.mark.parametrize(
    ("game", "change"),
    [
        ("roulette", {"stock": 5}),
        ("roulette", {"prize_id": 5}),
        ("dice", {"stock": 5}),
        ("scratch-box", {"stock": -1}),
    ],
)
def test_stock_belongs_to_a_prize_with_a_number(game: str, change: dict[str, Any]) -> None:
    config = EVERY[game][0](POINTS)
    place = {"roulette": config.get("segments"), "scratch-box": config.get("prizes")}.get(game) or [config.get("win")]
    place[0] |= change
    with pytest.raises(AppError) as refusal:
        GAMES[game].parse(config)
    assert refusal.value.facts["fields"]
