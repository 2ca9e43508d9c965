"""Two processes whose clocks disagree by seconds across midnight in Seoul: nothing breaks, no cap counts twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from app.core.time_utils import KST, FixedClock
from app.main import create_app
from tests.fixtures import settings_for
from tests.goals.boards import begin, board
from tests.goals.test_teams import contest
from tests.season.rich import begin as begin_rich
from tests.world import Person, World, key, open_world

MIDNIGHT = datetime(2025, 12, 11, tzinfo=KST)  # the day from 10 to 11; weeks turn on the 15th
PLAY, DICE = "/api/roulette/play", "/api/dice/play"


@asynccontextmanager
async def another(world: World, behind: timedelta, url: str) -> AsyncIterator[World]:
    """A second process on the same database, whose clock lags."""
    clock = FixedClock(world.clock.now() - behind)
    app = create_app(settings_for(url), clock=clock)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://dojang.test") as client:
            yield replace(world, app=app, container=app.state.container, client=client, clock=clock)


@pytest.fixture(params=[MIDNIGHT, MIDNIGHT + timedelta(days=4)], ids=["day", "week"])
async def pair(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[tuple[World, World]]:
    """(a process a second past midnight, one a second before it)."""
    async with (
        open_world(settings_for(database_url), FixedClock(request.param + timedelta(seconds=1))) as ahead,
        another(ahead, timedelta(seconds=2), database_url) as behind,
    ):
        yield ahead, behind


async def answer(world: World, path: str, person: Person, **body: Any) -> tuple[int, str]:
    """(status, "" or the code of the refusal)."""
    headers = await world.token(person.name) | key()
    response = await world.client.post(path, headers=headers, json=body or None)
    return response.status_code, "" if response.is_success else response.json()["error"]["code"]


async def test_a_play_behind_midnight_is_refused_once_the_player_has_played_past_it(pair: tuple[World, World]) -> None:
    ahead, behind = pair
    kim, lee = await ahead.player("kim", ROULETTE_COIN=9), await ahead.player("lee", ROULETTE_COIN=9)
    assert await answer(behind, PLAY, kim) == (200, "")
    assert await answer(ahead, PLAY, kim) == (200, "")
    response = await behind.client.post(PLAY, headers=await behind.token("kim") | key())
    assert (response.status_code, response.json()["error"]["code"]) == (503, "BUSY")
    assert response.headers["retry-after"] == "1"
    assert await answer(behind, PLAY, lee) == (200, ""), "who has not played past midnight plays on"
    behind.clock.advance(seconds=2)
    assert await answer(behind, PLAY, kim) == (200, "")
    plays = await ahead.rows("SELECT play_date, day_no FROM game_plays WHERE user_id = :u ORDER BY play_no", u=kim.id)
    assert [number for _, number in plays] == [1, 1, 2]
    assert not await ahead.differences()


async def test_an_answer_that_was_given_is_given_again_by_the_process_that_lags(pair: tuple[World, World]) -> None:
    ahead, behind = pair
    await ahead.player("kim", ROULETTE_COIN=9)
    sent = key()
    first = await ahead.client.post(PLAY, headers=await ahead.token("kim") | sent)
    again = await behind.client.post(PLAY, headers=await behind.token("kim") | sent)
    assert (again.status_code, again.content) == (200, first.content)


async def test_a_stamp_of_the_new_day_holds_on_the_process_that_lags(pair: tuple[World, World]) -> None:
    ahead, behind = pair
    kim = await ahead.player("kim")
    assert await answer(ahead, "/api/season-pass/stamp", kim) == (200, "")
    assert (await answer(behind, "/api/season-pass/stamp", kim))[1] == "ALREADY_STAMPED_TODAY"
    assert len(await ahead.rows("SELECT id FROM season_stamp_log")) == 1


async def test_a_daily_cap_of_xp_and_of_stamps_counts_once(pair: tuple[World, World]) -> None:
    """Two games, so that neither clock finds a later play of its own game."""
    ahead, behind = pair
    await begin_rich(ahead, daily_xp_cap=30)
    kim = await ahead.player("kim", ROULETTE_COIN=9, DICE_TOKEN=9)
    for world, path in ((ahead, PLAY), (behind, DICE), (ahead, PLAY), (behind, DICE), (ahead, PLAY)):
        assert await answer(world, path, kim) == (200, ""), path
    [(earned, stamps)] = await ahead.rows("SELECT earned_xp, play_stamps FROM season_counters")
    [(total,)] = await ahead.rows("SELECT SUM(delta) FROM season_xp_ledger WHERE is_earned = 1")
    assert (earned, stamps, int(total)) == (30, 2, 30), "the cap of the new day holds on both"
    assert not await ahead.differences()


async def test_scores_missions_and_teams_are_counted_on_both_sides(pair: tuple[World, World]) -> None:
    ahead, behind = pair
    desk = await begin(ahead, board(), board("WEEKLY", window="WEEK"))
    await desk.ok("POST", "/team-contests", contest(ahead.season_id, join_from="2025-12-01T00:00:00+09:00",
                                                     join_until="2025-12-20T00:00:00+09:00"))  # fmt: skip
    await desk.ok("POST", "/team-contests/CUP/activate", version=1)
    kim = await ahead.player("kim", ROULETTE_COIN=9, DICE_TOKEN=9)
    await ahead.ok("POST", "/api/teams/CUP", json={"name": "one"}, headers=kim.headers)
    played = 0
    for world, path in ((behind, PLAY), (ahead, PLAY), (behind, DICE), (behind, PLAY), (ahead, PLAY)):
        status, code = await answer(world, path, kim)
        assert (status, code) in ((200, ""), (503, "BUSY"))
        played += status == 200
    assert played == 3
    [(score,)] = await ahead.rows("SELECT score FROM team_members WHERE user_id = :u", u=kim.id)
    counted = await ahead.rows("SELECT SUM(score) FROM leaderboard_scores s JOIN leaderboards b ON b.id = s.board_id"
                               " WHERE b.code = 'WEEKLY'")  # fmt: skip
    assert (score, int(counted[0][0])) == (2, 3)
    assert not await ahead.differences()


async def test_trial_tickets_stay_within_the_caps_of_each_day(pair: tuple[World, World]) -> None:
    ahead, behind = pair
    kim, given = await ahead.player("kim"), []
    for world in (ahead, behind, ahead, behind, behind):
        headers = await world.token("kim")
        asked = await world.ok("POST", "/api/trial-grant", json={"token_type": "DICE_TOKEN"}, headers=headers)
        given.append(asked["granted"])
        await ahead.sql("UPDATE wallets SET balance = 0 WHERE token_type = 'DICE_TOKEN'")
    assert given == [1, 1, 0, 0, 0], "one of each day, however the processes take turns"
    days = await ahead.rows("SELECT operation_id FROM wallet_ledger WHERE user_id = :u ORDER BY id", u=kim.id)
    assert len({operation for (operation,) in days}) == 2


async def test_a_streak_that_was_restored_past_midnight_is_not_lengthened_by_the_day_it_covers(
    pair: tuple[World, World],
) -> None:
    ahead, behind = pair
    now = ahead.clock.now()
    ahead.clock.set(now - timedelta(days=11))  # type: ignore[attr-defined]
    desk, season = await begin_rich(ahead, start_date="2025-11-30")
    kim = await ahead.player("kim")
    await ahead.stamp_with_gaps(kim, 5)  # of five stamps a streak of five days can have been
    ahead.clock.set(now)  # type: ignore[attr-defined]
    await desk.ok("POST", f"/seasons/{season}/streak/restore", {"external_id": "kim", "days": 5}, keyed=True)
    assert await answer(behind, "/api/season-pass/stamp", kim) == (200, "")
    assert await ahead.rows("SELECT streak_days FROM season_counters") == [(5,)]
    assert not await ahead.differences()
