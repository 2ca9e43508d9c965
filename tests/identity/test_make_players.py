"""A host makes its players before they come; each is one, however often and from wherever they are named."""

import asyncio
from typing import Any

from tests.admin.desk import desk_of
from tests.world import World

PLAYERS = "/api/players"


async def make(world: World, body: Any, host: str = "main") -> Any:
    return await world.ok("POST", PLAYERS, json=body, headers=await world.token(host, "host"))


async def test_a_gift_to_somebody_who_never_came_needs_them_made(world: World) -> None:
    admin = await desk_of(world, "kim@example.com", "admin")
    gift = {"external_id": "sora", "token_type": "DICE_TOKEN", "amount": 3}
    refused = await admin.send("POST", "/wallets/grant", gift)
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "USER_NOT_FOUND")
    assert "처음 로그인" in refused.json()["detail"] and "호스트가 미리 등록" in refused.json()["detail"]
    made = await make(world, {"external_id": "sora", "nickname": "소라"})
    [line] = made["results"]
    assert (made["made"], line["status"], line["external_id"]) == (1, "made", "sora")
    given = await admin.ok("POST", "/wallets/grant", gift)
    assert (given["user_id"], given["state"]) == (line["user_id"], "GRANTED")
    me = await world.ok("GET", "/api/me", headers=await world.token("sora"))
    assert (me["user"]["id"], me["user"]["nickname"]) == (line["user_id"], "소라"), "they find it when they come"
    assert not await world.differences()


async def test_a_thousand_are_made_at_once_and_again_nobody_twice(world: World) -> None:
    players = [{"external_id": f"user-{n:04}", "nickname": f"닉네임 {n}"} for n in range(1_000)]
    first = await make(world, {"players": players})
    assert (first["made"], first["known"], first["rejected"]) == (1_000, 0, 0)
    again = await make(world, {"players": players})
    assert (again["made"], again["known"]) == (0, 1_000)
    assert [one["user_id"] for one in again["results"]] == [one["user_id"] for one in first["results"]]
    assert [one["external_id"] for one in again["results"]] == [one["external_id"] for one in players]
    assert (await world.rows("SELECT COUNT(*) FROM user_profiles"))[0][0] == 1_000


async def test_each_has_its_own_result_and_one_that_is_wrong_stops_no_other(world: World) -> None:
    await make(world, {"external_id": "kim", "nickname": "Kim"})
    players = [
        {"external_id": "lee"}, {"external_id": " spaced "}, {"external_id": "lee"}, {"nickname": "nobody"}, "text",
        {"external_id": "kim", "nickname": "Another"}, {"external_id": "han", "age": 7}, {"external_id": "x" * 101},
    ]  # fmt: skip
    answer = await make(world, {"players": players})
    expected = ["made", "rejected", "known", "rejected", "rejected", "known", "rejected", "rejected"]
    assert [one["status"] for one in answer["results"]] == expected
    assert (answer["made"], answer["known"], answer["rejected"]) == (1, 2, 5)
    wrong = answer["results"][1]
    assert (wrong["code"], wrong["details"][0]["field"]) == ("VALIDATION_ERROR", "external_id")
    names = await world.rows("SELECT external_id, nickname FROM user_profiles ORDER BY id")
    assert names == [("kim", "Kim"), ("lee", None)], "who is known keeps their nickname"


async def test_players_who_are_made_from_everywhere_at_once_are_made_once(world: World) -> None:
    players = {"players": [{"external_id": f"p-{n}"} for n in range(20)]}
    headers = await world.token("main", "host")
    calls = [world.ok("POST", PLAYERS, json=players, headers=headers) for _ in range(6)]
    visits = [world.ok("GET", "/api/me", headers=await world.token(f"p-{n}")) for n in range(0, 20, 4)]
    answers = await asyncio.gather(*calls, *visits)
    assert len({tuple(one["user_id"] for one in answer["results"]) for answer in answers[:6]}) == 1
    assert (await world.rows("SELECT COUNT(*) FROM user_profiles"))[0][0] == 20


async def test_a_body_that_is_no_list_of_players_is_refused(sqlite_world: World) -> None:
    headers = await sqlite_world.token("main", "host")
    for body in (
        {"players": []},
        {"players": [{"external_id": "a"}] * 1_001},
        {"players": {}},
        {"players": [], "x": 1},
        [],
    ):
        assert await sqlite_world.code("POST", PLAYERS, json=body, headers=headers) == (422, "VALIDATION_ERROR")
    assert (await sqlite_world.rows("SELECT COUNT(*) FROM user_profiles"))[0][0] == 0
