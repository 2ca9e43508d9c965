"""What is allowed and yet should be seen: short-lived odds, prizes that come too often, a first gift."""

from typing import Any

import pytest

from app.domain.luck import LEAST_CHANCE, chance_of_so_many
from app.flows.game_report import surprising_payouts
from tests.admin.desk import desk_of
from tests.season.rich import points, wheel
from tests.world import World, key

Said = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """Every alarm, in order."""
    heard: Said = []
    for module in ("app.flows.save_game_config", "app.services.allowance_service"):
        monkeypatch.setattr(f"{module}.raise_alarm", lambda name, **facts: heard.append((name, facts)))
    return heard


async def play(world: World, name: str, times: int = 1) -> None:
    player = await world.player(name, ROULETTE_COIN=times)
    for _ in range(times):
        await world.ok("POST", "/api/roulette/play", headers=player.headers | key())


async def test_odds_that_were_played_on_and_replaced_within_the_hour_are_told(world: World, said: Said) -> None:
    await world.configure("roulette", wheel(*[points(5_000)] * 6))
    await play(world, "own-account", 3)
    world.clock.advance(minutes=4)
    await world.configure("roulette", wheel(*[points(1)] * 6))
    [facts] = [facts for name, facts in said if name == "odds_short_lived"]
    assert (facts["game"], facts["plays"], facts["minutes"]) == ("roulette", 3, 4.0)
    assert facts["actor"] == "staff:fixture-admin"


async def test_odds_that_nobody_played_on_or_that_stood_are_not(world: World, said: Said) -> None:
    await world.configure("roulette", wheel(*[points(5_000)] * 6))
    await world.configure("roulette", wheel(*[points(1)] * 6))
    await play(world, "park")
    world.clock.advance(minutes=60)
    await world.configure("roulette", wheel(*[points(2)] * 6))
    assert "odds_short_lived" not in [name for name, _ in said]


async def test_the_first_gift_of_an_operator_is_told_once(world: World, said: Said) -> None:
    player = await world.player("park")
    kim, lee = await desk_of(world, "kim@example.com", "admin"), await desk_of(world, "lee@example.com", "admin")
    for desk in (kim, kim, lee):
        await desk.grant(player.id, 7, "POINT")
    world.clock.advance(days=1)
    await kim.grant(player.id, 7, "POINT")
    first = [(facts["actor"], facts["worth_points"]) for name, facts in said if name == "first_gift"]
    assert first == [("staff:kim@example.com", 7), ("staff:lee@example.com", 7)]


async def test_a_prize_that_comes_far_too_often_is_found_and_an_honest_one_is_not(sqlite_world: World) -> None:
    world = sqlite_world
    await world.configure("roulette", wheel(points(5_000), None, None, None, None, None))
    await play(world, "park", 100)
    assert await surprising_payouts(world.house) == []
    prize = (await world.rows("SELECT prize FROM game_plays WHERE is_win = 1 LIMIT 1"))[0][0]
    await world.sql("UPDATE game_plays SET prize = :prize, is_win = 1", prize=prize)
    [found] = await surprising_payouts(world.house)
    assert (found.game, found.label, found.plays, found.drawn) == ("roulette", "0", 100, 100)
    assert found.expected == pytest.approx(16.7)


@pytest.mark.parametrize(
    ("drawn", "plays", "share", "is_odd"),
    [(5, 10, 0.5, False), (10, 10, 1.0, False), (600, 1_000, 0.5, True), (560, 1_000, 0.5, False),
     (3, 1_000, 0.0, True), (2, 1_000, 0.0001, False), (1_000, 1_000, 0.9, True), (0, 1_000, 0.0, False)],
)  # fmt: skip
def test_the_bound_knows_luck_from_more(drawn: int, plays: int, share: float, is_odd: bool) -> None:
    assert (chance_of_so_many(drawn, plays, share) < LEAST_CHANCE) is is_odd
