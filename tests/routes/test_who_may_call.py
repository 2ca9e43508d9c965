"""Every route × every bearer answers as designed; a route without a rule here fails the test."""

from collections.abc import AsyncIterator

import jwt
import pytest

from app.core.time_utils import ShiftedClock
from tests.fixtures import NOON, fresh_sqlite, settings_for
from tests.routes.what_to_send import BODIES, PATH_VALUES
from tests.world import World, open_world

PUBLIC, PLAYER, READ, OPERATE, ADMIN = "public", "player", "staff reads", "ops or admin", "admin"
HELP, HOST = "support or admin", "host"
RULES: dict[tuple[str, str], str] = {
    ("GET", "/health"): PUBLIC,
    ("GET", "/health/live"): PUBLIC,
    ("GET", "/health/ready"): PUBLIC,
    ("POST", "/api/auth/token"): PUBLIC,
    ("GET", "/api/ui-config/{key}"): PUBLIC,
    ("GET", "/api/roulette/odds"): PUBLIC,
    ("GET", "/api/dice/odds"): PUBLIC,
    ("GET", "/api/lottery/odds"): PUBLIC,
    ("GET", "/api/scratch-box/odds"): PUBLIC,
    ("GET", "/api/today-feature"): PUBLIC,
    ("POST", "/api/demo/clock"): PUBLIC,
    ("GET", "/api/me"): PLAYER,
    ("GET", "/api/bridge/status"): PLAYER,
    ("GET", "/api/admin/bridge/campaigns"): READ,
    ("GET", "/api/admin/bridge/campaigns/{code}"): READ,
    ("GET", "/api/admin/bridge/campaigns/{code}/progress"): READ,
    ("GET", "/api/admin/bridge/campaigns/{code}/settle/dry-run"): READ,
    ("GET", "/api/admin/bridge/campaigns/{code}/settle/status"): READ,
    ("POST", "/api/admin/bridge/campaigns"): ADMIN,
    ("PUT", "/api/admin/bridge/campaigns/{code}"): ADMIN,
    ("POST", "/api/admin/bridge/campaigns/{code}/open"): ADMIN,
    ("PUT", "/api/admin/bridge/campaigns/{code}/target-season"): ADMIN,
    ("POST", "/api/admin/bridge/campaigns/{code}/settle/run"): ADMIN,
    ("POST", "/api/admin/hosts/{host}/disable"): ADMIN,
    ("POST", "/api/admin/hosts/{host}/enable"): ADMIN,
    ("GET", "/api/admin/staff"): READ,
    ("POST", "/api/admin/staff/{staff_id}/disable"): ADMIN,
    ("POST", "/api/admin/staff/{staff_id}/enable"): ADMIN,
    ("GET", "/api/admin/webhooks"): READ,
    ("GET", "/api/admin/webhooks/{webhook_id}"): READ,
    ("GET", "/api/admin/webhook-deliveries"): READ,
    ("GET", "/api/admin/webhook-deliveries/{delivery_id}"): READ,
    ("POST", "/api/admin/webhooks"): ADMIN,
    ("PUT", "/api/admin/webhooks/{webhook_id}"): ADMIN,
    ("POST", "/api/admin/webhooks/{webhook_id}/disable"): ADMIN,
    ("POST", "/api/admin/webhooks/{webhook_id}/enable"): ADMIN,
    ("POST", "/api/admin/webhooks/{webhook_id}/rotate-secret"): ADMIN,
    ("POST", "/api/admin/webhooks/{webhook_id}/test"): ADMIN,
    ("POST", "/api/admin/webhooks/{webhook_id}/replay"): ADMIN,
    ("POST", "/api/admin/webhook-deliveries/{delivery_id}/replay"): ADMIN,
    ("GET", "/api/admin/jobs"): READ,
    ("GET", "/api/admin/jobs/{job}/runs"): READ,
    ("POST", "/api/admin/jobs/{job}/run"): ADMIN,
    ("POST", "/api/admin/jobs/{job}/pause"): OPERATE,
    ("POST", "/api/admin/jobs/{job}/resume"): OPERATE,
    ("GET", "/api/missions"): PLAYER,
    ("GET", "/api/achievements"): PLAYER,
    ("GET", "/api/badges"): PLAYER,
    ("POST", "/api/missions/claim"): PLAYER,
    ("POST", "/api/missions/claim-all"): PLAYER,
    ("GET", "/api/admin/missions"): READ,
    ("GET", "/api/admin/missions/{code}"): READ,
    ("GET", "/api/admin/missions/{code}/versions"): READ,
    ("GET", "/api/admin/missions/{code}/versions/{version}/diff"): READ,
    ("GET", "/api/admin/missions/{code}/totals"): READ,
    ("GET", "/api/admin/missions/{code}/totals.csv"): READ,
    ("POST", "/api/admin/missions"): ADMIN,
    ("PUT", "/api/admin/missions/{code}"): ADMIN,
    ("POST", "/api/admin/missions/{code}/activate"): ADMIN,
    ("POST", "/api/admin/missions/{code}/retire"): ADMIN,
    ("GET", "/api/teams/{contest}"): PLAYER,
    ("POST", "/api/teams/{contest}"): PLAYER,
    ("POST", "/api/teams/{contest}/join"): PLAYER,
    ("POST", "/api/teams/{contest}/leave"): PLAYER,
    ("GET", "/api/admin/team-contests"): READ,
    ("GET", "/api/admin/team-contests/{code}"): READ,
    ("GET", "/api/admin/team-contests/{code}/results"): READ,
    ("GET", "/api/admin/team-contests/{code}/results.csv"): READ,
    ("POST", "/api/admin/team-contests"): ADMIN,
    ("PUT", "/api/admin/team-contests/{code}"): ADMIN,
    ("POST", "/api/admin/team-contests/{code}/activate"): ADMIN,
    ("POST", "/api/admin/team-contests/{code}/retire"): ADMIN,
    ("GET", "/api/ranking/today"): PLAYER,
    ("GET", "/api/admin/rankings"): READ,
    ("GET", "/api/admin/rankings/{day}"): READ,
    ("GET", "/api/admin/rankings/{day}/csv"): READ,
    ("PUT", "/api/admin/rankings/{day}"): ADMIN,
    ("GET", "/api/leaderboards"): PLAYER,
    ("GET", "/api/leaderboards/{code}"): PLAYER,
    ("GET", "/api/admin/leaderboards"): READ,
    ("GET", "/api/admin/leaderboards/{code}"): READ,
    ("GET", "/api/admin/leaderboards/{code}/marks"): READ,
    ("GET", "/api/admin/leaderboards/{code}/windows"): READ,
    ("GET", "/api/admin/leaderboards/{code}/windows/{window}/results"): READ,
    ("GET", "/api/admin/leaderboards/{code}/windows/{window}/results.csv"): READ,
    ("POST", "/api/admin/leaderboards"): ADMIN,
    ("PUT", "/api/admin/leaderboards/{code}"): ADMIN,
    ("POST", "/api/admin/leaderboards/{code}/activate"): ADMIN,
    ("POST", "/api/admin/leaderboards/{code}/retire"): ADMIN,
    ("POST", "/api/admin/leaderboards/{code}/marks"): ADMIN,
    ("GET", "/api/admin/badges"): READ,
    ("PUT", "/api/admin/badges/{code}"): ADMIN,
    ("GET", "/api/stream"): PLAYER,
    ("GET", "/api/wallet"): PLAYER,
    ("GET", "/api/wallet/ledger"): PLAYER,
    ("GET", "/api/rewards"): PLAYER,
    ("POST", "/api/events/page"): PLAYER,
    ("POST", "/api/events"): HOST,
    ("GET", "/api/admin/rules"): READ,
    ("POST", "/api/admin/rules"): ADMIN,
    ("POST", "/api/admin/rules/dry-run"): READ,
    ("POST", "/api/admin/rules/replay"): READ,
    ("GET", "/api/admin/events"): READ,
    ("GET", "/api/admin/events/rejected"): READ,
    ("GET", "/api/admin/events/{event_id}"): READ,
    ("GET", "/api/admin/rules/{code}"): READ,
    ("GET", "/api/admin/rules/{code}/versions"): READ,
    ("POST", "/api/admin/rules/{code}/versions"): ADMIN,
    ("GET", "/api/admin/rules/{code}/versions/{version}"): READ,
    ("GET", "/api/admin/rules/{code}/versions/{version}/diff"): READ,
    ("POST", "/api/admin/rules/{code}/activate"): ADMIN,
    ("GET", "/api/season-pass/status"): PLAYER,
    ("POST", "/api/season-pass/stamp"): PLAYER,
    ("POST", "/api/season-pass/claim"): PLAYER,
    ("POST", "/api/season-pass/claim-all"): PLAYER,
    ("GET", "/api/roulette/status"): PLAYER,
    ("POST", "/api/roulette/play"): PLAYER,
    ("GET", "/api/dice/status"): PLAYER,
    ("POST", "/api/dice/play"): PLAYER,
    ("GET", "/api/lottery/status"): PLAYER,
    ("POST", "/api/lottery/play"): PLAYER,
    ("GET", "/api/scratch-box/status"): PLAYER,
    ("POST", "/api/scratch-box/play"): PLAYER,
    ("POST", "/api/trial-grant"): PLAYER,
    ("PATCH", "/api/admin/features/{feature_type}"): OPERATE,
    ("GET", "/api/admin/features"): READ,
    ("GET", "/api/admin/features/{feature_type}/history"): READ,
    ("GET", "/api/admin/games"): READ,
    ("GET", "/api/admin/games/{code}/configs"): READ,
    ("GET", "/api/admin/games/{code}/configs/{config_id}"): READ,
    ("GET", "/api/admin/games/{code}/configs/{config_id}/diff"): READ,
    ("GET", "/api/admin/games/{code}/stock"): READ,
    ("GET", "/api/admin/players"): READ,
    ("GET", "/api/admin/players/{user_id}"): READ,
    ("GET", "/api/admin/players/{user_id}/ledger"): READ,
    ("GET", "/api/admin/players/{user_id}/rewards"): READ,
    ("GET", "/api/admin/players/{user_id}/timeline"): READ,
    ("GET", "/api/admin/seasons"): READ,
    ("GET", "/api/admin/seasons/{season_id}"): READ,
    ("GET", "/api/admin/ui-config"): READ,
    ("GET", "/api/admin/ui-config/{key}"): READ,
    ("GET", "/api/admin/audit"): READ,
    ("POST", "/api/admin/features"): ADMIN,
    ("PUT", "/api/admin/features/{feature_type}/schedule"): ADMIN,
    ("POST", "/api/admin/games/{code}/configs"): ADMIN,
    ("POST", "/api/admin/games/{code}/configs/{config_id}/activate"): ADMIN,
    ("POST", "/api/admin/games/{code}/stock/{prize_id}/restock"): ADMIN,
    ("POST", "/api/admin/players/{user_id}/block"): ADMIN,
    ("POST", "/api/admin/players/{user_id}/unblock"): ADMIN,
    ("POST", "/api/admin/players/{user_id}/sign-out"): ADMIN,
    ("POST", "/api/admin/seasons"): ADMIN,
    ("PUT", "/api/admin/seasons/{season_id}"): ADMIN,
    ("POST", "/api/admin/seasons/{season_id}/clone"): ADMIN,
    ("POST", "/api/admin/seasons/{season_id}/publish"): ADMIN,
    ("POST", "/api/admin/seasons/{season_id}/retire"): ADMIN,
    ("POST", "/api/admin/seasons/{season_id}/premium/grant"): ADMIN,
    ("POST", "/api/admin/seasons/{season_id}/premium/revoke"): ADMIN,
    ("POST", "/api/admin/seasons/{season_id}/streak/restore"): HELP,
    ("GET", "/api/admin/hosts"): READ,
    ("GET", "/api/admin/hosts/{host}"): READ,
    ("POST", "/api/admin/hosts"): ADMIN,
    ("PUT", "/api/admin/hosts/{host}/signing"): ADMIN,
    ("POST", "/api/admin/hosts/{host}/signing/end"): ADMIN,
    ("POST", "/api/admin/hosts/{host}/keys"): ADMIN,
    ("POST", "/api/admin/hosts/keys/{key_id}/revoke"): ADMIN,
    ("GET", "/api/admin/programs"): READ,
    ("POST", "/api/admin/programs"): ADMIN,
    ("PUT", "/api/admin/ui-config/{key}"): ADMIN,
    ("POST", "/api/admin/wallets/grant"): ADMIN,
    ("POST", "/api/admin/wallets/revoke"): ADMIN,
    ("GET", "/api/coupons"): PLAYER,
    ("GET", "/api/inbox"): PLAYER,
    ("POST", "/api/inbox/claim-all"): PLAYER,
    ("POST", "/api/inbox/{item_id}/claim"): PLAYER,
    ("GET", "/api/admin/inbox"): READ,
    ("GET", "/api/admin/inbox/{mailing_id}"): READ,
    ("POST", "/api/admin/inbox"): ADMIN,
    ("POST", "/api/admin/inbox/{mailing_id}/withdraw"): ADMIN,
    ("POST", "/api/codes/redeem"): PLAYER,
    ("GET", "/api/promotions/{code}"): PLAYER,
    ("GET", "/api/admin/promotions"): READ,
    ("GET", "/api/admin/promotions/{code}"): READ,
    ("GET", "/api/admin/promotions/{code}/codes"): ADMIN,
    ("GET", "/api/admin/promotions/{code}/codes.csv"): ADMIN,
    ("GET", "/api/admin/promotions/{code}/claims"): READ,
    ("GET", "/api/admin/promotions/{code}/claims.csv"): READ,
    ("POST", "/api/admin/promotions"): ADMIN,
    ("PUT", "/api/admin/promotions/{code}"): ADMIN,
    ("POST", "/api/admin/promotions/{code}/upload"): ADMIN,
    ("POST", "/api/admin/promotions/{code}/generate"): ADMIN,
    ("GET", "/api/entitlements"): PLAYER,
    ("GET", "/api/items"): PLAYER,
    ("GET", "/api/entitlements/{external_id}/{resource}"): HOST,
    ("POST", "/api/entitlements/{external_id}/{resource}/redeem"): HOST,
    ("GET", "/api/admin/coupons/pools"): READ,
    ("GET", "/api/admin/coupons/pools/{code}"): READ,
    ("GET", "/api/admin/coupons/pools/{code}/codes"): ADMIN,
    ("GET", "/api/admin/coupons/pools/{code}/codes.csv"): ADMIN,
    ("POST", "/api/admin/coupons/pools"): ADMIN,
    ("PUT", "/api/admin/coupons/pools/{code}"): ADMIN,
    ("POST", "/api/admin/coupons/pools/{code}/upload"): ADMIN,
    ("POST", "/api/admin/coupons/pools/{code}/generate"): ADMIN,
    ("GET", "/api/admin/rewards"): READ,
    ("GET", "/api/admin/rewards/export.csv"): READ,
    ("GET", "/api/admin/rewards/{reward_id}"): READ,
    ("POST", "/api/admin/rewards/approve"): ADMIN,
    ("POST", "/api/admin/rewards/{reward_id}/approve"): ADMIN,
    ("POST", "/api/admin/rewards/{reward_id}/reject"): ADMIN,
    ("POST", "/api/admin/rewards/{reward_id}/retry"): ADMIN,
    ("POST", "/api/admin/rewards/{reward_id}/reverse"): ADMIN,
}
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
async def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One service for the whole matrix, as a demo so that every route is there."""
    url = fresh_sqlite(request, tmp_path_factory.mktemp("matrix"))
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
