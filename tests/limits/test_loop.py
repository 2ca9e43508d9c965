"""No operator's request holds the loop: while one looks, everybody else goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.core.time_utils import FixedClock
from app.domain.rule_conditions import MAX_TESTS
from tests.fixtures import NOON, fresh_sqlite, settings_for
from tests.routes.rules import READ, RULES
from tests.routes.what_to_send import PATH_VALUES
from tests.shots_console import tell
from tests.world import World, open_world

# CPU of this thread between two turns of the loop: other processes of the machine don't count
MOST_SECONDS = 0.1
EVENTS = 3_000
SPAN = {"since": "2025-12-01T00:00:00+09:00", "until": "2026-01-01T00:00:00+09:00"}


@contextmanager
def longest_turns() -> Iterator[list[tuple[float, str]]]:
    """The turns of the loop that took more CPU than they may."""
    found: list[tuple[float, str]] = []
    run = asyncio.events.Handle._run

    def measured(handle: asyncio.Handle) -> Any:
        before = time.thread_time()
        try:
            return run(handle)
        finally:
            taken = time.thread_time() - before
            if taken > MOST_SECONDS:
                found.append((taken, repr(handle)[:200]))

    asyncio.events.Handle._run = measured  # type: ignore[method-assign]
    try:
        yield found
    finally:
        asyncio.events.Handle._run = run  # type: ignore[method-assign]


@pytest.fixture(scope="module")
async def busy_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A service with an event's history: plays, gifts, and thousands of host events."""
    url = fresh_sqlite(tmp_path_factory.mktemp("loop") / "dojang.db")
    async with open_world(settings_for(url), FixedClock(NOON)) as world:
        await tell(world)
        [(host_id,)] = await world.rows("SELECT id FROM hosts WHERE code = 'main'")
        [(user_id,)] = await world.rows("SELECT MIN(id) FROM user_profiles")
        await world.sql(
            "INSERT INTO host_events"
            " (id, host_id, source, event_id, event_type, user_id, event_time, received_at, data)"
            " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :events)"
            " SELECT printf('%036d', i), :host, '/lms', 'e' || i, 'lecture.completed', :user,"
            " '2025-12-10 03:00:00.000000', '2025-12-10 03:00:00.000000',"
            ' \'{"minutes": 25, "course": "c-\' || i || \'"}\' FROM n',
            events=EVENTS,
            host=host_id,
            user=user_id,
        )
        yield world


def rule(when: list[Any]) -> dict[str, Any]:
    return {"event_types": ["lecture.completed"], "when": when, "effects": [{"kind": "XP", "amount": 1}]}


def comparisons(count: int) -> list[Any]:
    """Comparisons that each event is put to, all of them: the last decides."""
    each = [{"field": "data.course", "op": "not_in", "value": [f"x{n}" for n in range(100)]} for _ in range(count)]
    return [{"all": each[start : start + 20]} for start in range(0, count, 20)]


async def test_a_rule_of_the_largest_size_on_thousands_of_events_leaves_room_between(busy_world: World) -> None:
    admin = await busy_world.token("boss", "admin")
    asked = {"config": rule(comparisons(MAX_TESTS)), **SPAN}
    with longest_turns() as held:
        answer, *others = await asyncio.gather(
            busy_world.client.post("/api/admin/rules/replay", json=asked, headers=admin),
            *(busy_world.client.get("/health/live") for _ in range(5)),
        )
    assert answer.json()["events"] == EVENTS, answer.text
    assert answer.json()["given"] == EVENTS
    assert {other.status_code for other in others} == {200}
    assert held == []


async def test_one_rule_is_tried_at_a_time(busy_world: World) -> None:
    admin = await busy_world.token("boss", "admin")
    asked = {"config": rule(comparisons(20)), **SPAN}
    answers = await asyncio.gather(
        *(busy_world.client.post("/api/admin/rules/replay", json=asked, headers=admin) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 503, 503]
    assert (await busy_world.client.post("/api/admin/rules/replay", json=asked, headers=admin)).status_code == 200


async def test_a_rule_of_more_comparisons_is_refused_wherever_it_is_given(busy_world: World) -> None:
    admin = await busy_world.token("boss", "admin")
    config = rule(comparisons(MAX_TESTS + 1))
    for path, body in (
        ("/api/admin/rules/replay", {"config": config, **SPAN}),
        ("/api/admin/rules", {"code": "BIG", "title": "big", "config": config, "reason": "try"}),
    ):
        answer = await busy_world.client.post(path, json=body, headers=admin)
        assert (answer.status_code, "comparisons" in answer.text) == (422, True)


async def test_no_page_or_list_of_operators_holds_the_loop(busy_world: World) -> None:
    admin = await busy_world.token("boss", "admin")
    paths = [path for (method, path), rule in RULES.items() if method == "GET" and rule == READ]
    assert len(paths) > 60
    for path in paths:  # once before: what a first request makes is made once a process
        await busy_world.client.get(path.format(**PATH_VALUES), headers=admin)
    with longest_turns() as held:
        for path in paths:
            answer = await busy_world.client.get(path.format(**PATH_VALUES), headers=admin)
            assert answer.status_code < 500, path
    assert held == []
