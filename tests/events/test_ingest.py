"""Events come in once for ever; each gives what the rules give, exactly once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from app.db.transaction import Database
from tests.events.host import EVENTS, balance, coins, event, one, points, rule, send, xp, xp_of
from tests.world import World

NO_TIMES = ("0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-12:00", "1767225600", 1767225600)


async def test_an_event_gives_what_its_rule_says_and_never_again(world: World) -> None:
    await rule(world, "DONE", xp(20), points(100), when=[{"field": "data.score", "op": "gte", "value": 60}])
    first = await send(world, event(1, "t", score=60), event(2, "t", score=59), event(1, "t", score=60))
    assert (first["accepted"], first["duplicate"], first["rejected"]) == (2, 1, 0)
    assert [result["status"] for result in first["results"]] == ["accepted", "accepted", "duplicate"]
    kinds = [(effect["rule"], effect["kind"]) for effect in first["results"][0]["effects"]]
    assert kinds == [("DONE", "XP"), ("DONE", "REWARD")]
    again = await send(world, event(1, "t", score=60))
    assert again["duplicate"] == 1
    assert (await xp_of(world, "kim"), await balance(world, "kim")) == (20, 100)
    key = first["results"][0]["event_id"]
    assert await world.rows("SELECT operation_id FROM season_xp_ledger") == [(f"RULE:DONE:{key}",)]
    assert await world.rows("SELECT operation_id FROM wallet_ledger WHERE token_type = 'POINT'") == [
        (f"RULE:DONE:{key}#2",)
    ]
    assert not await world.differences()


async def test_one_event_is_a_call_too(sqlite_world: World) -> None:
    headers = await sqlite_world.token("main", "host")
    answer = await sqlite_world.ok("POST", EVENTS, json=event(1, "t"), headers=headers)
    assert (answer["accepted"], answer["results"][0]["id"]) == (1, "e-1")


async def test_the_same_id_of_another_source_is_another_event(sqlite_world: World) -> None:
    await rule(sqlite_world, "R", points(1))
    await send(sqlite_world, event(1, "t"), event(1, "t") | {"source": "/elsewhere"})
    assert await balance(sqlite_world, "kim") == 2


async def test_one_bad_event_concerns_nobody_else(sqlite_world: World) -> None:
    world = sqlite_world
    await rule(world, "R", points(1))
    bad: list[Any] = [
        7, {}, event(2, "t") | {"id": "with space"}, event(3, "t", "kim "), event(4, "t", time="yesterday"),
        event(5, "t") | {"extra": 1}, event(6, "t", blob="x" * 9_000), event(7, "t") | {"data": [1]},
        # no instant has a day before the calendar begins or after it ends, and seconds are no time of day
        *(event(n, "t", time=text) for n, text in enumerate(NO_TIMES, start=20)),
    ]  # fmt: skip
    answer = await send(world, event(1, "t"), *bad, event(9, "t"))
    assert (answer["accepted"], answer["rejected"]) == (2, len(bad))
    assert [r["status"] for r in answer["results"]] == ["accepted", *["rejected"] * len(bad), "accepted"]
    refused = answer["results"][1:-1]
    assert {result["code"] for result in refused} == {"EVENT_INVALID"}
    assert [result["details"][0]["field"] for result in refused] == [
        "(whole)", "id", "id", "subject", "time", "extra", "data", "data", *["time"] * len(NO_TIMES),
    ]  # fmt: skip
    assert await balance(world, "kim") == 2
    assert await world.rows("SELECT COUNT(*) FROM rejected_events") == [(len(bad),)]


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        '{"events": []}',
        '{"events": 1}',
        '{"events": [], "x": 1}',
        '{"events": [{"a": NaN}]}',
        "{",
        "null",
        '{"id": "1", "id": "2", "source": "s", "type": "t", "subject": "kim"}',
        '{"id": "1", "source": "s", "type": "t", "subject": "kim", "data": {"minutes": 1, "minutes": 99}}',
        '{"id": "1", "source": "s", "type": "t", "subject": "kim", "data": {"minutes": 1e400}}',
    ],
)
async def test_a_body_that_is_no_list_of_events_is_refused_whole(sqlite_world: World, body: str) -> None:
    headers = await sqlite_world.token("main", "host")
    refusal = await sqlite_world.code("POST", EVENTS, content=body, headers=headers)
    assert refusal == (422, "VALIDATION_ERROR")
    assert await sqlite_world.rows("SELECT COUNT(*) FROM rejected_events") == [(0,)]


async def test_more_than_a_thousand_events_are_refused(sqlite_world: World) -> None:
    headers = await sqlite_world.token("main", "host")
    many = {"events": [event(n, "t") for n in range(1_001)]}
    assert await sqlite_world.code("POST", EVENTS, json=many, headers=headers) == (422, "VALIDATION_ERROR")


async def test_only_a_host_may_send(sqlite_world: World) -> None:
    player = await sqlite_world.token("kim")
    assert await sqlite_world.code("POST", EVENTS, json=event(1, "t"), headers=player) == (403, "SCOPE_REQUIRED")
    assert await sqlite_world.code("POST", EVENTS, json=event(1, "t")) == (401, "AUTH_REQUIRED")


async def test_nothing_is_taken_while_ingest_is_stopped(sqlite_world: World) -> None:
    ops, host = await sqlite_world.token("ops", "ops"), await sqlite_world.token("main", "host")
    change = {"is_enabled": False, "reason": "flood"}
    await sqlite_world.ok("PATCH", "/api/admin/features/INGEST", json=change, headers=ops | {"If-Match": "*"})
    assert await sqlite_world.code("POST", EVENTS, json=event(1, "t"), headers=host) == (400, "FEATURE_DISABLED")
    assert await sqlite_world.rows("SELECT COUNT(*) FROM host_events") == [(0,)]


@pytest.mark.parametrize(
    ("time", "code"),
    [
        ("2025-12-08T11:59:59+09:00", "EVENT_TOO_LATE"),
        ("2025-12-08T12:00:00+09:00", None),
        ("2025-12-10T12:05:00+09:00", None),
        ("2025-12-10T12:05:01+09:00", "EVENT_FROM_FUTURE"),
    ],
)
async def test_events_are_taken_within_48_hours_of_their_own_time(
    sqlite_world: World, time: str, code: str | None
) -> None:
    result = await one(sqlite_world, event(1, "t", time=time))
    assert result.get("code") == code
    assert await sqlite_world.rows("SELECT code FROM rejected_events") == ([(code,)] if code else [])


async def test_a_refused_event_may_be_sent_again(sqlite_world: World) -> None:
    await rule(sqlite_world, "R", points(1))
    assert (await one(sqlite_world, event(1, "t", time="2025-12-01T00:00:00Z")))["status"] == "rejected"
    assert (await one(sqlite_world, event(1, "t")))["status"] == "accepted"


async def test_a_blocked_players_event_is_taken_and_gives_nothing(sqlite_world: World) -> None:
    await rule(sqlite_world, "R", points(1))
    await sqlite_world.player("kim")
    await sqlite_world.sql("UPDATE user_profiles SET is_blocked = 1")
    result = await one(sqlite_world, event(1, "t"))
    assert (result["status"], result["code"], result["effects"]) == ("accepted", "USER_BLOCKED", [])
    await sqlite_world.sql("UPDATE user_profiles SET is_blocked = 0")
    assert (await one(sqlite_world, event(1, "t")))["status"] == "duplicate"
    assert await balance(sqlite_world, "kim") == 0


async def test_levels_open_by_events_and_a_player_is_made_at_first_sight(world: World) -> None:
    await rule(world, "R", xp(100), coins(1))
    result = await one(world, event(1, "t", "a new player, 하나"))
    assert result["effects"][0]["levels"] == [1, 2, 3]
    assert await balance(world, "a new player, 하나", "ROULETTE_COIN") == 1 + 1 + 1 + 2
    assert not await world.differences()


async def test_parallel_calls_with_the_same_events_pay_once(mariadb_world: World) -> None:
    world = mariadb_world
    await rule(world, "R", points(7))
    calls = [[event(n, "t", f"user-{n % 5}") for n in range(20)] for _ in range(6)]
    answers = await asyncio.gather(*(send(world, *call) for call in calls))
    assert sum(answer["accepted"] for answer in answers) == 20
    assert sum(answer["duplicate"] for answer in answers) == 100
    assert await world.rows("SELECT SUM(balance) FROM wallets") == [(140,)]
    assert not await world.differences()


async def test_when_the_commits_reply_is_lost_the_second_run_gives_the_first_ones_answer(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sqlite_world
    await rule(world, "R", points(5))
    headers = await world.token("main", "host")
    once, runs = Database._once, []

    async def lose_the_reply(self: Database, work: Any, progress: Any) -> Any:
        result = await once(self, work, progress)
        runs.append(result)
        if len(runs) == 1:
            raise OperationalError("COMMIT", {}, Exception(2013, "Lost connection"), connection_invalidated=True)
        return result

    monkeypatch.setattr(Database, "_once", lose_the_reply)
    answer = await world.ok("POST", EVENTS, json={"events": [event(1, "t"), event(2, "t")]}, headers=headers)
    assert (len(runs), answer["accepted"], answer["duplicate"]) == (2, 2, 0)
    assert [result["effects"][0]["reward_amount"] for result in answer["results"]] == [5, 5]
    assert await balance(world, "kim") == 10
    assert not await world.differences()


async def test_a_call_with_nothing_but_refused_events_is_answered_all_the_same(world: World) -> None:
    refused = await one(world, event(1, "t", time="2025-12-01T00:00:00Z"))
    assert (refused["status"], await world.rows("SELECT COUNT(*) FROM rejected_events")) == ("rejected", [(1,)])
    assert await world.rows("SELECT COUNT(*) FROM user_profiles") == [(0,)]
