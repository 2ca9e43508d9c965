"""Prizes with stock: what is gone leaves the draw, and nobody pays for an empty one."""

import asyncio
from dataclasses import replace

import pytest

from app.container import Container
from app.domain.records import Play
from app.domain.stock import Shelf
from app.flows.play import PlayCommand, play
from app.flows.replay_play import replay_play
from app.flows.steps.commands import Done, IdempotencyKey
from app.games import GAMES
from app.services import Services
from tests.play.prizes import lottery, prize
from tests.statements import counted
from tests.world import Person, World, key

PLAY, ODDS = "/api/lottery/play", "/api/lottery/odds"


async def test_a_prize_that_is_gone_leaves_draw_odds_and_preview(world: World) -> None:
    await world.configure("lottery", lottery(prize(1, weight=9, stock=2, points=100), prize(2, weight=1, points=1)))
    player = await world.player("kim", LOTTERY_TICKET=100)
    assert [line["probability"] for line in (await world.ok("GET", ODDS))["prizes"]] == [0.9, 0.1]
    drawn = [await world.ok("POST", PLAY, headers=player.headers | key()) for _ in range(40)]
    ids = [answer["prize"]["id"] for answer in drawn]
    assert ids.count(1) == 2 and ids[-1] == 2
    lines = (await world.ok("GET", ODDS))["prizes"]
    assert [(line["probability"], line["weight"], line["is_sold_out"]) for line in lines] == [
        (0.0, 0, True), (1.0, 1, False),
    ]  # fmt: skip
    preview = (await world.ok("GET", "/api/lottery/status", headers=player.headers))["prize_preview"]
    assert [line["is_sold_out"] for line in preview] == [True, False]
    for answer in drawn:
        verdict = await replay_play(world.house, answer["play_id"])
        assert verdict["matches"], "recomputed with the stock as it was then"
    units = await world.rows("SELECT stock_unit_no FROM game_plays WHERE stock_prize_id = 1 ORDER BY play_no")
    assert units == [(1,), (2,)]
    assert not await world.differences()


async def test_sold_out_takes_no_ticket_and_a_restock_opens_the_draw_again(world: World) -> None:
    await world.configure("lottery", lottery(prize(1, stock=1, points=100), prize(2, weight=0)))
    player = await world.player("kim", LOTTERY_TICKET=3)
    await world.ok("POST", PLAY, headers=player.headers | key())
    again = key()
    assert await world.code("POST", PLAY, headers=player.headers | again) == (409, "LOTTERY_SOLD_OUT")
    status = await world.ok("GET", "/api/lottery/status", headers=player.headers)
    assert (status["token_balance"], status["today_tickets"]) == (2, 1)
    assert [line["probability"] for line in (await world.ok("GET", ODDS))["prizes"]] == [0.0, 0.0]
    admin = await world.token("boss", "admin") | {"If-Match": '"1"'}
    body = {"units": 1, "reason": "a box was found"}
    await world.ok("POST", "/api/admin/games/lottery/stock/1/restock", json=body, headers=admin | key())
    answer = await world.ok("POST", PLAY, headers=player.headers | again)
    assert (answer["prize"]["id"], answer["token_balance"]) == (1, 1), "a refusal freed the key"
    assert await world.code("POST", PLAY, headers=player.headers | key()) == (409, "LOTTERY_SOLD_OUT")
    assert not await world.differences()


async def test_a_prize_that_starts_with_nothing_is_shown_as_gone(world: World) -> None:
    await world.configure("lottery", lottery(prize(1, stock=0, points=100), prize(2, points=1)))
    assert [line["is_sold_out"] for line in (await world.ok("GET", ODDS))["prizes"]] == [True, False]


async def test_a_version_put_in_force_by_plain_sql_gives_no_stock_away(world: World) -> None:
    """Its prizes were never stocked: nothing to give is the safe reading."""
    await world.configure("lottery", lottery(prize(1, stock=5, points=100)))
    await world.sql("DELETE FROM prize_stock WHERE prize_id = 1")
    player = await world.player("kim", LOTTERY_TICKET=1)
    assert await world.code("POST", PLAY, headers=player.headers | key()) == (409, "LOTTERY_SOLD_OUT")


def command(container: Container, player: Person, name: str, game: str = "lottery") -> PlayCommand:
    return PlayCommand(
        user_id=player.id,
        session_id=None,
        issued_at=container.clock.now(),
        request_id=None,
        idempotency=IdempotencyKey(name, "f"),
        game=GAMES[game],
    )


