"""Every route × every bearer answers as designed; a route without a rule here fails the test."""

from collections.abc import AsyncIterator

import jwt
import pytest

from app.core.time_utils import ShiftedClock
from tests.fixtures import NOON, fresh_sqlite, settings_for
from tests.routes.rules import ADMIN, HELP, HOST, OPERATE, PLAYER, PUBLIC, READ, RULES
from tests.routes.what_to_send import BODIES, PATH_VALUES
from tests.world import World, open_world

# ends the caller's own sign-in whoever they are: a blocked player may leave, too
ANYBODY = {("POST", "/api/auth/logout")}
NO_TOKEN, GARBAGE, EXPIRED = (401, "AUTH_REQUIRED"), (401, "TOKEN_INVALID"), (401, "TOKEN_EXPIRED")
NO_SCOPE, BLOCKED, MAY = (403, "SCOPE_REQUIRED"), (403, "USER_BLOCKED"), None
COLUMNS = ("no token", "garbage", "expired", "player", "blocked", "host", "support", "ops", "admin")
EXPECTED = {
    PUBLIC: (MAY,) * 9,
    HOST: (NO_TOKEN, GARBAGE, EXPIRED, NO_SCOPE, NO_SCOPE, MAY, NO_SCOPE, NO_SCOPE, NO_SCOPE),
    PLAYER: (NO_TOKEN, GARBAGE, EXPIRED, MAY, BLOCKED, NO_SCOPE, NO_SCOPE, NO_SCOPE, NO_SCOPE),
    READ: (NO_TOKEN, GARBAGE, EXPIRED, NO_SCOPE, NO_SCOPE, NO_SCOPE, MAY, MAY, MAY),
    OPERATE: (NO_TOKEN, GARBAGE, EXPIRED, NO_SCOPE, NO_SCOPE, NO_SCOPE, NO_SCOPE, MAY, MAY),
    HELP: (NO_TOKEN, GARBAGE, EXPIRED, NO_SCOPE, NO_SCOPE, NO_SCOPE, MAY, NO_SCOPE, MAY),
    ADMIN: (NO_TOKEN, GARBAGE, EXPIRED, NO_SCOPE, NO_SCOPE, NO_SCOPE, NO_SCOPE, NO_SCOPE, MAY),
}


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One service for the whole matrix, as a demo so that every route is there."""
    url = fresh_sqlite(tmp_path_factory.mktemp("matrix") / "dojang.db")
    clock = ShiftedClock()
    clock.move_to(NOON)
    async with open_world(settings_for(url, env="demo", stream_seconds=1), clock) as opened:
        yield opened


@pytest.fixture(scope="module")
async def bearers(world: World) -> dict[str, dict[str, str]]:
    """One bearer per column of the matrix."""
    blocked = await world.player("blocked")
    await world.sql("UPDATE user_profiles SET is_blocked = 1 WHERE id = :id", id=blocked.id)
    player = await world.token("kim")
    claims = jwt.decode(player["Authorization"][7:], options={"verify_signature": False})
    header = jwt.get_unverified_header(player["Authorization"][7:])
    secret = world.container.settings.jwt_secret.get_secret_value()
    expired = jwt.encode(claims | {"iat": 1, "exp": 1000}, secret, "HS256", headers=header)
    return {
        "no token": {},
        "garbage": {"Authorization": "Bearer not.a.token"},
        "expired": {"Authorization": f"Bearer {expired}"},
        "player": player,
        "blocked": blocked.headers,
        "host": await world.token("main", "host"),
        **{scope: await world.token(f"the-{scope}", scope) for scope in ("support", "ops", "admin")},
    }


async def test_every_route_has_a_rule(world: World) -> None:
    paths = world.app.openapi()["paths"]  # type: ignore[union-attr]
    routes = {(method.upper(), path) for path, operations in paths.items() for method in operations}
    assert routes - ANYBODY == set(RULES)


@pytest.mark.parametrize(("method", "path"), RULES)
async def test_the_route_lets_in_whom_it_should_and_nobody_else(
    world: World, bearers: dict[str, dict[str, str]], method: str, path: str
) -> None:
    for name, expected in zip(COLUMNS, EXPECTED[RULES[method, path]], strict=True):
        headers = bearers[name] | {"Idempotency-Key": "k", "If-Match": '"999"'}
        body = None if method == "GET" else BODIES.get(path, {})
        response = await world.client.request(method, path.format(**PATH_VALUES), json=body, headers=headers)
        said = (response.status_code, response.json()["error"]["code"]) if response.is_error else None
        if expected is not None:
            assert said == expected, f"{name} at {method} {path}"
        elif (method, path) != ("POST", "/api/auth/token"):
            assert response.status_code not in {401, 403, 500}, f"{name} at {method} {path}: {said}"


async def test_a_session_may_end_itself(world: World, bearers: dict[str, dict[str, str]]) -> None:
    assert await world.code("POST", "/api/auth/logout") == NO_TOKEN
    assert await world.code("POST", "/api/auth/logout", headers=bearers["garbage"]) == GARBAGE
    for name in ("blocked", "ops"):
        response = await world.client.post("/api/auth/logout", headers=bearers[name])
        assert response.status_code == 204, name
