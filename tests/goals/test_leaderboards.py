"""Leaderboards: scored with the cause, ties by time, closed once, each rank paid once."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from app.core.time_utils import KST
from app.flows.play import play
from tests.flows.test_play import command
from tests.goals.boards import begin, board, look, paid, points, ranks, run
from tests.goals.missions import spin
from tests.statements import counted
from tests.world import World


async def test_ties_go_to_who_was_first_and_the_window_pays_its_ranks_once(world: World) -> None:
    desk = await begin(world, board())
    people = [await world.player(name, ROULETTE_COIN=9) for name in ("ann", "bob", "cat", "dan", "eve")]
    ann, bob, cat, dan, eve = people
    await spin(world, bob, 2)
    world.clock.advance(seconds=1)
    for person, times in ((ann, 2), (cat, 3), (dan, 1), (eve, 4)):
        await spin(world, person, times)
    await desk.ok("POST", "/leaderboards/DAILY_SPINS/marks", {"user_id": eve.id, "mark": "BANNED"})
    await desk.ok("POST", "/leaderboards/DAILY_SPINS/marks", {"external_id": "cat", "mark": "HIDDEN"})
    expected = [(1, "***", 3), (2, "bo***", 2), (3, "an***", 2), (4, "da***", 1)]
    assert await ranks(world, ann) == expected
    first = await look(world, dan, limit=2)
    assert (first["my_entry"]["rank"], first["my_entry"]["is_me"]) == (4, True)
    assert await ranks(world, dan, limit=2, after=first["next"]) == expected[2:]
    assert (await look(world, eve))["my_entry"] is None
    world.clock.set(datetime(2025, 12, 11, 0, 9, 59, tzinfo=KST))
    await run(world, "leaderboard_close")
    assert await paid(world) == []
    world.clock.advance(seconds=1)
    await desk.ok("PATCH", "/features/RANKING", {"is_enabled": False}, version="*")
    await run(world, "leaderboard_close")
    assert await paid(world) == [], "a stop of the rankings holds for the job as well"
    await desk.ok("PATCH", "/features/RANKING", {"is_enabled": True}, version="*")
    for _ in range(2):
        await run(world, "leaderboard_close")
    rows = [(f"BOARD:DAILY_SPINS:{person.id}:2025-12-10", n) for person, n in ((cat, 100), (bob, 10), (ann, 10))]
    assert await paid(world) == rows
    closed = await look(world, ann, window="2025-12-10")
    assert (closed["is_closed"], closed["my_entry"]["rank"]) == (True, 3)
    assert await ranks(world, ann, window="2025-12-10", limit=1, after=closed["next"] or "1.1.1.1") == [expected[1]]
    results = await desk.get("/leaderboards/DAILY_SPINS/windows/2025-12-10/results")
    assert [row["state"] for row in results["items"]] == ["PAID", "PAID", "PAID", "NONE"]
    assert [row["state"] for row in (await desk.get("/leaderboards/DAILY_SPINS/windows"))["items"]] == ["PAID"]
    path = "/api/admin/leaderboards/DAILY_SPINS/windows/2025-12-10/results.csv"
    file = await world.client.get(path, headers=desk.headers)
    assert file.text.splitlines()[1].startswith(f"1,{cat.id},main,cat,,3,2025-12-10T12:00:01")
    assert not await world.differences()


async def test_a_window_that_is_closed_takes_no_score_any_more(world: World) -> None:
    """The clock alone doesn't decide: a transaction that began before the closing finds the window closed."""
    await begin(world, board(close_after_minutes=0), board("EVER", window="ALL", rank_rewards=[]))
    player = await world.player("ann", ROULETTE_COIN=20)
    await spin(world, player)
    world.clock.set(datetime(2025, 12, 11, 0, 0, tzinfo=KST))
    await run(world, "leaderboard_close")
    world.clock.set(datetime(2025, 12, 10, 23, 59, 59, tzinfo=KST))
    player = await world.player("ann")
    await spin(world, player)
    world.clock.set(datetime(2025, 12, 11, 12, 0, tzinfo=KST))
    assert await ranks(world, player, window="2025-12-10") == [(1, "an***", 1)]
    assert await ranks(world, player, "EVER") == [(1, "an***", 2)]
    assert not await world.differences()


