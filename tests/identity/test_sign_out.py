"""Signing out ends this sign-in, at once, and no other."""

from tests.identity.door import Door, bearer, code_of

LOGOUT = "/api/auth/logout"


async def sign_out(door: Door, access_token: str) -> tuple[int, bytes]:
    response = await door.world.client.post(LOGOUT, headers=bearer(access_token))
    return response.status_code, response.content


async def test_a_logout_kills_the_access_token_and_the_refresh_token(door: Door) -> None:
    signed_in = await door.sign_in("kim")
    assert await sign_out(door, signed_in["access_token"]) == (204, b"")
    assert await door.me(signed_in["access_token"]) == "TOKEN_REVOKED"
    assert code_of(await door.refresh(signed_in["refresh_token"])) == "TOKEN_REVOKED"


async def test_it_kills_every_access_token_of_the_sign_in(door: Door) -> None:
    first = await door.sign_in("kim")
    second = await door.refreshed(first["refresh_token"])
    await sign_out(door, first["access_token"])
    assert await door.me(second["access_token"]) == "TOKEN_REVOKED"
    assert code_of(await door.refresh(second["refresh_token"])) == "TOKEN_REVOKED"


async def test_a_lost_refresh_can_not_be_asked_for_again_after_the_logout(door: Door) -> None:
    first = await door.sign_in("kim")
    second = await door.refreshed(first["refresh_token"])
    await sign_out(door, second["access_token"])
    assert code_of(await door.refresh(first["refresh_token"])) == "TOKEN_REVOKED"


async def test_other_sign_ins_of_the_player_go_on(door: Door) -> None:
    here, there = await door.sign_in("kim"), await door.sign_in("kim")
    await sign_out(door, here["access_token"])
    assert await door.me(there["access_token"]) == "OK"
    assert (await door.refresh(there["refresh_token"])).status_code == 200


async def test_a_play_with_a_token_that_was_signed_out_is_refused(door: Door) -> None:
    signed_in = await door.sign_in("kim")
    await sign_out(door, signed_in["access_token"])
    headers = bearer(signed_in["access_token"]) | {"Idempotency-Key": "k"}
    assert await door.world.code("POST", "/api/roulette/play", headers=headers) == (401, "TOKEN_REVOKED")


async def test_a_second_logout_finds_the_token_dead(door: Door) -> None:
    signed_in = await door.sign_in("kim")
    await sign_out(door, signed_in["access_token"])
    assert await door.world.code("POST", LOGOUT, headers=bearer(signed_in["access_token"])) == (401, "TOKEN_REVOKED")
    assert len(await door.world.rows("SELECT * FROM revoked_sessions")) == 1


async def test_a_blocked_player_may_leave(door: Door) -> None:
    signed_in = await door.sign_in("kim")
    await door.world.sql("UPDATE user_profiles SET is_blocked = 1")
    assert (await sign_out(door, signed_in["access_token"]))[0] == 204


async def test_ended_sign_ins_are_forgotten_once_their_tokens_have_expired_and_stay_ended(door: Door) -> None:
    ended = [await door.sign_in("kim") for _ in range(3)]
    for signed_in in ended:
        await sign_out(door, signed_in["access_token"])
    assert len(await door.world.rows("SELECT * FROM revoked_sessions")) == 3
    door.wall.advance(minutes=16)
    await sign_out(door, (await door.sign_in("kim"))["access_token"])
    assert len(await door.world.rows("SELECT * FROM revoked_sessions")) == 1
    assert code_of(await door.refresh(ended[0]["refresh_token"])) == "TOKEN_REVOKED"


async def test_as_many_sign_ins_as_one_likes_can_be_ended_at_a_time(door: Door) -> None:
    ended = [(await door.sign_in("kim"))["access_token"] for _ in range(60)]
    for token in ended:
        await sign_out(door, token)
    assert {await door.me(token) for token in ended} == {"TOKEN_REVOKED"}


async def test_a_terminals_token_ends_too(door: Door) -> None:
    headers = await door.world.token("kim")
    other = await door.world.token("kim")
    await door.world.ok("POST", LOGOUT, headers=headers)
    assert await door.world.code("GET", "/api/me", headers=headers) == (401, "TOKEN_REVOKED")
    assert await door.world.ok("GET", "/api/me", headers=other)


async def test_a_token_that_is_both_player_and_staff_ends_as_both(door: Door) -> None:
    headers = await door.world.token("kim", "player", "admin")
    token = headers["Authorization"].removeprefix("Bearer ")
    principal = await door.authenticator.principal(token)
    await door.authenticator.staff(principal)
    await door.world.ok("POST", LOGOUT, headers=headers)
    assert await door.me(token) == "TOKEN_REVOKED"
    assert await door.world.code("POST", LOGOUT, headers=headers) == (401, "TOKEN_REVOKED")


async def test_a_hosts_token_has_no_sign_in_to_end(door: Door) -> None:
    headers = await door.world.token("main", "host")
    assert await door.world.code("POST", LOGOUT, headers=headers) == (403, "SCOPE_REQUIRED")
