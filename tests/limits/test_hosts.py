"""One host that calls too often, too much at once or wrongly has its own share and nobody else's."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest

from app.core.errors import AppError
from app.core.host_gate import HostGate
from app.core.time_utils import FixedClock
from app.db.rate_limits import RateLimits
from tests.fixtures import settings_for
from tests.limits.test_rate_limits import Hand
from tests.routes.rules import HOST, RULES
from tests.routes.what_to_send import PATH_VALUES
from tests.world import World, key, open_world


async def host_key(world: World, code: str) -> dict[str, str]:
    admin = await world.token("boss", "admin")
    hosts = await world.rows("SELECT code FROM hosts")
    if (code,) not in hosts:
        body = {"code": code, "name": code, "reason": "x"}
        await world.ok("POST", "/api/admin/hosts", json=body, headers=admin | key())
    body = {"name": "k", "reason": "x"}
    made = await world.ok("POST", f"/api/admin/hosts/{code}/keys", json=body, headers=admin | key())
    return {"X-API-Key": next(value for value in made.values() if str(value).startswith("dk_"))}


def event(number: int, **changes: object) -> dict[str, object]:
    return {"id": f"e{number}", "source": "/lms", "type": "lecture.completed", "subject": "kim", "data": {}} | changes


# --- how often ---------------------------------------------------------------------------------------


@pytest.fixture
async def limited(sqlite_url: str, clock: FixedClock) -> AsyncIterator[World]:
    settings = settings_for(sqlite_url, host_rate_limit=2, rate_limit_burst_seconds=1)
    async with open_world(settings, clock) as world:
        limits = {"HOST": 2.0}
        world.container.rate_limits = RateLimits(limits, world.container.cache, burst_seconds=1, now=Hand())
        yield world


@pytest.mark.parametrize(
    ("method", "path"), [*(route for route, who in RULES.items() if who == HOST), ("POST", "/api/auth/token")]
)
async def test_every_door_of_a_host_counts_for_that_host_alone(limited: World, method: str, path: str) -> None:
    noisy, quiet = await host_key(limited, "main"), await host_key(limited, "vod")
    body = None if method == "GET" else {"external_id": "kim"}

    async def call(headers: dict[str, str]) -> httpx.Response:
        return await limited.client.request(method, path.format(**PATH_VALUES), json=body, headers=headers | key())

    told = [(await call(noisy)).status_code for _ in range(4)]
    assert (429 in told[:2], told[2:]) == (False, [429, 429]), told
    refused = await call(noisy)
    assert (refused.json()["error"]["code"], refused.headers["Retry-After"]) == ("RATE_LIMITED", "1")
    assert (await call(quiet)).status_code != 429


def test_hosts_are_limited_in_production_and_where_it_is_set() -> None:
    from app.config.settings import Settings  # noqa: PLC0415

    assert Settings(_env_file=None, env="production").limit_per_host == 300
    assert Settings(_env_file=None, env="demo").limit_per_host is None
    assert Settings(_env_file=None, env="demo", host_rate_limit=5).limit_per_host == 5


# --- how much at once --------------------------------------------------------------------------------


async def test_calls_of_a_host_wait_for_one_another_and_for_nobody_else() -> None:
    gate = HostGate(at_once=2, most=4, patience_seconds=0.05)
    first, second = await gate.enter("a"), await gate.enter("a")
    waiting = [asyncio.create_task(gate.enter("a")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(AppError) as full:
        await gate.enter("a")
    assert full.value.code == "RATE_LIMITED"
    (await gate.enter("b"))()
    first()
    third = await waiting[0]
    with pytest.raises(AppError) as late:  # its turn did not come in time
        await waiting[1]
    assert late.value.code == "RATE_LIMITED"
    second()
    third()
    assert gate._queues == {}, "nothing is remembered of who has gone"


async def test_a_caller_who_leaves_the_line_holds_no_place() -> None:
    gate = HostGate(at_once=1, most=4, patience_seconds=5)
    leave = await gate.enter("a")
    waits = asyncio.create_task(gate.enter("a"))
    await asyncio.sleep(0.01)
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
    leave()
    (await gate.enter("a"))()
    assert gate._queues == {}


@pytest.mark.parametrize("path", ["/api/events", "/api/players"])
async def test_slow_calls_of_one_host_leave_the_others_their_connections(
    mariadb_url: str, clock: FixedClock, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first host's calls hang in their transactions; the second one's and a player's are answered meanwhile."""
    settings = settings_for(mariadb_url, db_write_pool=4, db_pool_timeout_seconds=1)
    async with open_world(settings, clock) as world:
        noisy, quiet = await host_key(world, "main"), await host_key(world, "vod")
        player = await world.player("kim")
        hangs, write = asyncio.Event(), world.house.write

        async def slow_write(work: object, **more: object) -> object:
            async def held(keepers: object) -> object:
                result = await work(keepers)  # type: ignore[operator]
                if is_noisy():
                    await hangs.wait()
                return result

            return await write(held, **more)  # type: ignore[arg-type]

        def is_noisy() -> bool:
            return (asyncio.current_task() or asyncio.Task).get_name() == "noisy"  # type: ignore[union-attr]

        monkeypatch.setattr(type(world.house), "write", lambda _house, work, **more: slow_write(work, **more))

        async def call(number: int, headers: dict[str, str]) -> int:
            body = event(number, subject=f"s{number}") if path == "/api/events" else {"external_id": f"p{number}"}
            return (await world.client.post(path, json=body, headers=headers)).status_code

        flood = [asyncio.create_task(call(n, noisy), name="noisy") for n in range(80)]
        for _ in range(200):  # a loaded machine takes its time to send them all
            if world.house.database.pools()["write"][0] == 2:
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        taken, size = world.house.database.pools()["write"]
        assert (taken, size) == (2, 4), "half of the connections are left"
        assert await call(1_000, quiet) in (200, 202)
        stamped = await world.client.post("/api/season-pass/stamp", headers=player.headers)
        assert stamped.status_code == 200
        hangs.set()
        told = Counter(await asyncio.gather(*flood))
        assert set(told) == {200, 429}, told
        assert told[429] >= 80 - 64, "who finds a long line is told at once"
        assert await call(2_000, noisy) == 200, "and the line is empty again"


