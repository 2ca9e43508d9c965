"""Two accounts become one: everything goes over once, and what a person may have once was had once."""

import asyncio
from datetime import timedelta
from typing import Any

from tests.admin.desk import Desk, desk_of
from tests.events.host import coins, event, rule, send
from tests.goals.boards import begin as begin_boards
from tests.goals.boards import board, ranks
from tests.goals.missions import BLANKS, mission, spin, stands
from tests.people.accounts import balance, forget, id_of, merge, players, refused
from tests.rewards.promotions import campaign, redeem
from tests.world import Person, World, key

STAMP = "/api/season-pass/stamp"


async def admin_of(world: World) -> Desk:
    return await desk_of(world, "kim@example.com", "admin")


async def progress(world: World, person: Person) -> tuple[int, int, int]:
    rows = await world.rows(
        "SELECT current_level, current_xp, total_stamps FROM season_progress WHERE user_id = :u", u=person.id
    )
    return tuple(rows[0])  # type: ignore[return-value]


async def test_value_moves_by_entries_and_the_old_account_is_closed_for_ever(world: World) -> None:
    old, new = await world.player("old", POINT=300, ROULETTE_COIN=4), await world.player("new", POINT=50)
    ledger = "SELECT COUNT(*) FROM wallet_ledger WHERE user_id = :u"
    before = await world.rows(ledger, u=old.id)
    preview = await merge(world, "old", "new", preview=True)
    assert preview["moved"] == {"POINT": 300, "ROULETTE_COIN": 4}
    assert (await balance(world, old), await balance(world, new)) == (300, 50), "a preview changes nothing"
    answer = await merge(world, "old", "new")
    assert (answer["user_id"], answer["source_external_id"], answer["moved"]) == (new.id, "old", preview["moved"])
    assert (await balance(world, old), await balance(world, new)) == (0, 350)
    assert await world.rows(ledger, u=old.id) == [(before[0][0] + 2,)], "what was written stays"
    again = await merge(world, "old", "new")
    assert (again["is_changed"], await balance(world, new)) == (False, 350)
    forget(world)
    assert await id_of(world, "old") == new.id, "the old id names the player"
    desk = await admin_of(world)
    body = {"user_id": old.id, "token_type": "POINT", "amount": 5}
    assert await desk.refused("POST", "/wallets/grant", body, keyed=True) == (409, "PLAYER_MERGED")
    assert await desk.refused("POST", f"/players/{old.id}/unblock", version="*") == (409, "PLAYER_MERGED")
    assert (await desk.get(f"/players/{old.id}"))["merged_into"] == new.id
    assert await players(world) == 2
    assert not await world.differences()


async def test_a_process_that_knew_the_old_account_says_so_and_finds_the_player_again(world: World) -> None:
    old, new = await world.player("old", ROULETTE_COIN=2), await world.player("new")
    await world.configure("roulette", BLANKS)
    played = await world.ok("POST", "/api/roulette/play", headers=old.headers | {"Idempotency-Key": "retry-me"})
    await merge(world, "old", "new")
    play = {"headers": old.headers | {"Idempotency-Key": "retry-me"}}
    assert await world.code("POST", "/api/roulette/play", **play) == (409, "PLAYER_MERGED")
    forget(world)
    again = await world.client.post("/api/roulette/play", **play)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (played, "true"), "a retry plays nothing twice"
    await spin(world, Person(new.id, "old", old.headers))
    assert await balance(world, new, "ROULETTE_COIN") == 0
    refresh = await world.rows("SELECT COUNT(*) FROM game_plays WHERE user_id = :u", u=new.id)
    assert refresh == [(1,)]
    assert not await world.differences()


async def test_stamps_of_one_day_and_levels_count_once(world: World) -> None:
    old, new = await world.player("old"), await world.player("new")
    for person in (old, new):
        await world.ok("POST", STAMP, headers=person.headers)
    world.clock.advance(days=1)
    old = Person(old.id, "old", await world.token("old"))
    await world.ok("POST", STAMP, headers=old.headers)
    assert await progress(world, old) == (1, 40, 2)
    assert await progress(world, new) == (1, 20, 1)
    given = await balance(world, new, "ROULETTE_COIN")
    answer = await merge(world, "old", "new")
    assert await progress(world, new) == (1, 40, 2), "the day that both stamped counts once"
    assert answer["seasons"][0]["xp_counted_once"] == 20
    assert await balance(world, new, "ROULETTE_COIN") == given, "level 1 was paid to both: one of them is taken back"
    forget(world)
    headers = await world.token("new")
    assert await world.code("POST", STAMP, headers=headers) == (400, "ALREADY_STAMPED_TODAY")
    world.clock.advance(days=1)
    await world.ok("POST", STAMP, headers=await world.token("old"))
    assert await progress(world, new) == (2, 60, 3)
    assert not await world.differences()


