"""What no client of good will would send, to every route: a 4xx with a code, never a 5xx, and nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from random import Random
from typing import Any, TypeVar

import httpx
import pytest

from app.core.errors import ERRORS
from tests.hostile.callers import Operation, bearers, operations
from tests.world import World, key

T = TypeVar("T")
Try = Callable[[World, int | None], Awaitable[None]]
# a call of many has a result for each: what is wrong with one is said there
EACH_FOR_ITSELF = ("/api/events", "/api/players")
RAW: dict[str, bytes] = {
    "no JSON": b"{",
    "a list": b"[]",
    "null": b"null",
    "bad UTF-8": b'{"reason": "\xff\xfe"}',
    "half a surrogate": b'{"reason": "\\ud800"}',
    "UTF-16": '{"reason": "a test"}'.encode("utf-16"),
    "NaN": b'{"reason": NaN}',
    "infinity": b'{"reason": 1e400}',
    "a number of 5,000 digits": b'{"reason": ' + b"9" * 5_000 + b"}",
    "10,000 deep": b'{"reason":' * 5_000 + b"[" * 5_000,
    "10,000 deep and closed": b"[" * 10_000 + b"]" * 10_000,
    "a field twice": b'{"reason": "a test asks for it", "reason": "another one entirely"}',
    "an unknown field": b'{"reason": "a test asks for it", "is_admin": true}',
}
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**31, 2**63, -(2**63) - 1, 10**400, 1.5, 1e308, "", " ", "x" * 60_000, "a\x00b", "\u202e\ud55c",
    "2025-13-45", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59+14:00", "'; DROP TABLE wallets;--", "{{7*7}}", "../../x",
    [], {}, [[]], ["x"] * 2_000, {"x": {"y": None}}, [None], "💥" * 3_000,
)  # fmt: skip
PATHS = ("0", "-1", str(2**63), "9" * 400, "%00", "%ff", "%F0%9F%92%A5", "x" * 3_000, "..%2f..%2fetc", "%27--", "1e3")
SEED = 20_251_210
MAX_OF_A_ROUTE = 3  # of everything, by default; the slow tests try it all


def refusal_of(response: httpx.Response, sent: str) -> str | None:
    """The code of a sound refusal, None for a success; anything else fails."""
    if response.is_success or response.is_redirect:
        return None
    assert response.status_code < 500, f"{sent}: {response.status_code} {response.text[:400]}"
    assert response.headers["content-type"] == "application/problem+json", f"{sent}: {response.text[:400]}"
    code: str = response.json()["error"]["code"]
    assert code in ERRORS, sent
    return code


async def send(world: World, one: Operation, bearer: dict[str, str], **request: Any) -> httpx.Response:
    headers = bearer | key() | {"If-Match": "*", "Content-Type": "application/json"}
    address = request.pop("address", one.address)
    return await world.client.request(one.method, address, headers=headers, **request)


def hostile_bodies(one: Operation) -> Iterator[tuple[str, bytes]]:
    """The sound body with one field replaced, for each field and value."""
    for name in one.fields:
        for value in VALUES:
            yield f"{name}={str(value)[:40]!r}", json.dumps(one.sound_body | {name: value}).encode()


def some(found: Iterable[T], dice: Random, most: int | None) -> list[T]:
    """So many of them, always the same; all when `most` is None."""
    every = list(found)
    return every if most is None else dice.sample(every, min(most, len(every)))


async def try_bodies(world: World, most: int | None) -> None:
    who, dice = await bearers(world), Random(SEED)
    assert world.app is not None
    for one in operations(world.app.openapi()):
        if not one.has_body:
            continue
        for what, raw in some(RAW.items(), dice, most):
            response = await send(world, one, who[one.bearer], content=raw)
            code = refusal_of(response, f"{one.name}: {what}")
            assert code is not None or one.path in EACH_FOR_ITSELF, f"{one.name} took {what}"
    assert not await world.differences()


async def try_addresses(world: World, most: int | None) -> None:
    who, dice = await bearers(world), Random(SEED)
    assert world.app is not None
    for one in operations(world.app.openapi()):
        if "{" not in one.path or one.method == "DELETE":
            continue
        start, end = one.path.find("{"), one.path.find("}")
        for hostile in some(PATHS, dice, most):
            address = (one.path[:start] + hostile + one.path[end + 1 :]).format(**_others(one.path[end + 1 :]))
            body = one.sound_body if one.has_body else None
            response = await send(world, one, who[one.bearer], json=body, address=address)
            refusal_of(response, f"{one.method} {address[:80]}")


def _others(rest: str) -> dict[str, str]:
    from tests.routes.what_to_send import PATH_VALUES  # noqa: PLC0415 – only the names that are left

    return {name: value for name, value in PATH_VALUES.items() if "{" + name + "}" in rest}


async def try_fields(world: World, most: int | None) -> None:
    who, dice = await bearers(world), Random(SEED)
    assert world.app is not None
    for one in operations(world.app.openapi()):
        for what, raw in some(hostile_bodies(one), dice, most):
            refusal_of(await send(world, one, who[one.bearer], content=raw), f"{one.name}: {what}")
    assert not await world.differences()


TRIES = (try_bodies, try_addresses, try_fields)


@pytest.mark.parametrize("attempt", TRIES)
async def test_no_route_fails_on_some_of_what_is_hostile(sqlite_world: World, attempt: Try) -> None:
    await attempt(sqlite_world, MAX_OF_A_ROUTE)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("attempt", TRIES)
async def test_no_route_fails_on_anything_that_is_hostile(world: World, attempt: Try) -> None:
    await attempt(world, None)
