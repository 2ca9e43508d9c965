"""Whatever a rule gives goes back whole, with what followed from it, and comes again once: value is conserved."""

from typing import Any, get_args

import pytest

from app.domain.grants import RewardType
from app.domain.rule_config import Effect
from tests.admin.desk import Desk
from tests.bridge.campaigns import GOAL, campaign, kst, open_campaign
from tests.events.host import activate, event, one, points, rule, send, xp
from tests.events.test_revocations import REVERSE, refund
from tests.goals.boards import board
from tests.goals.missions import mission
from tests.goals.test_teams import contest
from tests.season.rich import LEVELS, begin
from tests.world import World

CYCLES = 2
COIN = {"reward_type": "TOKEN", "reward_amount": 3, "token_type": "ROULETTE_COIN"}


def reward(kind: str, amount: int = 1, **more: Any) -> dict[str, Any]:
    return {"kind": "REWARD", "reward_type": kind, "reward_amount": amount, **more}


# name → the effects of the rule, and its bounds
GIVEN: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "XP": ([xp(130)], {}),
    "XP once": ([xp(130)], {"once_per": ["data.course"]}),
    "XP under a cap of the rule": ([xp(130)], {"cap_per_day": 1}),
    "XP after a pause": ([xp(130)], {"cooldown_seconds": 3_600}),
    "XP of a total": ([xp(2)], {"count": {"field": "data.total", "is_cumulative": True}}),
    "XP past the last level": ([xp(400)], {}),
    "STAMP": ([{"kind": "STAMP", "count": 2, "bonus_xp": 90}], {}),
    "POINT": ([points(500)], {}),
    "TOKEN": ([reward("TOKEN", 3, token_type="DICE_TOKEN")], {}),
    "COUPON": ([reward("COUPON", code="COFFEE")], {}),
    "ITEM": ([reward("ITEM", 2, code="HAT")], {}),
    "BADGE": ([reward("BADGE", code="FIRST")], {}),
    "ENTITLEMENT": ([reward("ENTITLEMENT", 7, code="LECTURE")], {}),
    "HOST": ([reward("HOST", code="GIFT")], {}),
    "APPROVAL": ([points(20_000)], {}),
    "COUNT": ([{"kind": "COUNT", "metric": "orders", "amount": 10}], {}),
    "PREMIUM": ([{"kind": "PREMIUM", "track": "GOLD"}], {}),
    "BRIDGE_KEY": ([{"kind": "BRIDGE_KEY", "host_event_type": GOAL}], {}),
    "everything": ([xp(70), points(9), {"kind": "COUNT", "metric": "orders", "amount": 7}, {"kind": "STAMP"}], {}),
}  # fmt: skip
# what a player has, one row each; a wallet counts with what it owes
FORTUNE = {
    "wallets": "SELECT token_type, balance - debt FROM wallets WHERE balance <> debt ORDER BY token_type",
    "season": "SELECT current_level, current_xp, total_stamps FROM season_progress WHERE current_xp > 0",
    "claims": "SELECT track, level FROM season_claims WHERE taken_back_at IS NULL ORDER BY track, level",
    "overflow": "SELECT overflow_bonuses, earned_xp FROM season_counters WHERE overflow_bonuses + earned_xp > 0",
    "rewards": """SELECT source, reward_type, code, state, SUM(amount) FROM reward_log
        WHERE state NOT IN ('REVERSED', 'REJECTED') GROUP BY source, reward_type, code, state
        ORDER BY source, reward_type, code, state""",
    "passes": "SELECT track FROM season_passes WHERE revoked_at IS NULL",
    "codes": "SELECT COUNT(*) FROM coupon_codes WHERE operation_id IS NOT NULL AND voided_at IS NULL",
    "access": "SELECT resource, valid_days FROM entitlements WHERE revoked_at IS NULL",
    "keys": "SELECT event_type, points FROM bridge_keys WHERE taken_back_at IS NULL",
    "counters": "SELECT event_key_count, event_pending_points FROM user_profiles WHERE external_id = 'kim'",
    "missions": """SELECT m.code, p.progress + p.surplus, p.completed, p.claimed FROM mission_progress p
        JOIN missions m ON m.id = p.mission_id WHERE p.progress > 0 ORDER BY m.code""",
    "scores": "SELECT board_id, window_key, score FROM leaderboard_scores WHERE score <> 0 ORDER BY 1, 2",
    "team": "SELECT score, counted_today FROM team_members",
}


async def fortune(world: World) -> dict[str, list[Any]]:
    return {name: [tuple(row) for row in await world.rows(query)] for name, query in FORTUNE.items()}


