"""What routes ask of a request."""

from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request

from app.core.errors import AppError
from app.routes.deps import (
    etag,
    expected_version,
    idempotency_key,
    require_host,
    require_staff,
    required_idempotency_key,
    scopes_now,
)
from app.routes.middleware import ENDS
from tests.identity.door import Door


def request(
    *headers: tuple[str, str], method: str = "POST", path: str = "/api/x", params: dict[str, Any] | None = None
) -> Request:
    scope = {
        "type": "http", "method": method, "path": path, "query_string": b"", "path_params": params or {},
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "server": ("test", 80), "scheme": "http", "route": SimpleNamespace(path_format=path),
    }  # fmt: skip
    return Request(scope)


def of_door(door: Door, headers: dict[str, str]) -> Request:
    made = request(*headers.items())
    made.scope["app"] = door.world.app
    return made


def fingerprint(body: bytes, **where: Any) -> str:
    key = idempotency_key(request(("Idempotency-Key", "k"), **where), body)
    assert key is not None
    return key.fingerprint


def refusal(call: Any) -> str:
    with pytest.raises(AppError) as caught:
        call()
    return caught.value.code


@pytest.mark.parametrize("key", ["a", "!", "~", "x" * 128, "0199-abc:def/ghi"])
def test_visible_ascii_is_a_key(key: str) -> None:
    found = required_idempotency_key(request(("Idempotency-Key", key)), b"")
    assert found.key == key


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 129, "é", "a\tb", "\x7f"])
def test_anything_else_is_not(key: str) -> None:
    assert refusal(lambda: idempotency_key(request(("Idempotency-Key", key)), b"")) == "IDEMPOTENCY_KEY_REQUIRED"


def test_two_keys_are_refused_and_none_is_none() -> None:
    twice = request(("Idempotency-Key", "a"), ("Idempotency-Key", "b"))
    assert refusal(lambda: idempotency_key(twice, b"")) == "IDEMPOTENCY_KEY_REQUIRED"
    assert idempotency_key(request(), b"") is None
    assert refusal(lambda: required_idempotency_key(request(), b"")) == "IDEMPOTENCY_KEY_REQUIRED"


def test_the_fingerprint_is_of_the_meaning() -> None:
    assert fingerprint(b'{"a": 1, "b": "\xea\xb0\x80"}') == fingerprint(b'{"b":"\\uac00","a":1}')
    assert fingerprint(b"") == fingerprint(b"{}")


def test_another_method_route_parameter_or_body_is_another_request() -> None:
    prints = [
        fingerprint(b"{}"),
        fingerprint(b'{"a": 1}'),
        fingerprint(b'{"a": 2}'),
        fingerprint(b'{"a": "1"}'),
        fingerprint(b"not json"),
        fingerprint(b"[" * 100_000),
        fingerprint(b"{}", method="PUT"),
        fingerprint(b"{}", path="/api/y"),
        fingerprint(b"{}", params={"id": 1}),
        fingerprint(b"{}", params={"id": 2}),
    ]
    assert len(set(prints)) == len(prints)


def test_if_match_takes_what_etag_gave() -> None:
    assert expected_version(request(("If-Match", etag(7)))) == 7
    assert expected_version(request(("If-Match", "*"))) is None


@pytest.mark.parametrize("value", ["", "7", '"x"', 'W/"7"', '"7", "8"', '"-1"', '""', '"9999999999"'])
def test_another_if_match_is_invalid(value: str) -> None:
    assert refusal(lambda: expected_version(request(("If-Match", value)))) == "VALIDATION_ERROR"


def test_a_missing_if_match_is_required() -> None:
    assert refusal(lambda: expected_version(request())) == "PRECONDITION_REQUIRED"


async def test_a_staff_route_takes_only_its_scopes(sqlite_door: Door) -> None:
    admins_only = require_staff("admin")
    token = sqlite_door.world.token
    assert (await admins_only(of_door(sqlite_door, await token("a", "admin")))).subject == "a"
    for scope, code in (("ops", "SCOPE_REQUIRED"), ("player", "SCOPE_REQUIRED"), ("host", "SCOPE_REQUIRED")):
        with pytest.raises(AppError, match=code):
            await admins_only(of_door(sqlite_door, await token("b", scope)))
    with pytest.raises(AppError, match="AUTH_REQUIRED"):
        await admins_only(of_door(sqlite_door, {}))


async def test_a_host_route_takes_keys_and_host_tokens(sqlite_door: Door) -> None:
    asked = of_door(sqlite_door, await sqlite_door.api_key())
    by_key = await require_host(asked)
    for end in asked.scope.pop(ENDS):  # its turn is over: the next call of this host is carried out
        end()
    by_token = await require_host(of_door(sqlite_door, await sqlite_door.world.token("main", "host")))
    assert (by_key.host_code, by_token.host_code) == ("main", "main")
    assert by_key.scopes == by_token.scopes == {"host"}
    with pytest.raises(AppError, match="SCOPE_REQUIRED"):
        await require_host(of_door(sqlite_door, await sqlite_door.world.token("kim", "player", "admin")))
    with pytest.raises(AppError, match="AUTH_REQUIRED"):
        await require_host(of_door(sqlite_door, {}))


async def test_staff_scopes_on_a_players_route_count_as_they_stand_now(sqlite_door: Door) -> None:
    headers = await sqlite_door.world.token("kim", "player", "admin")
    principal = await sqlite_door.authenticator.principal(headers["Authorization"][7:])
    assert await scopes_now(of_door(sqlite_door, headers), principal) == {"player", "admin"}
    await sqlite_door.world.sql("UPDATE staff SET scopes = 'ops'")
    assert await scopes_now(of_door(sqlite_door, headers), principal) == {"player"}
    await sqlite_door.world.sql("UPDATE staff SET is_active = 0")
    with pytest.raises(AppError, match="TOKEN_REVOKED"):
        await scopes_now(of_door(sqlite_door, headers), principal)
