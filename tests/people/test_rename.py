"""A host gives a player another id: the player stays the same, whatever still names the old one."""

import asyncio

from tests.admin.desk import desk_of, newest_audit
from tests.events.host import event, one, rule, xp
from tests.people.accounts import forget, id_of, players, refused, rename
from tests.world import World


async def test_a_renamed_player_keeps_everything_and_the_old_id_goes_on_naming_them(world: World) -> None:
    kim = await world.player("kim", POINT=70)
    answer = await rename(world, "kim", "kim-2")
    assert (answer["user_id"], answer["external_id"], answer["old_external_ids"]) == (kim.id, "kim-2", ["kim"])
    forget(world)
    for name in ("kim", "kim-2"):
        me = await world.ok("GET", "/api/me", headers=await world.token(name))
        assert (me["user"]["id"], me["user"]["external_id"]) == (kim.id, "kim-2"), name
    await rule(world, "R", xp(5))
    assert (await one(world, event(1, "t", "kim")))["status"] == "accepted"
    assert await world.rows("SELECT DISTINCT user_id FROM host_events") == [(kim.id,)]
    assert await players(world) == 1, "an event for the old id makes no new player"
    admin = await world.token("fixture-admin", "admin")
    gift = {"external_id": "kim", "token_type": "POINT", "amount": 5, "reason": "x"}
    headers = admin | {"Idempotency-Key": "one"}
    assert (await world.ok("POST", "/api/admin/wallets/grant", json=gift, headers=headers))["external_id"] == "kim-2"
    found = await world.ok("GET", "/api/admin/players", params={"query": "kim"}, headers=admin)
    assert [row["id"] for row in found["items"]] == [kim.id]
    assert not await world.differences()


async def test_a_rename_sent_again_changes_nothing_and_a_late_one_undoes_no_later_one(world: World) -> None:
    await world.player("kim")
    assert (await rename(world, "kim", "b"))["is_changed"]
    assert not (await rename(world, "kim", "b"))["is_changed"]
    await rename(world, "b", "c")
    assert await refused(world, "rename", "kim", new_external_id="b") == (409, "EXTERNAL_ID_MOVED")
    assert (await rename(world, "c", "b"))["external_id"] == "b", "back to an id that was theirs"
    assert await refused(world, "rename", "nobody", new_external_id="x") == (404, "USER_NOT_FOUND")


async def test_an_id_that_another_player_has_or_had_is_taken(world: World) -> None:
    await world.player("kim")
    await world.player("lee")
    await rename(world, "lee", "lee-2")
    for taken in ("lee", "lee-2"):
        assert await refused(world, "rename", "kim", new_external_id=taken) == (409, "EXTERNAL_ID_TAKEN")
    for bad in ("", " kim", "k\u200bim", "k\u2060", "k\u202eim", "k\x00"):
        assert await refused(world, "rename", "kim", new_external_id=bad) == (422, "VALIDATION_ERROR"), repr(bad)


async def test_a_freed_id_is_somebody_elses_and_old_tokens_of_it_are_worth_nothing(world: World) -> None:
    kim = await world.player("kim")
    forget(world)
    old = await world.token("kim")
    await asyncio.sleep(1.1)  # tokens are dated to the second
    answer = await rename(world, "kim", "kim-2", keep_old_id=False)
    assert answer["old_external_ids"] == []
    assert not (await rename(world, "kim", "kim-2", keep_old_id=False))["is_changed"]
    forget(world)
    assert await world.code("GET", "/api/me", headers=old) == (401, "TOKEN_REVOKED")
    await asyncio.sleep(1.1)
    other = await id_of(world, "kim")
    assert other != kim.id
    assert await world.code("GET", "/api/me", headers=old) == (401, "TOKEN_REVOKED"), "not even for its new owner"
    assert await id_of(world, "kim-2") == kim.id
    assert not await world.differences()


async def test_of_many_who_want_one_id_at_once_one_gets_it(world: World) -> None:
    for n in range(6):
        await world.player(f"p{n}")
    headers, star = await world.token("main", "host"), await world.token("star")
    answers = await asyncio.gather(
        *(
            world.client.post(f"/api/players/p{n}/rename", json={"new_external_id": "star"}, headers=headers)
            for n in range(6)
        ),
        *(world.client.get("/api/me", headers=star) for _ in range(3)),
    )
    codes = [answer.status_code for answer in answers[:6]]
    assert codes.count(200) <= 1
    assert set(codes) <= {200, 409}
    forget(world)
    assert await id_of(world, "star")
    assert await world.rows("SELECT COUNT(*) FROM user_profiles WHERE external_id = 'star'") == [(1,)]
    assert not await world.differences()


async def test_support_renames_with_a_reason_and_the_log_holds_no_name(world: World) -> None:
    kim = await world.player("kim-secret-name")
    desk = await desk_of(world, "sue@example.com", "support")
    await desk.ok("POST", f"/players/{kim.id}/rename", {"new_external_id": "new-secret-name"})
    audit = await newest_audit(world)
    assert (audit["action"], audit["target"], audit["actor"]) == (
        "PLAYER_RENAMED", f"player:{kim.id}", "staff:sue@example.com",
    )  # fmt: skip
    assert "secret-name" not in str(audit)
    ops = await desk_of(world, "ops@example.com", "ops")
    assert (await ops.send("POST", f"/players/{kim.id}/rename", {"new_external_id": "x"})).status_code == 403