async def stage(world: World, name: str) -> Desk:
    """A rich season, missions, boards and a team that everything counts for, and rules that give and take."""
    # SILVER and GOLD levels are paid only to owners: the walk of PREMIUM has its own test
    desk, season_id = await begin(world, daily_xp_cap=1_000, levels=LEVELS, stamp_on_play=False)
    await desk.ok("POST", "/coupons/pools", {"code": "COFFEE", "name": "coffee"})
    await desk.ok("POST", "/coupons/pools/COFFEE/upload", {"csv": "code\n" + "\n".join(f"CODE{n}" for n in range(30))})
    await desk.ok("PUT", "/badges/FIRST", {"name_ko": "첫 구매", "name_en": "First order"})
    for metric, target in (("orders", 5), ("XP", 100), ("POINT", 300), ("STAMP", 2), ("LEVEL_UP", 2), ("MISSION", 1)):
        prize = [{"reward_type": "XP", "reward_amount": 10}, COIN] if metric == "orders" else [COIN]
        code = f"DO_{metric.upper()}"
        await desk.ok("POST", "/missions", mission(code, metric=metric, target=target, repeat_max=2, rewards=prize))
    for metric in ("orders", "XP", "POINT"):
        await desk.ok("POST", "/leaderboards", board(f"TOP_{metric.upper()}", metric=metric))
    await desk.ok("POST", "/team-contests", contest(season_id, metric="orders", daily_cap=8))
    await desk.ok("POST", "/team-contests/CUP/activate", version=1)
    effects, bounds = GIVEN[name]
    await rule(world, "BOUGHT", *effects, types=("purchase",), **bounds)
    await rule(world, "REFUNDED", REVERSE, types=("refund",))
    person = await world.player("kim")
    await world.ok("POST", "/api/teams/CUP", json={"name": "눈"}, headers=person.headers)
    if name == "BRIDGE_KEY":
        gifts = [slot.model_dump() | {"rewards": [COIN]} for slot in campaign().slots]
        await open_campaign(world.house, campaign(slots=gifts))
        world.clock.set(kst(12, 26, 9))
    return desk


def bought(number: int) -> dict[str, Any]:
    return event(f"buy-{number}", "purchase", course="C-1", total=60)


async def buy(world: World, number: int) -> None:
    result = await one(world, bought(number))
    assert any("skipped" not in effect for effect in result["effects"]), result


async def take(world: World, number: int) -> dict[str, Any]:
    (effect,) = (await one(world, refund(f"back-{number}", f"e-buy-{number}")))["effects"]
    assert effect["is_known"], effect
    return effect


def test_every_kind_of_effect_and_of_reward_is_walked() -> None:
    kinds = {effect["kind"] for effects, _ in GIVEN.values() for effect in effects}
    known = {get_args(model.model_fields["kind"].annotation)[0] for model in get_args(get_args(Effect)[0])}
    assert known - kinds == {"REVERSE"}
    rewards = {effect.get("reward_type") for effects, _ in GIVEN.values() for effect in effects} - {None}
    assert {kind.value for kind in RewardType} - rewards == {"XP", "NONE"}


@pytest.mark.parametrize("name", [name for name in GIVEN if name != "PREMIUM"])
async def test_it_goes_back_whole_and_comes_again_once_however_often(world: World, name: str) -> None:
    await stage(world, name)
    nothing = await fortune(world)
    await buy(world, 0)
    something = await fortune(world)
    assert something != nothing
    for number in range(CYCLES):
        await take(world, number)
        assert await fortune(world) == nothing, f"cycle {number}"
        await buy(world, number + 1)
        assert await fortune(world) == something, f"cycle {number}"
    assert not await world.differences()


SPEND = {"POINT": "POINT", "TOKEN": "DICE_TOKEN", "XP": "ROULETTE_COIN", "COUNT": "ROULETTE_COIN"}


@pytest.mark.parametrize("name", [*SPEND, "everything"])
async def test_what_was_spent_is_owed_and_paid_first(world: World, name: str) -> None:
    token = SPEND.get(name, "ROULETTE_COIN")
    await stage(world, name)
    nothing = await fortune(world)
    admin = await world.token("boss", "admin")
    for number in range(CYCLES):
        await buy(world, number)
        spent = int((await world.rows("SELECT balance FROM wallets WHERE token_type = :t", t=token) or [(0,)])[0][0])
        if number == 0:
            assert spent
        if spent:
            body = {"external_id": "kim", "token_type": token, "amount": spent, "reason": "it was spent"}
            key = {"Idempotency-Key": f"spend-{number}"}
            await world.ok("POST", "/api/admin/wallets/revoke", json=body, headers=admin | key)
            total = spent
        effect = await take(world, number)
        assert effect["owed"] == {token: total}
        stands = await fortune(world)
        assert stands["wallets"] == [*(row for row in nothing["wallets"] if row[0] != token), (token, -total)]
    wallets = (await world.ok("GET", "/api/wallet", headers=await world.token("kim")))["wallets"]
    assert [wallet for wallet in wallets if wallet["balance"] or "debt" in wallet] == [
        {"token_type": token, "balance": 0, "debt": total}
    ]
    body = {"external_id": "kim", "token_type": token, "amount": total + 2, "reason": "a gift pays it first"}
    gift = await world.ok("POST", "/api/admin/wallets/grant", json=body, headers=admin | {"Idempotency-Key": "gift"})
    assert gift["balance"] == 2
    ledger = (await world.ok("GET", "/api/wallet/ledger", headers=await world.token("kim")))["items"]
    assert (ledger[0]["reason"], ledger[0]["delta"]) == ("DEBT_REPAYMENT", -total)
    assert not await world.differences()