async def test_levels_that_neither_reached_alone_are_paid_once(world: World) -> None:
    old, new = await world.player("old"), await world.player("new")
    await world.ok("POST", STAMP, headers=old.headers)
    world.clock.advance(days=1)
    for _ in range(2):
        await world.ok("POST", STAMP, headers=await world.token("new"))
        world.clock.advance(days=1)
    assert await progress(world, new) == (1, 40, 2)
    answer = await merge(world, "old", "new")
    assert await progress(world, new) == (2, 60, 3)
    assert (answer["seasons"][0]["level_before"], answer["seasons"][0]["level_after"]) == (1, 2)
    paid = await world.rows("SELECT operation_id FROM reward_log WHERE user_id = :u ORDER BY id", u=new.id)
    assert [row[0] for row in paid if row[0].endswith(":FREE:2")] == [f"SEASON:{world.season_id}:{new.id}:FREE:2"]
    assert not await world.differences()


async def test_a_promo_code_is_had_once_before_and_after(world: World) -> None:
    desk = await admin_of(world)
    await desk.ok("POST", "/promotions", campaign())
    one, two, three, four = [await world.player(name) for name in ("one", "two", "three", "four")]
    for person in (one, two, three):
        assert (await redeem(world, person)).is_success
    answer = await merge(world, "one", "two")
    assert (answer["taken_back"], await balance(world, two)) == ({"POINT": 100}, 100), "both had it: once counts"
    await merge(world, "three", "four")
    forget(world)
    for name in ("two", "four", "three"):
        again = Person(0, name, await world.token(name))
        assert (await redeem(world, again)).json()["error"]["code"] == "CODE_ALREADY_USED", name
    assert await balance(world, four) == 100
    shown = await world.ok("GET", "/api/promotions/RUSH", headers=await world.token("four"))
    assert shown["is_claimed"]
    assert not await world.differences()


async def test_what_was_spent_already_is_not_taken_from_what_the_other_has(world: World) -> None:
    desk = await admin_of(world)
    await desk.ok("POST", "/promotions", campaign())
    one, two = await world.player("one"), await world.player("two")
    for person in (one, two):
        await redeem(world, person)
    await desk.ok("POST", "/wallets/revoke", {"user_id": one.id, "token_type": "POINT", "amount": 60}, keyed=True)
    answer = await merge(world, "one", "two")
    assert (answer["taken_back"], answer["rewards_spent_already"], answer["moved"]) == ({}, 1, {"POINT": 40})
    assert not await world.differences()


async def test_a_mailing_is_claimed_once_and_what_waits_goes_over(world: World) -> None:
    desk = await admin_of(world)
    old, new = await world.player("old"), await world.player("new")
    expires = (world.clock.now() + timedelta(days=7)).isoformat()

    async def send_to(*people: Person) -> None:
        rewards = [{"reward_type": "POINT", "reward_amount": 30}]
        body = {"title_ko": "사과", "title_en": "Sorry", "rewards": rewards, "expires_at": expires}
        await desk.ok("POST", "/inbox", body | {"user_ids": [person.id for person in people]}, keyed=True)

    await send_to(old, new)
    await world.ok("POST", "/api/inbox/claim-all", headers=old.headers)
    await send_to(old)
    await send_to(old, new)
    await merge(world, "old", "new")
    forget(world)
    headers = await world.token("new")
    assert len(await world.ok("POST", "/api/inbox/claim-all", headers=headers)) == 2
    assert await balance(world, new) == 90
    assert not await world.differences()


async def test_missions_scores_and_rules_count_once(world: World) -> None:
    desk = await begin_boards(world, board())
    await desk.ok("POST", "/missions", mission())
    await desk.ok("POST", "/missions", mission("LONG", target=5, period="SEASON"))
    await rule(world, "WELCOME", coins(3), once_per=[])
    old, new = await world.player("old", ROULETTE_COIN=9), await world.player("new", ROULETTE_COIN=9)
    await spin(world, old, 3)
    await spin(world, new, 2)
    await send(world, event(1, "t", "old"), event(4, "t", "new"))
    assert await stands(world, old, "SPINS") == (2, 1, 1, "DONE")
    answer = await merge(world, "old", "new")
    assert answer["rewards_given_twice"] == 2, "today's mission and the welcome were given to both"
    assert answer["taken_back"] == {"ROULETTE_COIN": 5}
    forget(world)
    assert await stands(world, new, "LONG") == (5, 1, 1, "DONE")
    assert (await stands(world, new, "SPINS"))[1:3] == (1, 1)
    assert [line[2] for line in await ranks(world, new)] == [5]
    said = await send(world, event(2, "t", "new"), event(3, "t", "old"))
    assert [result["skipped"][0]["reason"] for result in said["results"]] == ["ONCE", "ONCE"]
    assert not await world.differences()


