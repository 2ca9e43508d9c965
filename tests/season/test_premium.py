"""Premium tracks: an upgrade pays what was reached, each level once for ever; a revocation ends it."""

from typing import Any

from tests.admin.desk import Desk, newest_audit
from tests.season.rich import begin, coins, level, points, xp
from tests.world import Person, World

STATUS, STAMP, CLAIM, CLAIM_ALL = (f"/api/season-pass/{name}" for name in ("status", "stamp", "claim", "claim-all"))
PLAIN: dict[str, Any] = {
    "daily_xp_cap": None, "overflow": None, "streak": None, "play_stamps_per_day": None, "stamp_on_play": False,
}  # fmt: skip


async def upgrade(desk: Desk, season_id: int, player: Person, track: str = "GOLD", **more: Any) -> Any:
    body = {"user_id": player.id, "track": track} | more
    return await desk.ok("POST", f"/seasons/{season_id}/premium/grant", body, keyed=True)


async def revoke(desk: Desk, season_id: int, player: Person, track: str = "GOLD") -> Any:
    body = {"user_id": player.id, "track": track}
    return await desk.ok("POST", f"/seasons/{season_id}/premium/revoke", body, keyed=True)


async def gain(world: World, player: Person, total: int) -> Any:
    """A stamp worth this much XP in all."""
    both = await world.token(player.name, "player", "admin")
    return await world.ok("POST", STAMP, json={"xp_bonus": total - 20}, headers=both)


async def paid(world: World, player: Person, track: str) -> list[str]:
    """The levels (and parts of bundles) that a track has paid."""
    rows = await world.rows("SELECT operation_id FROM reward_log WHERE user_id = :u ORDER BY id", u=player.id)
    return [operation.rpartition(":")[2] for (operation,) in rows if f":{track}:" in operation]


async def test_an_upgrade_pays_every_level_reached_also_those_claimed_by_hand(world: World) -> None:
    desk, season = await begin(world, **PLAIN)
    player = await world.player("kim")
    await gain(world, player, 61)
    answer = await upgrade(desk, season, player)
    assert (answer["is_changed"], answer["is_owned"]) == (True, True)
    # the 15 XP of level 2 lead to 76: level 4 is not reached yet
    assert [(line["level"], line["reward_type"], line["state"]) for line in answer["paid"]] == [
        (1, "POINT", "GRANTED"), (2, "XP", "GRANTED"), (3, "POINT", "GRANTED"), (3, "TOKEN", "GRANTED"),
    ]  # fmt: skip
    assert await paid(world, player, "GOLD") == ["1", "2", "3", "3#2"]
    audit = await newest_audit(world)
    assert (audit["action"], audit["target"]) == ("PREMIUM_GRANTED", f"player:{player.id}")
    claim = {"level": 3, "track": "GOLD"}
    assert await world.code("POST", CLAIM, json=claim, headers=player.headers) == (400, "REWARD_ALREADY_CLAIMED")
    assert not await world.differences()


async def test_later_levels_pay_an_owner_on_every_track_and_leave_manual_ones_to_claim(world: World) -> None:
    desk, season = await begin(world, **PLAIN)
    player = await world.player("kim")
    await upgrade(desk, season, player)
    stamped = await gain(world, player, 65)  # and 15 of level 2: level 4 at 80
    assert [(line["level"], line["track"], line["claimed_at"] is not None) for line in stamped["rewards"]] == [
        (1, "FREE", True), (1, "GOLD", True), (2, "FREE", True), (2, "GOLD", True),
        (3, "FREE", False), (3, "GOLD", False), (3, "GOLD", False),
    ]  # fmt: skip
    assert await paid(world, player, "GOLD") == ["1", "2", "4", "4#2"]
    status = await world.ok("GET", STATUS, headers=player.headers)
    assert status["premium"] == [{"track": "GOLD", "is_owned": True}, {"track": "SILVER", "is_owned": False}]
    gold = status["levels"][2]["tracks"][0]
    assert (gold["track"], gold["is_owned"], gold["is_claimed"], gold["is_claimable"]) == ("GOLD", True, False, True)
    claimed = await world.ok("POST", CLAIM_ALL, headers=player.headers)
    assert [(line["level"], line["track"]) for line in claimed] == [(3, "FREE"), (3, "GOLD")]
    assert await world.ok("POST", CLAIM_ALL, headers=player.headers) == []
    assert not await world.differences()


async def test_a_second_upgrade_changes_nothing_and_a_repeated_one_says_the_same(world: World) -> None:
    desk, season = await begin(world, **PLAIN)
    player = await world.player("kim")
    await gain(world, player, 41)
    body = {"external_id": "kim", "track": "GOLD", "reason": "bought"}
    headers = desk.headers | {"Idempotency-Key": "order-1"}
    path = f"/api/admin/seasons/{season}/premium/grant"
    first = await world.client.post(path, json=body, headers=headers)
    again = await world.client.post(path, json=body, headers=headers)
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    second = await upgrade(desk, season, player)
    assert (second["is_changed"], second["paid"]) == (False, [])
    assert await paid(world, player, "GOLD") == ["1", "2"]