async def test_three_orders_refunded_leave_no_level_no_xp_and_no_reward(world: World) -> None:
    await rule(world, "BOUGHT", xp(100), types=("purchase",))
    await rule(world, "REFUNDED", REVERSE, types=("refund",))
    await send(world, *(bought(n) for n in range(3)))
    assert await world.rows("SELECT current_level, current_xp FROM season_progress") == [(5, 300)]
    answer = await send(world, *(refund(f"back-{n}", f"e-buy-{n}") for n in range(3)))
    lost = [level for result in answer["results"] for level in result["effects"][0]["levels_lost"]]
    assert lost == [5, 4, 3, 2, 1]
    assert await world.rows("SELECT current_level, current_xp FROM season_progress") == [(0, 0)]
    assert await world.rows("SELECT SUM(balance), SUM(debt) FROM wallets") == [(0, 0)]
    assert await world.rows("SELECT COUNT(*) FROM season_claims WHERE taken_back_at IS NULL") == [(0,)]
    assert await world.rows("SELECT DISTINCT state FROM reward_log") == [("REVERSED",)]
    assert not await world.differences()


async def test_a_refund_after_the_season_takes_back_what_its_levels_paid(world: World) -> None:
    await rule(world, "BOUGHT", xp(100), types=("purchase",))
    await rule(world, "REFUNDED", REVERSE, types=("refund",))
    await one(world, bought(1))
    world.clock.set(kst(12, 31, 12).replace(year=2026))
    await take(world, 1)
    assert await world.rows("SELECT current_level, current_xp FROM season_progress") == [(0, 0)]
    assert await world.rows("SELECT SUM(balance), SUM(debt) FROM wallets") == [(0, 0)]
    assert not await world.differences()


async def test_a_corrected_lecture_counts(world: World) -> None:
    await rule(world, "DONE", points(10), types=("lecture",), once_per=["data.lecture"])
    await rule(world, "CORRECTED", REVERSE, types=("refund",))
    await one(world, event(1, "lecture", lecture="L-7"))
    assert (await one(world, event(2, "lecture", lecture="L-7")))["reason"] == "once"
    await one(world, refund(3, "e-1"))
    assert "reason" not in await one(world, event(4, "lecture", lecture="L-7"))
    assert await world.rows("SELECT balance FROM wallets") == [(10,)]


async def test_a_total_that_went_on_pays_what_the_corrected_one_is_worth(sqlite_world: World) -> None:
    world = sqlite_world
    await rule(world, "MINUTES", points(1), types=("t",), count={"field": "data.total", "is_cumulative": True})
    await rule(world, "CORRECTED", REVERSE, types=("refund",))
    await send(world, event(1, "t", total=30), event(2, "t", total=50))
    await one(world, refund(3, "e-1"))
    assert await world.rows("SELECT balance FROM wallets") == [(20,)]
    await send(world, event(4, "t", total=25), event(5, "t", total=60))
    assert await world.rows("SELECT balance FROM wallets") == [(60,)]
    assert not await world.differences()


async def test_what_another_day_earned_is_no_room_under_todays_cap(world: World) -> None:
    await begin(world, daily_xp_cap=50)
    await rule(world, "BOUGHT", xp(50), types=("purchase",))
    await rule(world, "REFUNDED", REVERSE, types=("refund",))
    await one(world, bought(1))
    world.clock.advance(days=1)
    await one(world, bought(2))
    await take(world, 1)
    assert (await one(world, bought(3)))["reason"] == "not_given"
    await take(world, 2)
    await one(world, bought(4))
    assert await world.rows("SELECT current_xp FROM season_progress") == [(50,)]
    assert not await world.differences()


async def test_a_mission_that_was_done_without_the_refunded_order_stays_done(sqlite_world: World) -> None:
    world = sqlite_world
    await stage(world, "COUNT")
    await send(world, bought(1), bought(2))
    before = await fortune(world)
    await one(world, bought(3))
    await take(world, 1)
    # of a day under a team's cap only what the cap let in is known: the others of the day don't come in its place
    assert await fortune(world) == before | {"team": [(0, 0)]}
    assert not await world.differences()


async def test_a_rule_at_rest_still_takes_back(sqlite_world: World) -> None:
    await stage(sqlite_world, "everything")
    nothing = await fortune(sqlite_world)
    await buy(sqlite_world, 1)
    await activate(sqlite_world, "BOUGHT", None)
    await take(sqlite_world, 1)
    assert await fortune(sqlite_world) == nothing