async def test_plays_that_race_the_closing_are_ranked_or_not_but_never_lost_to_the_check(mariadb_world: World) -> None:
    world = mariadb_world
    await begin(world, board(close_after_minutes=0))
    people = [await world.player(f"p{n}", ROULETTE_COIN=9) for n in range(6)]
    for person in people:
        await spin(world, person)
    world.clock.set(datetime(2025, 12, 10, 23, 59, 59, tzinfo=KST))
    people = [await world.player(f"p{n}") for n in range(6)]

    async def midnight() -> None:
        await asyncio.sleep(0.02)
        world.clock.set(datetime(2025, 12, 11, 0, 0, 1, tzinfo=KST))
        await run(world, "leaderboard_close")

    await asyncio.gather(midnight(), *(spin(world, person, 3) for person in people))
    await run(world, "leaderboard_close")
    assert len(await paid(world)) == 3
    assert not await world.differences()
    scores = (await world.rows("SELECT SUM(score) FROM leaderboard_scores WHERE window_key = '2025-12-10'"))[0][0]
    assert 6 <= scores <= 24


async def test_a_batch_writes_all_scores_in_one_statement_and_reads_none(world: World) -> None:
    await world.sql("UPDATE seasons SET internal_win_threshold = 0, version = 2")
    desk = await begin(world)
    player = await world.player("kim", ROULETTE_COIN=100)

    async def asked(name: str) -> list[str]:
        with counted(world.house) as count:
            await play(world.house, [command(world, player, f"{name}{n}") for n in range(5)])
        return count.statements

    await asked("warm")
    bare = await asked("a")
    for code, window in (("D", "DAY"), ("W", "WEEK"), ("S", "SEASON"), ("A", "ALL")):
        await desk.ok("POST", "/leaderboards", board(code, window=window, rank_rewards=[]))
    await asked("b")
    scored = await asked("c")
    assert len(scored) == len(bare) + 1
    assert [text.split()[0] for text in scored if "leaderboard_scores" in text] == ["INSERT"]
    assert await world.rows("SELECT DISTINCT score, rank_key FROM leaderboard_scores") == [(10, -10)]


async def test_who_was_blocked_meanwhile_is_not_paid(sqlite_world: World) -> None:
    world = sqlite_world
    desk = await begin(world, board(close_after_minutes=0))
    ann, bob = [await world.player(name, ROULETTE_COIN=9) for name in ("ann", "bob")]
    await spin(world, ann, 2)
    await spin(world, bob)
    await desk.ok("POST", f"/players/{ann.id}/block", version="*")
    world.clock.set(datetime(2025, 12, 11, 0, 0, tzinfo=KST))
    await run(world, "leaderboard_close")
    assert await paid(world) == [(f"BOARD:DAILY_SPINS:{bob.id}:2025-12-10", 100)]


async def test_a_stopped_ranking_shows_nothing_and_goes_on_scoring(sqlite_world: World) -> None:
    world = sqlite_world
    desk = await begin(world, board())
    player = await world.player("ann", ROULETTE_COIN=9)
    await desk.ok("PATCH", "/features/RANKING", {"is_enabled": False}, version="*")
    await spin(world, player)
    for path in ("/api/leaderboards", "/api/leaderboards/DAILY_SPINS"):
        assert await world.code("GET", path, headers=player.headers) == (400, "FEATURE_DISABLED")
    await desk.ok("PATCH", "/features/RANKING", {"is_enabled": True}, version="*")
    assert await ranks(world, player) == [(1, "an***", 1)]
    listed = await world.ok("GET", "/api/leaderboards", headers=player.headers)
    assert [one["window_key"] for one in listed["leaderboards"]] == ["2025-12-10"]


BROKEN: list[dict[str, Any]] = [
    {"code": "A" * 31}, {"window": "MONTH"}, {"metric": "PRESENCE"}, {"metric": "PLAY.CHESS"}, {"keep_ranks": 0},
    {"keep_ranks": 2}, {"close_after_minutes": -1}, {"window": "ALL"}, {"host": "nobody"},
    {"rank_rewards": [{"from_rank": 2, "to_rank": 1, "rewards": points(1)}]},
    {"rank_rewards": [{"from_rank": 1, "to_rank": 2, "rewards": points(1)},
                      {"from_rank": 2, "to_rank": 3, "rewards": points(1)}]},
    {"rank_rewards": [{"from_rank": 1, "to_rank": 1, "rewards": []}]},
    {"rank_rewards": [{"from_rank": 1, "to_rank": 1, "rewards": [
        {"reward_type": "BADGE", "reward_amount": 1, "code": "NONE"}]}]},
]  # fmt: skip


