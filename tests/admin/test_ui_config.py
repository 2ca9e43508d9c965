"""Operators edit notices and banners."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.admin.desk import Desk, newest_audit

TEXTS = {"ko": {"title": "티켓이 없어요 🎟", "lines": ["하나", "둘"], "size": 2}, "en": "No tickets left"}
PATH = "/ui-config/winter_banner"


async def test_a_new_text_needs_no_version_and_players_see_it(admin: Desk) -> None:
    response = await admin.send("PUT", PATH, {"value": TEXTS})
    assert (response.status_code, response.headers["etag"]) == (201, '"1"')
    made = response.json()
    assert (made["key"], made["value"], made["version"]) == ("winter_banner", TEXTS, 1)
    assert made["updated_by"] == "staff:kim@example.com"
    public = await admin.world.ok("GET", "/api/ui-config/winter_banner")
    assert public["value"] == TEXTS
    audit = await newest_audit(admin.world)
    assert (audit["action"], audit["target"]) == ("UI_CONFIG_SAVED", "ui_config:winter_banner")
    assert (audit["before"], audit["after"]) == (None, {"value": TEXTS, "version": 1})


async def test_a_change_names_the_version_it_is_based_on(admin: Desk) -> None:
    body = {"value": {"ko": "새 글"}}
    await admin.ok("PUT", PATH, {"value": TEXTS})
    assert await admin.refused("PUT", PATH, body) == (428, "PRECONDITION_REQUIRED")
    assert await admin.refused("PUT", PATH, body, version=2) == (409, "VERSION_CONFLICT")
    response = await admin.send("PUT", PATH, body, version=1)
    assert (response.status_code, response.headers["etag"]) == (200, '"2"')
    audit = await newest_audit(admin.world)
    assert (audit["before"]["value"], audit["after"]["value"]) == (TEXTS, {"ko": "새 글"})
    await admin.ok("PUT", PATH, body, version="*")


async def test_a_version_of_a_text_that_does_not_exist_is_a_conflict(admin: Desk) -> None:
    assert await admin.refused("PUT", PATH, {"value": TEXTS}, version=1) == (409, "VERSION_CONFLICT")


async def test_texts_are_listed_and_read(admin: Desk) -> None:
    await admin.ok("PUT", PATH, {"value": TEXTS})
    listed = (await admin.get("/ui-config"))["items"]
    assert {"ticket_zero", "winter_banner"} <= {row["key"] for row in listed}
    assert await admin.get(PATH) in listed
    unknown = await admin.world.code("GET", "/api/admin/ui-config/unknown", headers=admin.headers)
    assert unknown == (404, "NOT_FOUND")


async def test_of_texts_made_at_the_same_instant_one_stands(admin: Desk) -> None:
    answers = await asyncio.gather(*(admin.send("PUT", PATH, {"value": {"ko": f"{n}"}}) for n in range(6)))
    codes = Counter(a.json()["error"]["code"] if a.is_error else str(a.status_code) for a in answers)
    assert codes == {"201": 1, "PRECONDITION_REQUIRED": 5}


def nested(depth: int) -> Any:
    return "text" if depth == 0 else {"part": nested(depth - 1)}


async def test_a_text_as_deep_and_as_long_as_allowed_is_kept(sqlite_admin: Desk) -> None:
    await sqlite_admin.ok("PUT", PATH, {"value": {"ko": nested(5)}})
    await sqlite_admin.ok("PUT", PATH, {"value": {"ko": "x" * 19_000}}, version="*")


BROKEN: list[Any] = [
    {}, None, [], "text", 7, {"fr": "texte"}, {"ko": "a\x00b"}, {"ko": {"a b": "x"}}, {"ko": {"": "x"}},
    {"ko": {"키": "x"}}, {"ko": 1.5}, {"ko": 2**60}, {"ko": nested(6)}, {"ko": nested(500)}, {"ko": "x" * 20_000},
    {"ko": ["x", {"y": 2.5}]},
]  # fmt: skip


@pytest.mark.parametrize("value", BROKEN, ids=range(len(BROKEN)))
async def test_a_broken_text_is_refused(calm_admin: Desk, value: Any) -> None:
    assert await calm_admin.refused("PUT", PATH, {"value": value}) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("key", ["UPPER", "x" * 51, "9", "a-b", "%EC%8B%9C", "%F0%9F%8E%81"])
async def test_a_key_is_plain(calm_admin: Desk, key: str) -> None:
    assert await calm_admin.refused("PUT", f"/ui-config/{key}", {"value": TEXTS}) == (422, "VALIDATION_ERROR")