async def test_a_revocation_ends_it_and_lists_what_was_paid_and_a_new_grant_pays_only_what_was_missed(
    world: World,
) -> None:
    desk, season = await begin(world, **PLAIN)
    player = await world.player("kim")
    await gain(world, player, 25)
    await upgrade(desk, season, player)
    ended = await revoke(desk, season, player)
    assert (ended["is_changed"], ended["is_owned"]) == (True, False)
    assert [(line["level"], line["reward_type"], line["reward_amount"]) for line in ended["paid"]] == [(1, "POINT", 5)]
    world.clock.advance(days=1)
    await gain(world, player, 60)  # 85 XP: levels 2 to 4 while the track is not owned
    assert await paid(world, player, "GOLD") == ["1"]
    claim = {"level": 3, "track": "GOLD"}
    assert await world.code("POST", CLAIM, json=claim, headers=player.headers) == (400, "PREMIUM_REQUIRED")
    assert await world.code("POST", CLAIM_ALL, json={"track": "GOLD"}, headers=player.headers) == (
        400, "PREMIUM_REQUIRED",
    )  # fmt: skip
    assert (await revoke(desk, season, player))["is_changed"] is False
    await upgrade(desk, season, player)
    assert await paid(world, player, "GOLD") == ["1", "2", "3", "3#2", "4", "4#2"]
    assert not await world.differences()


async def test_a_pass_can_be_bought_before_the_season_and_in_its_grace_period_but_not_later(world: World) -> None:
    days = {"start_date": "2025-12-12", "end_date": "2025-12-13"}
    desk, season = await begin(world, **PLAIN, **days)
    early, late, never = [await world.player(name) for name in ("early", "late", "never")]
    assert (await upgrade(desk, season, early))["paid"] == []
    world.clock.advance(days=2)
    await gain(world, early, 25)
    await gain(world, late, 25)
    assert await paid(world, early, "GOLD") == ["1"]
    world.clock.advance(days=4)  # the last day of grace
    assert len((await upgrade(desk, season, late))["paid"]) == 1
    ended = await world.ok("GET", STATUS, params={"season_id": season}, headers=late.headers)
    assert (ended["season"]["is_ended"], ended["season"]["last_claim_date"]) == (True, "2025-12-16")
    assert await world.code("GET", STATUS, headers=late.headers) == (404, "NO_ACTIVE_SEASON")
    world.clock.advance(days=1)
    path, body = f"/seasons/{season}/premium/grant", {"user_id": never.id, "track": "GOLD"}
    assert await desk.refused("POST", path, body, keyed=True) == (404, "NO_ACTIVE_SEASON")
    gone = await world.code("GET", STATUS, params={"season_id": season}, headers=late.headers)
    assert gone == (404, "SEASON_NOT_FOUND")
    assert (await revoke(desk, season, late))["is_changed"] is True  # a refund may come late


async def test_what_is_not_there_can_not_be_given(world: World) -> None:
    desk, season = await begin(world, **PLAIN)
    player = await world.player("kim")
    path = f"/seasons/{season}/premium/grant"

    async def refused(path: str = path, **changes: Any) -> tuple[int, str]:
        body = {"user_id": player.id, "track": "GOLD"} | changes
        return await desk.refused("POST", path, body, keyed=True)

    assert await refused(track="BRONZE") == (404, "TRACK_NOT_FOUND")
    assert await refused(track="FREE") == (404, "TRACK_NOT_FOUND")
    assert await refused(track="gold") == (422, "VALIDATION_ERROR")
    assert await refused(user_id=999_999) == (404, "USER_NOT_FOUND")
    assert await refused(external_id="kim") == (422, "VALIDATION_ERROR")
    assert await refused(path="/seasons/999/premium/grant") == (404, "SEASON_NOT_FOUND")
    assert await desk.refused("POST", path, {"user_id": player.id, "track": "GOLD"}, keyed=False) == (
        400, "IDEMPOTENCY_KEY_REQUIRED",
    )  # fmt: skip
    draft = await desk.ok("POST", f"/seasons/{season}/clone", {
        "season_name": "DRAFT", "start_date": "2026-03-01", "end_date": "2026-03-09",
    })  # fmt: skip
    assert await refused(path=f"/seasons/{draft['id']}/premium/grant") == (404, "NO_ACTIVE_SEASON")
    for body, refusal in (
        ({"level": 3, "track": "BRONZE"}, (404, "TRACK_NOT_FOUND")),
        ({"level": 5, "track": "GOLD"}, (404, "LEVEL_NOT_FOUND")),
        ({"level": 1, "track": "GOLD"}, (400, "AUTO_CLAIM_LEVEL")),
        ({"level": 3, "track": "GOLD"}, (400, "LEVEL_NOT_REACHED")),
    ):
        assert await world.code("POST", CLAIM, json=body, headers=player.headers) == refusal


async def test_a_season_whose_pass_was_sold_keeps_its_track(world: World) -> None:
    desk, season = await begin(world, **PLAIN)
    await upgrade(desk, season, await world.player("kim"))
    path = f"/seasons/{season}"
    read = await desk.get(path)
    levels = [line | {"rewards": {"FREE": [points(1)]}} for line in read["levels"]]
    body = {name: read[name] for name in read if name not in ("id", "version", "created_at", "updated_at")}
    response = await desk.send("PUT", path, body | {"levels": levels}, version="*")
    assert response.status_code == 409
    assert "GOLD" in response.text


async def test_a_jump_over_every_level_pays_all_of_both_tracks_once(world: World) -> None:
    levels = [level(n, n * 10, True, FREE=[xp(3)], GOLD=[xp(4), coins(1)]) for n in range(1, 21)]
    desk, season = await begin(world, **PLAIN, levels=levels)
    player = await world.player("kim")
    await upgrade(desk, season, player)
    await gain(world, player, 70)  # level 7 by itself; what the levels give carries it to the end: 70 + 20 x 7
    status = await world.ok("GET", STATUS, headers=player.headers)
    assert (status["progress"]["current_level"], status["progress"]["current_xp"]) == (20, 210)
    assert len(await paid(world, player, "GOLD")) == 40
    assert not await world.differences()