async def test_a_refused_write_leaves_nothing_behind(sqlite_world: World) -> None:
    world = sqlite_world
    desk = await begin(world, board())
    for change in BROKEN:
        assert await desk.refused("POST", "/leaderboards", board("OTHER") | change) == (422, "VALIDATION_ERROR"), change
    assert await desk.refused("POST", "/leaderboards", board()) == (409, "NAME_TAKEN")
    assert await desk.refused("PUT", "/leaderboards/DAILY_SPINS", board(), version=9) == (409, "VERSION_CONFLICT")
    assert await desk.refused("PUT", "/leaderboards/DAILY_SPINS", board()) == (428, "PRECONDITION_REQUIRED")
    missing = (404, "LEADERBOARD_NOT_FOUND")
    assert await desk.refused("POST", "/leaderboards/NONE/retire", version="*") == missing
    assert await desk.refused("POST", "/leaderboards/NONE/marks", {"user_id": 1, "mark": "BANNED"}) == missing
    unknown = await desk.refused("POST", "/leaderboards/DAILY_SPINS/marks", {"user_id": 99, "mark": None})
    assert unknown == (404, "USER_NOT_FOUND")
    player = await world.player("ann", ROULETTE_COIN=9)
    for query in ("window=2025-13-01", "window=S1", "window=2025-W60", "after=1.2", "after=1.1.9999999999999999999.1",
                  "after=1.1.999999999999999999.1", "limit=0"):  # fmt: skip
        path = f"/api/leaderboards/DAILY_SPINS?{query}"
        assert await world.code("GET", path, headers=player.headers) == (422, "VALIDATION_ERROR"), query
    assert await world.code("GET", "/api/leaderboards/NONE", headers=player.headers) == missing
    await spin(world, player)
    refusal = await desk.refused("PUT", "/leaderboards/DAILY_SPINS", board(window="WEEK"), version=1)
    assert refusal == (409, "PROMISE_WITHDRAWN")


PLANTED: dict[str, tuple[str, ...]] = {
    "I8 rank order = score": ("UPDATE leaderboard_scores SET rank_key = -7 WHERE window_key = 'ALL'",),
    "I8 rank has its score": ("UPDATE leaderboard_results SET score = 9",),
    "I13 window = ranks": ("UPDATE leaderboard_windows SET players = 3",),
    "I13 window is paid": ("UPDATE leaderboard_results SET state = 'WAITING' WHERE user_id = :v",),
    "I9 rank is rewarded": ("UPDATE leaderboard_results SET state = 'NONE' WHERE user_id = :u",),
    "I9 rank reward had a rank": (
        """INSERT INTO reward_log (user_id, operation_id, source, reward_type, amount, state, attempts, created_at,
           updated_at) VALUES (:u, 'BOARD:OTHER:1:ALL', 'BOARD', 'ITEM', 1, 'GRANTED', 1,
           '2025-12-10 00:00:00.000000', '2025-12-10 00:00:00.000000')""",
    ),
}


@pytest.mark.parametrize("check", PLANTED)
async def test_a_planted_violation_makes_exactly_its_check_fire(sqlite_world: World, check: str) -> None:
    world = sqlite_world  # the checks themselves run on both servers, in the tests above
    one = [{"from_rank": 1, "to_rank": 1, "rewards": points(5) * 2}]
    await begin(world, board(rank_rewards=one), board("EVER", window="ALL", rank_rewards=[]))
    ann, bob = [await world.player(name, ROULETTE_COIN=9) for name in ("ann", "bob")]
    await spin(world, ann, 2)
    await spin(world, bob)
    world.clock.advance(days=1)
    await run(world, "leaderboard_close")
    assert not await world.differences(), "an honest history has no differences"
    for statement in PLANTED[check]:
        known = {"u": ann.id, "v": bob.id}
        await world.sql(statement, **{name: value for name, value in known.items() if f":{name}" in statement})
    assert list(await world.differences()) == [check]