# --- what is refused ---------------------------------------------------------------------------------


async def send_bad(world: World, headers: dict[str, str], count: int, first: int = 0) -> None:
    bad = [event(first + number, subject="") for number in range(count)]
    answer = await world.ok("POST", "/api/events", json={"events": bad}, headers=headers)
    assert answer["rejected"] == count


async def test_refused_events_are_kept_up_to_a_number_and_counted_beyond(database_url: str, clock: FixedClock) -> None:
    settings = settings_for(database_url, host_rejected_events_a_day=25)
    async with open_world(settings, clock) as world:
        main, vod = await host_key(world, "main"), await host_key(world, "vod")
        for start in (0, 20):
            await send_bad(world, main, 20, start)
        await asyncio.gather(*(send_bad(world, main, 10, 100 + 10 * n) for n in range(4)))
        await send_bad(world, vod, 3)
        kept = "SELECT h.code, COUNT(*) FROM rejected_events r JOIN hosts h ON h.id = r.host_id GROUP BY h.code"
        assert dict(await world.rows(kept)) == {"main": 25, "vod": 3}
        boss = await world.token("boss", "admin")
        listed = await world.ok("GET", "/api/admin/events/rejected", headers=boss)
        assert listed["not_kept"] == [{"host": "main", "day": "2025-12-10", "told": 80, "kept": 25}]
        clock.advance(days=1)
        await send_bad(world, main, 5, 500)
        assert dict(await world.rows(kept)) == {"main": 30, "vod": 3}, "another day, another share"
        # sound events are taken whatever was refused
        answer = await world.ok("POST", "/api/events", json=event(9_999), headers=main)
        assert answer["results"][0]["status"] == "accepted"
        assert not await world.differences()
