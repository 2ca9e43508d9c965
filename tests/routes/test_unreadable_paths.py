"""A path with a control character or a backslash finds no route, whoever stands in front of the service."""

from __future__ import annotations

import pytest

from tests.world import World


@pytest.mark.parametrize("end", ["%0a", "%0d", "%00", "%09", "%7f", "%5c"])
@pytest.mark.parametrize("path", ["/health", "/health/ready", "/console", "/odds", "/api/me", "/api/admin/features"])
async def test_no_route_takes_what_a_proxy_may_read_differently(sqlite_world: World, path: str, end: str) -> None:
    answer = await sqlite_world.client.get(path + end, headers=await sqlite_world.token("kim"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
