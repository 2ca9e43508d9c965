"""Who guesses waits, and nobody else: by address and login, by address, and in the queue of an address."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.core.errors import AppError
from app.core.security import HASHES_WAITING, HASHES_WAITING_OF_ONE, Passwords
from app.core.sign_in_delays import LONGEST, REMEMBERED, SignInDelays, delay_after, guesser
from tests.identity.door import PASSWORD, QUICK, STAFF_TOKEN, Door, code_of

NOW = datetime(2031, 5, 5, tzinfo=UTC)
STRANGER, OFFICE = "203.0.113.9", "198.51.100.7"


async def knock(door: Door, address: str, login: str, password: str = PASSWORD) -> httpx.Response:
    """One try from an address."""
    assert door.world.app is not None
    transport = httpx.ASGITransport(app=door.world.app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.post(STAFF_TOKEN, json={"email": login, "password": password})


async def test_a_guesser_waits_longer_and_longer_and_the_right_person_gets_in(door: Door) -> None:
    await door.add_staff("ops", "ops")
    for wait in (None, None, 1, 2, 4, 8):
        assert code_of(await knock(door, STRANGER, "ops", "wrong")) == "INVALID_CREDENTIALS"
        held = await knock(door, STRANGER, "ops") if wait else None
        if held is not None and wait:
            assert code_of(held) == "RATE_LIMITED", "even the right password waits, so that it tells nothing"
            assert wait <= int(held.headers["retry-after"]) <= wait + 1
            door.wall.advance(seconds=wait)
        assert code_of(await knock(door, OFFICE, "ops")) == "OK"
    assert code_of(await knock(door, STRANGER, "ops")) == "OK"
    assert code_of(await knock(door, STRANGER, "ops", "wrong")) == "INVALID_CREDENTIALS", "and begins anew"


@pytest.mark.parametrize("login", ["ops", "nobody", "no-password"])
async def test_whether_a_login_exists_shows_in_no_wait(sqlite_door: Door, login: str) -> None:
    await sqlite_door.add_staff("ops", "ops")
    await sqlite_door.add_staff("no-password", "ops", password=None)
    codes = [code_of(await knock(sqlite_door, STRANGER, login, "wrong")) for _ in range(5)]
    assert codes == ["INVALID_CREDENTIALS"] * 3 + ["RATE_LIMITED"] * 2


async def test_wrong_tries_are_audited_with_their_address_and_change_nothing(door: Door) -> None:
    await door.add_staff("ops", "ops")
    await knock(door, STRANGER, "ops", "wrong")
    await knock(door, STRANGER, "nobody", "wrong")
    rows = await door.world.rows("SELECT actor, action, reason FROM admin_audit_log WHERE actor <> 'system:seed'")
    assert rows == [("staff:ops", "STAFF_SIGN_IN_REFUSED", f"sign-in by password from {STRANGER}")]


async def test_forty_guessers_of_one_address_leave_room_for_the_next(sqlite_door: Door) -> None:
    await sqlite_door.add_staff("ops", "ops")
    guesses = [knock(sqlite_door, STRANGER, f"login-{n}", "wrong") for n in range(40)]
    *guessed, right = await asyncio.gather(*guesses, knock(sqlite_door, OFFICE, "ops"))
    assert code_of(right) == "OK"
    assert {code_of(answer) for answer in guessed} == {"INVALID_CREDENTIALS", "RATE_LIMITED"}


async def test_the_queue_of_an_address_is_small_and_that_of_all_has_an_end() -> None:
    passwords, stored = Passwords(), QUICK.hash("y")
    one = await asyncio.gather(*(passwords.verify("x", stored, address="a") for _ in range(9)), return_exceptions=True)
    assert one.count(False) == HASHES_WAITING_OF_ONE
    assert {str(answer) for answer in one} == {"False", "RATE_LIMITED"}
    many = [passwords.verify("x", stored, address=str(n)) for n in range(HASHES_WAITING + 5)]
    answers = await asyncio.gather(*many, return_exceptions=True)
    assert answers.count(False) == HASHES_WAITING
    assert {str(answer) for answer in answers} == {"False", "BUSY"}
    assert await passwords.verify("y", stored, address="a"), "who has left is not remembered"


def test_an_address_that_tries_many_logins_waits_as_well() -> None:
    delays = SignInDelays()
    for number in range(20):
        delays.require_turn(STRANGER, f"login-{number}", NOW)
        delays.note_failure(STRANGER, f"login-{number}", NOW)
    with pytest.raises(AppError, match="RATE_LIMITED"):
        delays.require_turn(STRANGER, "another", NOW)
    delays.require_turn(OFFICE, "another", NOW)


def test_the_wait_has_a_longest_and_what_is_old_is_forgotten() -> None:
    assert [delay_after(count, 3).total_seconds() for count in (1, 2, 3, 4, 5)] == [0, 0, 1, 2, 4]
    assert delay_after(10**6, 3) == LONGEST
    delays = SignInDelays()
    for _ in range(30):
        delays.note_failure(STRANGER, "ops", NOW)
    later = NOW + timedelta(hours=25)
    delays.note_failure(STRANGER, "ops", later)
    delays.require_turn(STRANGER, "ops", later)


def test_the_memory_is_bounded() -> None:
    delays = SignInDelays()
    for number in range(REMEMBERED):
        delays.note_failure(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "ops", NOW)
    assert len(delays._known) == REMEMBERED


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("not an address", "not an address", True),
    ],
)
def test_the_network_of_a_home_is_one_guesser(one: str, other: str, is_same: bool) -> None:
    assert (guesser(one) == guesser(other)) is is_same
