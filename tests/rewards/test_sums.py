"""What a player gets from one cause is weighed together: above the threshold it needs a second person, everywhere."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from app.core.time_utils import FixedClock
from tests.admin.desk import Desk, desk_of
from tests.architecture.house import ROOT
from tests.fixtures import settings_for
from tests.season.rich import begin
from tests.season.rich import points as of_points
from tests.world import Person, World, open_world

HALF = 6_000  # of POINT: one is below the threshold of 10,000, two are above
TWO = [of_points(HALF), of_points(HALF)]
APP = ROOT / "backend" / "app"


@pytest.fixture
async def admin(world: World) -> Desk:
    return await desk_of(world, "kim@example.com", "admin")


async def letter(desk: Desk, player: Person, *rewards: dict[str, Any]) -> dict[str, Any]:
    expires = (desk.world.clock.now() + timedelta(days=30)).isoformat()
    body = {"title_ko": "t", "title_en": "t", "expires_at": expires, "user_ids": [player.id]}
    sent: dict[str, Any] = await desk.ok("POST", "/inbox", body | {"rewards": rewards})
    return sent


async def make_known(desk: Desk) -> None:
    """The badge STAR, and the pool TEA with a code for every coupon that these tests give."""
    await desk.ok("PUT", "/badges/STAR", {"name_ko": "별", "name_en": "Star"})
    await desk.ok("POST", "/coupons/pools", {"code": "TEA", "name": "tea"})
    await desk.ok("POST", "/coupons/pools/TEA/upload", {"csv": "code\n" + "\n".join(f"TEA{n}" for n in range(20))})


async def claim_letters(world: World, player: Person) -> None:
    await world.ok("POST", "/api/inbox/claim-all", headers=player.headers)


async def standing(world: World, player: Person) -> list[str]:
    """Where each of the player's rewards stands, oldest first."""
    rows = await world.rows("SELECT state FROM reward_log WHERE user_id = :u ORDER BY id", u=player.id)
    return [row[0] for row in rows]


async def test_twenty_gifts_in_one_mailing_are_one_gift(admin: Desk) -> None:
    world, player = admin.world, await admin.world.player("lee")
    await letter(admin, player, *[of_points(10_000)] * 20)
    await claim_letters(world, player)
    assert await standing(world, player) == ["APPROVAL"] * 20
    assert (await world.rows("SELECT COALESCE(SUM(balance), 0) FROM wallets"))[0][0] == 0
    ids = [row["id"] for row in (await admin.get("/rewards", state="APPROVAL", limit=100))["items"]]
    own = await admin.ok("POST", "/rewards/approve", {"reward_ids": ids})
    assert own["approved"] == 0, "who sent it does not let it pass"
    second = await desk_of(world, "park@example.com", "admin")
    assert (await second.ok("POST", "/rewards/approve", {"reward_ids": ids}))["approved"] == 20
    assert await world.rows("SELECT balance FROM wallets") == [(200_000,)]
    assert not await world.differences()


async def test_what_one_operator_gives_one_player_on_a_day_is_one_gift(admin: Desk) -> None:
    world, player, other = admin.world, await admin.world.player("lee"), await admin.world.player("han")
    states = [(await admin.grant(player.id, HALF, "POINT"))["state"] for _ in range(3)]
    assert states == ["GRANTED", "APPROVAL", "APPROVAL"]
    assert (await admin.grant(player.id, 4_000, "POINT"))["state"] == "GRANTED", "6,000 and 4,000 are 10,000"
    assert (await admin.grant(other.id, HALF, "POINT"))["state"] == "GRANTED", "another player"
    colleague = await desk_of(world, "park@example.com", "admin")
    assert (await colleague.grant(player.id, HALF, "POINT"))["state"] == "GRANTED", "another operator"
    world.clock.advance(hours=12)  # midnight in Seoul
    assert (await admin.grant(player.id, HALF, "POINT"))["state"] == "GRANTED"


async def test_a_gift_in_two_mailings_or_beside_one_is_one_gift(admin: Desk) -> None:
    world, player = admin.world, await admin.world.player("lee")
    await letter(admin, player, of_points(HALF))
    await letter(admin, player, of_points(HALF))
    world.clock.advance(days=3)  # however late they are claimed, and whether one by one
    for item in (await world.ok("GET", "/api/inbox", headers=player.headers))["items"]:
        await world.ok("POST", f"/api/inbox/{item['id']}/claim", headers=player.headers)
        world.clock.advance(days=2)
    assert await standing(world, player) == ["GRANTED", "APPROVAL"]
    han = await world.player("han")
    await admin.grant(han.id, HALF, "POINT")
    await letter(admin, han, of_points(HALF))
    await claim_letters(world, han)
    assert await standing(world, han) == ["GRANTED", "APPROVAL"]


