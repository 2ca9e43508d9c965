"""What no door of the operators lets in. Who may open which stands in tests/routes/test_who_may_call.py."""

import json
from functools import cache
from typing import Any

import pytest

from tests.admin.desk import WHY, Desk, traces
from tests.architecture.house import ROOT

NAMES = {"feature_type": "ROULETTE", "code": "roulette", "key": "k", "job": "reconcile"}
SIGN_IN = "/api/admin/auth/token"


class Ids(dict[str, str]):
    """Whatever else a path names, it is number 1."""

    def __missing__(self, name: str) -> str:
        return "1"


def address(path: str) -> str:
    return path.format_map(Ids(NAMES))


@cache
def contract() -> dict[str, dict[str, Any]]:
    """Every path of the operators' API with its methods, as the written contract has them.

    It is what the code says (tests/routes/test_reference.py), which takes a second to put together.
    """
    paths: dict[str, dict[str, Any]] = json.loads((ROOT / "docs/api/openapi.json").read_text())["paths"]
    return {path: methods for path, methods in paths.items() if path.startswith("/api/admin")}


def doors() -> list[tuple[str, str]]:
    """(method, path) of every route under /api/admin."""
    return sorted((method.upper(), path) for path, methods in contract().items() for method in methods)


@pytest.mark.parametrize(("method", "path"), [door for door in doors() if door[0] != "GET"])
@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"{", b'{"reason": NaN}', b"\xff", b'{"reason":"\\ud800"}']
)
async def test_a_write_without_a_readable_reason_is_refused(
    calm_admin: Desk, method: str, path: str, body: bytes
) -> None:
    world = calm_admin.world
    before = await traces(world)
    headers = calm_admin.headers | {"If-Match": "*", "Idempotency-Key": "k"}
    answer = await world.client.request(method, address(path), headers=headers, content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert await traces(world) == before


@pytest.mark.parametrize(("method", "path"), [door for door in doors() if door[0] != "GET"])
async def test_a_write_with_a_field_nobody_knows_is_refused(calm_admin: Desk, method: str, path: str) -> None:
    world = calm_admin.world
    headers = calm_admin.headers | {"If-Match": "*", "Idempotency-Key": "k"}
    for name in ("surprise", "is_admin", "\ud83c\udf81", "a\x00"):
        body = {"reason": WHY, name.encode("utf-16", "surrogatepass").decode("utf-16"): 1}
        answer = await world.client.request(method, address(path), headers=headers, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


LISTS = ["/features/ROULETTE/history", "/seasons", "/games/roulette/configs", "/players", "/audit"]
BAD_PAGES = [
    "limit=0",
    "limit=101",
    "limit=-1",
    "limit=x",
    "limit=",
    "after=0",
    "after=-1",
    "after=x",
    f"after={2**63}",
]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("query", BAD_PAGES)
async def test_a_page_that_makes_no_sense_is_refused(calm_admin: Desk, path: str, query: str) -> None:
    refusal = await calm_admin.world.code("GET", f"/api/admin{path}?{query}", headers=calm_admin.headers)
    assert refusal == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("path", LISTS)
async def test_a_page_far_behind_the_end_is_empty_or_whole(admin: Desk, path: str) -> None:
    page = await admin.get(path, after=2**63 - 1, limit=100)
    assert page["has_more"] is False


@pytest.mark.parametrize("number", ["0", "-1", "x", str(2**63), "1.5", "🎁"])
@pytest.mark.parametrize("path", ["/seasons/{}", "/games/roulette/configs/{}", "/players/{}", "/players/{}/timeline"])
async def test_an_id_that_is_none_is_refused(calm_admin: Desk, path: str, number: str) -> None:
    url = f"/api/admin{path.format(number)}"
    assert await calm_admin.world.code("GET", url, headers=calm_admin.headers) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("name", ["roulette", "🎁", "A" * 31, "ROULETTE;"])
async def test_a_feature_type_that_is_none_is_refused(calm_admin: Desk, name: str) -> None:
    stop = {"is_enabled": False}
    assert await calm_admin.refused("PATCH", f"/features/{name}", stop, version="*") == (422, "VALIDATION_ERROR")


BROKEN_FEATURES = [
    {"feature_type": "dice"}, {"feature_type": "D" * 31}, {"feature_type": "주사위"}, {"feature_type": None},
    {"title": ""}, {"title": "x" * 101}, {"title": "a\x00"}, {"title": 7}, {"is_enabled": "true"}, {"is_enabled": 1},
    {"is_enabled": None}, {"reason": ""},
]  # fmt: skip


@pytest.mark.parametrize("change", BROKEN_FEATURES)
async def test_a_broken_feature_is_refused(calm_admin: Desk, change: dict[str, object]) -> None:
    body = {"feature_type": "DICE", "title": "주사위", "is_enabled": True} | change
    assert await calm_admin.refused("POST", "/features", body) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "days", ["2025-12-10", ["2025-12-32"], [20251210], ["1999-01-01"], [None], ["2025-12-10"] * 367]
)
async def test_a_broken_schedule_is_refused(calm_admin: Desk, days: object) -> None:
    refusal = await calm_admin.refused("PUT", "/features/ROULETTE/schedule", {"days": days})
    assert refusal == (422, "VALIDATION_ERROR")


def test_every_route_has_its_own_operation_id_and_says_what_it_takes_and_refuses() -> None:
    operations = [operation for methods in contract().values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(name.startswith("admin_") for name in names)
    for method, path in doors():
        operation = contract()[path][method.lower()]
        assert {"401", "403"} <= operation["responses"].keys()
        assert operation["security"] == ([{}] if path == SIGN_IN else [{"bearer": []}])
        assert (method == "GET") == ("requestBody" not in operation)