async def test_rewards_that_wait_are_the_players_and_possessions_are_shown_and_used(world: World) -> None:
    desk = await admin_of(world)
    rewards = [
        {"reward_type": "POINT", "reward_amount": 20_000},
        {"reward_type": "ITEM", "reward_amount": 1, "code": "HAT"},
        {"reward_type": "ENTITLEMENT", "reward_amount": 7, "code": "LECTURE"},
    ]
    await desk.ok("POST", "/promotions", campaign(rewards=rewards))
    old, new = await world.player("old"), await world.player("new")
    await redeem(world, old)
    await merge(world, "old", "new")
    forget(world)
    waiting = await world.rows("SELECT id FROM reward_log WHERE state = 'APPROVAL' ORDER BY id")
    second = await desk_of(world, "lee@example.com", "admin")
    for (reward_id,) in waiting:
        await second.ok("POST", f"/rewards/{reward_id}/approve")
    reward_id = waiting[0][0]
    assert (await balance(world, new), await balance(world, old)) == (20_000, 0)
    headers = await world.token("new")
    assert (await world.ok("GET", "/api/items", headers=headers))["items"] == [{"code": "HAT", "amount": 1}]
    host = await world.token("main", "host")
    assert (await world.ok("GET", "/api/entitlements/new/LECTURE", headers=host))["redeemable"] == 1
    await world.ok("POST", "/api/entitlements/old/LECTURE/redeem", headers=host | key(), json={})
    assert not await world.differences()
    await second.ok("POST", f"/rewards/{reward_id}/reverse")
    assert await balance(world, new) == 0
    assert not await world.differences()


async def test_it_is_exact_beside_plays_claims_and_gifts_of_both(world: World) -> None:
    desk = await admin_of(world)
    await desk.ok("POST", "/promotions", campaign())
    await world.configure("roulette", BLANKS)
    old, new = await world.player("old", ROULETTE_COIN=20), await world.player("new", ROULETTE_COIN=20)

    async def act(person: Person, number: int) -> Any:
        if number % 3 == 0:
            return await redeem(world, person)
        if number % 3 == 1:
            body = {"user_id": person.id, "token_type": "POINT", "amount": 7}
            return await desk.send("POST", "/wallets/grant", body, keyed=True)
        return await world.client.post("/api/roulette/play", headers=person.headers | key())

    jobs: list[Any] = [act(person, number) for number in range(12) for person in (old, new)]
    jobs[9:9] = [merge(world, "old", "new"), merge(world, "old", "new")]
    answers = await asyncio.gather(*jobs)
    assert sum(answer["is_changed"] for answer in answers if isinstance(answer, dict)) == 1
    forget(world)
    assert (await balance(world, old), await balance(world, old, "ROULETTE_COIN")) == (0, 0)
    gifts = await world.rows("SELECT COUNT(*) FROM reward_log WHERE source = 'ADMIN' AND token_type IS NULL")
    codes = await world.rows("SELECT COUNT(*) FROM reward_log WHERE source = 'CODE' AND state = 'GRANTED'")
    spent = await world.rows("SELECT COUNT(*) FROM game_plays")
    assert codes == [(1,)], "the code was had once, whoever came first"
    assert await balance(world, new) == gifts[0][0] * 7 + 100
    assert await balance(world, new, "ROULETTE_COIN") == 40 - spent[0][0]
    assert not await world.differences()


async def test_who_may_not_be_merged(world: World) -> None:
    desk = await admin_of(world)
    one, two, three = [await world.player(name) for name in ("one", "two", "three")]
    assert await refused(world, "merge", "one", into="one") == (422, "VALIDATION_ERROR")
    assert await refused(world, "merge", "one", into="nobody") == (404, "USER_NOT_FOUND")
    await desk.ok("POST", f"/players/{two.id}/block", version="*")
    assert await refused(world, "merge", "one", into="two") == (403, "USER_BLOCKED")
    assert await refused(world, "merge", "two", into="one") == (403, "USER_BLOCKED"), "a block isn't lost by a merge"
    await desk.ok("POST", f"/players/{two.id}/unblock", version="*")
    await merge(world, "one", "two")
    support = await desk_of(world, "sue@example.com", "support")
    body = {"into_user_id": three.id}
    assert await support.refused("POST", f"/players/{one.id}/merge", body) == (409, "PLAYER_MERGED")
    assert (await support.ok("POST", f"/players/{two.id}/merge", body))["is_changed"]
    forget(world)
    for name in ("one", "two", "three"):
        assert await id_of(world, name) == three.id
    assert not await world.differences()
