"""Redis on, off or away: the same service."""

import os

import pytest

from app.core.time_utils import FixedClock
from app.flows.switch_feature import switch_feature
from app.services.audit_service import AdminAct
from tests.fixtures import settings_for
from tests.ports import free_port
from tests.world import key, open_world

STOP = AdminAct("staff:kim", "a test asks for it", None)


@pytest.mark.parametrize("state", ["ok", "off", "degraded"])
async def test_value_moves_and_a_stop_holds_whatever_redis_does(
    database_url: str, clock: FixedClock, state: str
) -> None:
    real = os.environ.get("TEST_REDIS_URL")
    if state == "ok" and real is None:
        pytest.skip("no Redis: see the header of this run")
    url = {"ok": real, "off": None, "degraded": f"redis://127.0.0.1:{free_port()}/0"}[state]
    async with open_world(settings_for(database_url, redis_url=url), clock) as world:
        ready = await world.client.get("/health/ready")
        assert (ready.status_code, ready.json()["redis"]) == (200, state)
        player = await world.player("kim", ROULETTE_COIN=2)
        await world.ok("POST", "/api/season-pass/stamp", headers=player.headers)
        await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
        await switch_feature(world.house, STOP, "ROULETTE", is_enabled=False, expected_version=None)
        refusal = await world.code("POST", "/api/roulette/play", headers=player.headers | key())
        assert refusal == (400, "FEATURE_DISABLED")
        assert not await world.differences()
