"""Refreshing: one live token in a family, whoever asks how often and in which order."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.services import Services
from tests.identity.door import WALL, Door, at_once, code_of

LIVE = "SELECT family_id, COUNT(*) FROM refresh_tokens WHERE used_at IS NULL AND revoked_at IS NULL GROUP BY family_id"


async def live_tokens(door: Door) -> list[int]:
    """How many live tokens each family has."""
    return [count for _, count in await door.world.rows(LIVE)]


async def test_a_refresh_gives_new_tokens_of_the_same_sign_in(door: Door) -> None:
    first = await door.sign_in("kim", "하늘")
    door.wall.advance(minutes=14)
    second = await door.refreshed(first["refresh_token"])
    assert second["user"] == first["user"]
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert await door.me(second["access_token"]) == "OK"
    assert await door.me(first["access_token"]) == "OK"
    assert await live_tokens(door) == [1]


async def test_a_chain_of_refreshes_goes_on(door: Door) -> None:
    token = (await door.sign_in("kim"))["refresh_token"]
    for _ in range(5):
        door.wall.advance(days=3)
        token = (await door.refreshed(token))["refresh_token"]
    assert await live_tokens(door) == [1]


async def test_parallel_refreshes_all_go_on_with_one_successor(door: Door) -> None:
    token = (await door.sign_in("kim"))["refresh_token"]
    answers = await at_once(20, lambda: door.refreshed(token))
    assert len({answer["refresh_token"] for answer in answers}) == 1
    assert await live_tokens(door) == [1]
    door.wall.advance(minutes=14)
    assert (await door.refresh(answers[0]["refresh_token"])).status_code == 200


async def test_a_lost_answer_can_be_asked_for_again_for_ten_seconds(door: Door) -> None:
    token = (await door.sign_in("kim"))["refresh_token"]
    lost = await door.refreshed(token)
    door.wall.advance(seconds=10)
    again = await door.refreshed(token)
    assert again["refresh_token"] == lost["refresh_token"]
    assert await door.me(again["access_token"]) == "OK"


async def test_a_second_use_after_the_grace_ends_the_sign_in(door: Door) -> None:
    first = await door.sign_in("kim")
    second = await door.refreshed(first["refresh_token"])
    door.wall.advance(seconds=10, microseconds=1)
    assert code_of(await door.refresh(first["refresh_token"])) == "TOKEN_REVOKED"
    assert code_of(await door.refresh(second["refresh_token"])) == "TOKEN_REVOKED"
    assert await door.me(second["access_token"]) == "TOKEN_REVOKED"
    assert await door.me(first["access_token"]) == "TOKEN_REVOKED"
    assert await live_tokens(door) == []
    events = await door.world.rows("SELECT event_type, facts FROM user_event_log ORDER BY id")
    assert [(event, json.loads(facts)) for event, facts in events][1:] == [
        ("AUTH_LOGOUT", {"why": "REFRESH_TOKEN_REUSED"})
    ]


async def test_a_thief_within_the_grace_gets_no_line_of_his_own(door: Door) -> None:
    token = (await door.sign_in("kim"))["refresh_token"]
    victims = await door.refreshed(token)
    thiefs = await door.refreshed(token)
    door.wall.advance(minutes=10)
    assert (await door.refresh(thiefs["refresh_token"])).status_code == 200
    door.wall.advance(minutes=10)
    assert code_of(await door.refresh(victims["refresh_token"])) == "TOKEN_REVOKED"


async def test_the_grace_is_over_once_the_successor_was_used(door: Door) -> None:
    first = await door.sign_in("kim")
    second = await door.refreshed(first["refresh_token"])
    third = await door.refreshed(second["refresh_token"])
    assert code_of(await door.refresh(first["refresh_token"])) == "TOKEN_REVOKED"
    assert await door.me(third["access_token"]) == "TOKEN_REVOKED"


async def test_a_reuse_ends_this_sign_in_and_no_other(door: Door) -> None:
    stolen, other = await door.sign_in("kim"), await door.sign_in("kim")
    await door.refreshed(stolen["refresh_token"])
    door.wall.advance(seconds=11)
    await door.refresh(stolen["refresh_token"])
    assert await door.me(other["access_token"]) == "OK"
    assert (await door.refresh(other["refresh_token"])).status_code == 200


async def test_parallel_reuses_are_all_refused(door: Door) -> None:
    token = (await door.sign_in("kim"))["refresh_token"]
    await door.refreshed(token)
    door.wall.advance(seconds=11)
    codes = {code_of(response) for response in await at_once(20, lambda: door.refresh(token))}
    assert codes == {"TOKEN_REVOKED"}
    assert len(await door.world.rows("SELECT * FROM revoked_sessions")) == 1


async def test_a_refresh_that_races_a_logout_leaves_nothing_alive(door: Door) -> None:
    for number in range(5):
        signed_in = await door.sign_in(f"kim-{number}")
        headers = {"Authorization": f"Bearer {signed_in['access_token']}"}

        async def knock(turn: list[int], signed_in: dict[str, Any] = signed_in, headers: Any = headers) -> Any:
            turn.append(1)
            if len(turn) % 2:
                return await door.refresh(signed_in["refresh_token"])
            return await door.world.client.post("/api/auth/logout", headers=headers)

        turn: list[int] = []
        answers = await at_once(6, lambda turn=turn, knock=knock: knock(turn))
        assert 204 in {answer.status_code for answer in answers}
        for answer in answers:
            if answer.status_code == 200:
                assert await door.me(answer.json()["access_token"]) == "TOKEN_REVOKED"
                assert code_of(await door.refresh(answer.json()["refresh_token"])) == "TOKEN_REVOKED"
    assert await live_tokens(door) == []


async def test_a_token_we_never_gave_is_invalid(door: Door) -> None:
    assert code_of(await door.refresh("never-seen")) == "TOKEN_INVALID"
    access = (await door.sign_in("kim"))["access_token"]
    assert (await door.refresh(access)).status_code in (401, 422)


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (timedelta(days=7, microseconds=-1), "OK"),
        (timedelta(days=7), "TOKEN_EXPIRED"),
    ],
)
async def test_an_unused_token_ends_after_seven_days(sqlite_door: Door, after: timedelta, code: str) -> None:
    token = (await sqlite_door.sign_in("kim"))["refresh_token"]
    sqlite_door.wall.advance(seconds=after.total_seconds())
    assert code_of(await sqlite_door.refresh(token)) == code


async def test_a_family_ends_thirty_days_after_the_sign_in_however_often_it_was_refreshed(sqlite_door: Door) -> None:
    token = (await sqlite_door.sign_in("kim"))["refresh_token"]
    for _ in range(5):
        sqlite_door.wall.advance(days=5, hours=23)
        token = (await sqlite_door.refreshed(token))["refresh_token"]
    ends = await sqlite_door.world.rows("SELECT MAX(expires_at), MAX(family_expires_at) FROM refresh_tokens")
    assert ends[0][0] == ends[0][1]
    sqlite_door.wall.set(WALL + timedelta(days=30))
    assert code_of(await sqlite_door.refresh(token)) == "TOKEN_EXPIRED"


async def test_a_blocked_player_cannot_refresh_until_they_are_let_in_again(door: Door) -> None:
    token = (await door.sign_in("kim"))["refresh_token"]
    await door.world.sql("UPDATE user_profiles SET is_blocked = 1")
    assert code_of(await door.refresh(token)) == "USER_BLOCKED"
    await door.world.sql("UPDATE user_profiles SET is_blocked = 0")
    assert (await door.refresh(token)).status_code == 200


async def test_sign_out_everywhere_ends_access_and_refresh_tokens_made_before_and_none_made_after(door: Door) -> None:
    before = await door.sign_in("kim")
    door.wall.advance(microseconds=200)
    await sign_out_everywhere(door, before["user"]["id"], door.wall.now())
    assert await door.me(before["access_token"]) == "TOKEN_REVOKED"
    assert code_of(await door.refresh(before["refresh_token"])) == "TOKEN_REVOKED"
    after = await door.sign_in("kim")  # within the same second
    assert await door.me(after["access_token"]) == "OK"
    assert (await door.refresh(after["refresh_token"])).status_code == 200


async def sign_out_everywhere(door: Door, user_id: int, at: datetime) -> None:
    async def work(keepers: Services) -> None:
        await keepers.player.change(user_id, tokens_valid_from=at)

    await door.house.write(work)


async def test_the_refresh_of_a_host_that_was_switched_off_is_refused(door: Door) -> None:
    token = (await door.sign_in("kim"))["refresh_token"]
    await door.house.write(lambda k: k.identity.change_host("main", is_active=False))
    assert code_of(await door.refresh(token)) == "HOST_DISABLED"
    await door.house.write(lambda k: k.identity.change_host("main", is_active=True))
    assert code_of(await door.refresh(token)) == "OK", "it was not spent"
