"""A look at codes that nobody has yet leaves an act, at every door that shows one."""

import pytest
from typer.testing import CliRunner

from app.cli import app as commands
from app.core.invariants import InvariantBroken
from app.domain.grants import Grant, RewardType
from app.flows.exports import EXPORTS, Wanted, export_rows
from tests.admin.desk import desk_of
from tests.pages.desk import sit_down
from tests.rewards.gifts import give
from tests.rewards.promotions import campaign
from tests.routes.rules import PLAYER, RULES
from tests.routes.what_to_send import PATH_VALUES
from tests.world import World

FREE = ("FREE-COUPON-1", "FREE-PROMO-1")
API_DOORS = {
    f"/api/admin/{of}/codes{end}" for of in ("coupons/pools/COFFEE", "promotions/RUSH") for end in ("", ".csv")
}
CONSOLE_DOORS = {
    "/console/coupons/COFFEE", "/console/coupons/COFFEE/codes.csv", "/console/promotions/RUSH/codes.csv",
}  # fmt: skip


async def looks(world: World) -> list[tuple[str, str, str]]:
    sql = "SELECT actor, action, target FROM admin_audit_log WHERE action LIKE 'CODES%' ORDER BY id"
    return [(actor, action, target) for actor, action, target in await world.rows(sql)]


async def plant_codes(world: World) -> None:
    admin = await desk_of(world, "kim@example.com", "admin")
    await admin.ok("POST", "/coupons/pools", {"code": "COFFEE", "name": "coffee"})
    await admin.ok("POST", "/coupons/pools/COFFEE/upload", {"csv": f"code\n{FREE[0]}\nFREE-COUPON-2"})
    await admin.ok("POST", "/promotions", campaign(kind="UNIQUE", shared_code=None))
    await admin.ok("POST", "/promotions/RUSH/upload", {"csv": f"code\n{FREE[1]}\nFREE-PROMO-2"})


def addresses(world: World) -> list[str]:
    """Every GET of the API and the console, with the pool and the campaign where a `code` stands in it."""
    paths = {path for (method, path), who in RULES.items() if method == "GET" and who != PLAYER}
    paths |= {
        route.path_format
        for route in world.app.router.routes  # type: ignore[union-attr]
        if getattr(route, "path", "").startswith("/console") and "GET" in (getattr(route, "methods", None) or ())
    }
    more = {"kind": "audit", "what": "codes", "switch": "stop", "name": "x"}
    codes = ("COFFEE", "RUSH", "roulette")
    return sorted({path.format_map(Known(PATH_VALUES | more | {"code": code})) for path in paths for code in codes})


class Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "1"


async def test_every_door_that_shows_a_free_code_leaves_an_act(sqlite_world: World) -> None:
    world = sqlite_world
    await plant_codes(world)
    boss = await world.token("boss", "admin")
    await sit_down(world)
    showed: dict[str, list[tuple[str, str, str]]] = {}
    silent, seen = [], len(await looks(world))
    for path in addresses(world):
        answer = await world.client.get(path, headers=boss if path.startswith("/api") else {})
        assert answer.status_code < 500, path
        new = (await looks(world))[seen:]
        seen += len(new)
        if any(code in answer.text for code in FREE):
            showed[path] = new
            if len(new) != 1:
                silent.append(path)
    assert silent == []
    assert set(showed) == API_DOORS | CONSOLE_DOORS, "a new door is looked at by this test, and named here"
    for path, ((actor, action, target),) in showed.items():
        assert actor == ("staff:boss" if path.startswith("/api") else "staff:the-admin")
        assert action == ("CODES_EXPORTED" if path.endswith(".csv") else "CODES_SHOWN")
        assert target == ("coupon_pool:COFFEE" if "COFFEE" in path else "promo:RUSH")


async def test_only_a_look_at_what_is_free_is_noted(world: World) -> None:
    await plant_codes(world)
    park, boss = await world.player("park"), await world.token("boss", "admin")
    path = "/api/admin/coupons/pools/COFFEE/codes"
    await world.ok("GET", path, headers=boss, params={"limit": 1})
    (row,) = await world.rows("SELECT `after` FROM admin_audit_log WHERE action = 'CODES_SHOWN'")
    assert '"free":2' in row[0].replace(" ", ""), "one more is read to know whether there is a next page"
    before = len(await looks(world))
    for number in (1, 2):
        await give(world, park, Grant(RewardType.COUPON, 1, code="COFFEE"), operation_id=f"TEST:{number}")
    await world.ok("GET", path, headers=boss)
    assert len(await looks(world)) == before
    assert await world.code("GET", "/api/admin/coupons/pools/NONE/codes", headers=boss) == (404, "POOL_NOT_FOUND")
    assert await world.code("GET", path, headers=await world.token("ops", "ops")) == (403, "SCOPE_REQUIRED")
    assert len(await looks(world)) == before


async def test_no_export_with_codes_leaves_without_a_name(sqlite_world: World) -> None:
    audited = {kind for kind, export in EXPORTS.items() if export.audited is not None}
    with_codes = {kind for kind, export in EXPORTS.items() if "code" in export.columns and "codes" in export.source}
    assert audited == with_codes == {"coupon_codes", "promo_codes"}
    for kind, values in (("coupon_codes", {"pool": "COFFEE"}), ("promo_codes", {"campaign": "RUSH"})):
        with pytest.raises(InvariantBroken):
            await anext(export_rows(sqlite_world.house, kind, Wanted(values=values)))


def test_no_command_shows_codes() -> None:
    """The terminal has no door to them: whoever adds one adds an act."""
    said = CliRunner().invoke(commands, ["ops", "--help"]).output
    assert "coupon" not in said.lower()
