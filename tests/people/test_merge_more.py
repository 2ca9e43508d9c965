"""What goes over beside value: premium, bridge keys, teams, bans; and what must not go on without the other."""

from datetime import datetime

from app.core.time_utils import KST
from app.domain.privacy import is_pseudonym
from app.flows.erase_player import erase_player
from app.flows.export_player import export_player
from app.services.audit_service import AdminAct
from tests.admin.desk import desk_of
from tests.events.host import event, send
from tests.goals.boards import begin, board, ranks
from tests.goals.missions import spin
from tests.people.accounts import forget, id_of, merge, players, refused, rename
from tests.planting import edit_season
from tests.world import World

ACT = AdminAct("cli:kim", "asked for it", None)


async def test_who_was_kept_off_a_board_stays_off_it(world: World) -> None:
    desk = await begin(world, board())
    old, new = await world.player("old", ROULETTE_COIN=3), await world.player("new", ROULETTE_COIN=1)
    await spin(world, old, 2)
    await spin(world, new, 1)
    await desk.ok("POST", "/leaderboards/DAILY_SPINS/marks", {"user_id": old.id, "mark": "BANNED"})
    await merge(world, "old", "new")
    forget(world)
    assert await ranks(world, new) == []
    assert not await world.differences()


async def test_bridge_keys_are_one_players_and_each_day_counts_once(world: World) -> None:
    world.clock.set(datetime(2025, 12, 31, 23, 5, tzinfo=KST))
    old, new = await world.player("old"), await world.player("new")
    for person in (old, new):
        await world.ok("GET", "/api/me", headers=await world.token(person.name))
    counters = "SELECT event_key_count, event_pending_points FROM user_profiles WHERE id = :u"
    before = await world.rows(counters, u=new.id)
    answer = await merge(world, "old", "new")
    assert answer["bridge_keys"] == 0, "both have the key of this day"
    assert await world.rows(counters, u=new.id) == before
    assert await world.rows(counters, u=old.id) == [(0, 0)]
    assert not await world.differences()


async def test_a_key_that_only_the_other_had_goes_over(world: World) -> None:
    world.clock.set(datetime(2025, 12, 31, 22, 0, tzinfo=KST))
    new = await world.player("new")
    await world.player("old")
    world.clock.set(datetime(2025, 12, 31, 23, 5, tzinfo=KST))
    await world.ok("GET", "/api/me", headers=await world.token("old"))
    keys = await world.rows("SELECT COUNT(*) FROM bridge_keys")
    answer = await merge(world, "old", "new")
    assert answer["bridge_keys"] == keys[0][0]
    counters = "SELECT event_key_count FROM user_profiles WHERE id = :u"
    assert await world.rows(counters, u=new.id) == [(keys[0][0],)]
    assert not await world.differences()


async def test_erasing_and_telling_cover_every_account_and_every_id(world: World) -> None:
    await world.player("first-7zq3wx")
    await rename(world, "first-7zq3wx", "second-7zq3wx")
    new = await world.player("new-7zq3wx")
    await send(world, event(1, "note.taken", "first-7zq3wx", note="wrote-7zq3wx"))
    await merge(world, "second-7zq3wx", "new-7zq3wx")
    await rename(world, "new-7zq3wx", "last-7zq3wx")
    told = await export_player(world.house, ACT, new.id)
    assert told["tables"]["host_events"][0]["data"] == {"note": "wrote-7zq3wx"}
    assert {row["external_id"] for row in told["tables"]["player_aliases"]} == {
        "first-7zq3wx",
        "second-7zq3wx",
        "new-7zq3wx",
    }
    await erase_player(world.house, ACT, new.id, tokens_now=world.clock.now())
    for table in ("user_profiles", "player_aliases", "host_events", "admin_audit_log", "idempotency_keys"):
        assert "7zq3wx" not in str(await world.rows(f"SELECT * FROM {table}")), table
    [(name,)] = await world.rows("SELECT external_id FROM user_profiles WHERE id = :u", u=new.id)
    assert is_pseudonym(name)
    assert await refused(world, "merge", "last-7zq3wx", into="new-7zq3wx") == (404, "USER_NOT_FOUND")
    desk = await desk_of(world, "kim@example.com", "admin")
    body = {"new_external_id": "again"}
    assert await desk.refused("POST", f"/players/{new.id}/rename", body) == (409, "PLAYER_ERASED")
    assert not await world.differences()


async def test_premium_of_either_is_the_players_and_pays_each_level_once(world: World) -> None:
    desk = await desk_of(world, "kim@example.com", "admin")
    old, new = await world.player("old"), await world.player("new")
    await world.sql(
        "INSERT INTO season_level_rewards (season_id, level, track, item_no, reward_type, reward_amount,"
        " needs_approval) VALUES (:s, 1, 'PREMIUM', 1, 'POINT', 11, 0)", s=world.season_id,
    )  # fmt: skip
    await edit_season(world, "UPDATE seasons SET version = version + 1")
    body = {"user_id": old.id, "track": "PREMIUM"}
    for person in (old, new):
        await world.ok("POST", "/api/season-pass/stamp", headers=person.headers)
    await desk.ok("POST", f"/seasons/{world.season_id}/premium/grant", body, keyed=True)
    paid = "SELECT COUNT(*) FROM reward_log WHERE reward_type = 'POINT' AND amount = 11"
    assert await world.rows(paid) == [(1,)]
    await merge(world, "old", "new")
    assert await world.rows(paid) == [(1,)], "level 1 of it was paid to the other account"
    owned = "SELECT COUNT(*) FROM season_passes WHERE user_id = :u AND revoked_at IS NULL"
    assert await world.rows(owned, u=new.id) == [(1,)]
    assert not await world.differences()


async def test_a_sign_in_of_the_old_account_ends_and_the_host_signs_the_player_in(world: World) -> None:
    await world.player("new")
    host = await world.token("main", "host")
    held = await world.ok("POST", "/api/auth/token", json={"external_id": "old"}, headers=host)
    await merge(world, "old", "new")
    refresh = {"refresh_token": held["refresh_token"]}
    assert await world.code("POST", "/api/auth/token", json=refresh) == (401, "TOKEN_REVOKED")
    again = await world.ok("POST", "/api/auth/token", json={"external_id": "old"}, headers=host)
    forget(world)
    assert again["user"]["external_id"] == "new"
    assert again["user"]["id"] == await id_of(world, "new")
    assert await players(world) == 2