async def test_one_batch_gives_each_unit_once(world: World) -> None:
    await world.configure("lottery", lottery(prize(1, stock=3, points=100)))
    players = [await world.player(f"p{n}", LOTTERY_TICKET=1, DICE_TOKEN=1) for n in range(6)]
    commands = [command(world.container, player, "k") for player in players]
    mixed = [*commands, *(command(world.container, player, "d", "dice") for player in players)]
    results = await play(world.house, mixed)
    assert [isinstance(result, Done) for result in results] == [True] * 3 + [False] * 3 + [True] * 6
    assert not await world.differences()


@pytest.mark.parametrize("size", [1, 32])
@pytest.mark.parametrize(("game", "token", "most"), [("dice", "DICE_TOKEN", 11), ("lottery", "LOTTERY_TICKET", 12)])
async def test_a_batch_asks_ten_times_once_more_for_a_win_and_once_more_for_stock(
    world: World, size: int, game: str, token: str, most: int
) -> None:
    await world.configure("lottery", lottery(prize(1, stock=100, points=5)))
    player = await world.player("kim", **{token: 200})
    await play(world.house, [command(world.container, player, "warm", game)])
    with counted(world.house) as count:
        results = await play(world.house, [command(world.container, player, f"p{n}", game) for n in range(size)])
    assert all(isinstance(result, Done) for result in results)
    assert len(count.statements) <= most, count.statements
    assert count.commits == 1
    await world.sql("UPDATE seasons SET internal_win_threshold = 0, version = 2")
    await play(world.house, [command(world.container, player, "warm again", game)])
    with counted(world.house) as count:
        await play(world.house, [command(world.container, player, f"q{n}", game) for n in range(size)])
    assert len(count.statements) <= most - 1, count.statements


async def test_a_lottery_without_stock_pays_nothing_for_it(world: World) -> None:
    await world.sql("UPDATE seasons SET internal_win_threshold = 0, version = 2")
    await world.configure("lottery", lottery(prize(1, points=5)))
    player = await world.player("kim", LOTTERY_TICKET=5)
    await play(world.house, [command(world.container, player, "warm")])
    with counted(world.house) as count:
        await play(world.house, [command(world.container, player, "p")])
    assert len(count.statements) <= 10
    assert not [statement for statement in count.statements if "prize_stock" in statement]


async def test_a_status_asks_at_most_four_times(world: World) -> None:
    player = await world.player("kim")
    for path in ("/api/lottery/status", "/api/dice/status"):
        await world.ok("GET", path, headers=player.headers)
        with counted(world.house) as count:
            await world.ok("GET", path, headers=player.headers)
        assert len(count.statements) <= 4, count.statements


async def test_a_batch_that_waited_for_the_stock_sees_the_units_given_meanwhile(mariadb_world: World) -> None:
    """The rows are locked, the plays are only read: they must be read behind the lock, of the second prize too."""
    world = mariadb_world
    config_id = await world.configure("lottery", lottery(prize(1, stock=9), prize(2, stock=9)))
    player = await world.player("kim")
    now, holds, may_commit = world.clock.now(), asyncio.Event(), asyncio.Event()
    given = Play(
        id="a", user_id=player.id, feature_type="LOTTERY", config_id=config_id, play_no=1, day=now.date(), day_no=1,
        rolls=[0], prize={}, memory=None, is_win=False, token_type="LOTTERY_TICKET", cost=1, request_id=None,
        created_at=now, unit=(1, 1),
    )  # fmt: skip

    async def give(keepers: Services) -> None:
        await keepers.prize_stock.lock("LOTTERY")
        await keepers.game_log.add_plays([given, replace(given, id="b", play_no=2, day_no=2, unit=(2, 1))])
        holds.set()
        await may_commit.wait()

    async def wait_and_look(keepers: Services) -> Shelf:
        return await keepers.prize_stock.lock("LOTTERY")

    giving = asyncio.create_task(world.house.write(give))
    await holds.wait()
    looking = asyncio.create_task(world.house.write(wait_and_look))
    await asyncio.sleep(0.5)
    assert not looking.done(), "it waits for the lock"
    may_commit.set()
    await giving
    stocks = (await looking).stocks
    assert [stocks[n].taken for n in (1, 2)] == [1, 1]
