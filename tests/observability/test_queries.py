"""Every metric and label that a rule or a panel asks for is in the real output, and every query can be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.core.alarms import raise_alarm
from app.db.transaction import Tx
from tests.architecture.house import ROOT
from tests.observability.promql import Query, Sample
from tests.observability.test_alerts import PLAY, RULES, look_at_all, reconciled
from tests.world import World, key

DASHBOARD: dict[str, Any] = json.loads((ROOT / "docker" / "observability" / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [rule["expr"] for rule in RULES.values()] + [t["expr"] for panel in PANELS for t in panel["targets"]]


async def lived_in(world: World) -> list[Sample]:
    """The output of a service on which everything countable has happened."""
    player = await world.player("kim", ROULETTE_COIN=1)
    same = player.headers | key()
    for headers in (same, same, {}):  # a play, the same again, nobody
        await world.client.post(PLAY, headers=headers)
    await world.client.post("/api/season-pass/stamp", headers=player.headers)
    raise_alarm("test")
    await reconciled(world)
    return await look_at_all(world)


async def test_what_is_asked_for_is_in_the_output(sqlite_world: World) -> None:
    samples = await lived_in(sqlite_world)
    names = {sample.name for sample in samples}
    pairs = {(sample.name, label) for sample in samples for label in sample.labels}
    for text in QUERIES:
        query = Query(text)
        query.on(samples)
        assert query.metrics, text
        assert query.metrics <= names, text
        assert query.labels <= pairs, text


async def test_a_reward_is_counted_once_it_is_committed(sqlite_world: World) -> None:
    before = await look_at_all(sqlite_world)
    player = await sqlite_world.player("kim", ROULETTE_COIN=1)
    now = await look_at_all(sqlite_world)
    stored = await sqlite_world.rows("SELECT COUNT(*) FROM reward_log WHERE user_id = :id", id=player.id)
    counted = Query("sum(increase(dojang_rewards_total[5m]))").on(now, before)
    assert sum(counted.values()) == stored[0][0] > 0


async def test_what_is_rolled_back_is_not_counted(sqlite_world: World) -> None:
    counted: list[str] = []

    async def work(tx: Tx) -> None:
        tx.after_commit.append(lambda: counted.append("reward"))
        if wants_failure:
            raise ValueError

    wants_failure = True
    with pytest.raises(ValueError):
        await sqlite_world.house.database.transaction(work)
    assert counted == []
    wants_failure = False
    await sqlite_world.house.database.transaction(work)
    assert counted == ["reward"]


@pytest.mark.parametrize("text", ["max(dojang_x", "topk(3, x)", "rate(x)", "x > y", 'x{a!~"b"}', "max(x) > 0 and y"])
def test_what_the_reader_of_queries_does_not_know_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, StopIteration)):
        Query(text).on([Sample("x", {"a": "b"}, 1.0), Sample("y", {}, 1.0)])


def test_panels_lie_side_by_side_and_name_their_source() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert all(target["datasource"]["uid"] == "${source}" for panel in PANELS for target in panel["targets"])