@pytest.mark.parametrize(
    "reward",
    [
        {"reward_type": "TOKEN", "token_type": "ROULETTE_COIN", "reward_amount": 501},
        {"reward_type": "XP", "reward_amount": 5_001},
        {"reward_type": "COUPON", "code": "TEA", "reward_amount": 6},
        {"reward_type": "ITEM", "code": "HAT", "reward_amount": 51},
        {"reward_type": "BADGE", "code": "STAR", "reward_amount": 501},
        {"reward_type": "ENTITLEMENT", "code": "LECTURE", "reward_amount": 51},
        {"reward_type": "HOST", "code": "PARCEL", "reward_amount": 6},
    ],
    ids=lambda reward: reward["reward_type"],
)
async def test_everything_has_a_worth(admin: Desk, reward: dict[str, Any]) -> None:
    """Each is worth a little more than the half of the threshold: one passes, two of them do not."""
    world, player, other = admin.world, await admin.world.player("lee"), await admin.world.player("han")
    await make_known(admin)
    await letter(admin, other, reward)
    await claim_letters(world, other)
    assert "APPROVAL" not in await standing(world, other)
    await letter(admin, player, reward, reward)
    await claim_letters(world, player)
    assert await standing(world, player) == ["APPROVAL"] * 2


@pytest.fixture
async def priced(sqlite_url: str, clock: FixedClock) -> AsyncIterator[World]:
    """A service whose operators say what theirs is worth."""
    worth = {"TOKEN:DICE_TOKEN": 5_000, "BADGE": 20_000}
    settings = settings_for(sqlite_url, reward_unit_points=worth, admin_grant_daily_points=30_000)
    async with open_world(settings, clock) as opened:
        yield opened


async def test_a_unit_is_worth_what_operators_say(priced: World) -> None:
    admin, player = await desk_of(priced, "kim@example.com", "admin"), await priced.player("lee")
    assert (await admin.grant(player.id, 2, "DICE_TOKEN"))["state"] == "GRANTED"
    assert (await admin.grant(player.id, 1, "DICE_TOKEN"))["state"] == "APPROVAL"
    assert (await admin.grant(player.id, 9))["state"] == "APPROVAL", "nothing more today"


async def test_the_allowance_of_a_day_counts_everything_together(priced: World) -> None:
    admin, player = await desk_of(priced, "kim@example.com", "admin"), await priced.player("lee")
    await make_known(admin)
    await admin.grant(player.id, 4, "DICE_TOKEN")  # worth 20,000
    expires = (priced.clock.now() + timedelta(days=1)).isoformat()
    body = {"title_ko": "t", "title_en": "t", "expires_at": expires, "user_ids": [player.id]}
    star = {"reward_type": "BADGE", "code": "STAR", "reward_amount": 1}
    badge = body | {"rewards": [star]}
    assert await admin.refused("POST", "/inbox", badge) == (400, "DAILY_LIMIT_REACHED")
    await admin.grant(player.id, 2, "DICE_TOKEN")
    one_more = {"user_id": player.id, "token_type": "POINT", "amount": 1}
    assert await admin.refused("POST", "/wallets/grant", one_more) == (400, "DAILY_LIMIT_REACHED")
    assert await admin.refused("POST", "/wallets/make-good", one_more) == (400, "DAILY_LIMIT_REACHED")


async def test_a_premium_track_counts_towards_the_allowance(priced: World) -> None:
    admin, season_id = await begin(priced)
    player = await priced.player("lee")
    await admin.grant(player.id, 6, "DICE_TOKEN")  # all of 30,000
    track = {"user_id": player.id, "track": "GOLD"}
    refused = await admin.refused("POST", f"/seasons/{season_id}/premium/grant", track)
    assert refused == (400, "DAILY_LIMIT_REACHED")
    streak = {"user_id": player.id, "days": 2}
    refused = await admin.refused("POST", f"/seasons/{season_id}/streak/restore", streak)
    assert refused == (400, "DAILY_LIMIT_REACHED")
