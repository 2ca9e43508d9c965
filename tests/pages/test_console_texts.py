"""The texts of players' pages at the desk: seen before they count, changed with a reason, by who saw what stands."""

import json

import pytest

from tests.pages.desk import does, page, send, sit_down, text_of
from tests.world import World

HERE = "/console/texts/notice_home"


@pytest.fixture
async def world(sqlite_world: World) -> World:
    await sit_down(sqlite_world)
    return sqlite_world


async def stored(world: World, key: str = "notice_home") -> object:
    [(value,)] = await world.rows("SELECT value FROM app_ui_config WHERE config_key = :key", key=key)
    return json.loads(value)


async def test_a_text_is_seen_saved_and_its_changes_kept(world: World) -> None:
    assert "첫 화면의 알림" in await page(world, "/console/texts"), "nobody has written it yet"
    form = {"ko.title": "점검 <b>", "ko.body": "밤 1시부터\r\n한 시간", "version": 0}
    look = await send(world, HERE, **form, do="look")
    assert "점검 &lt;b&gt;" in look.text and "<b>" not in look.text and "바뀌는 것" in look.text
    assert await world.rows("SELECT COUNT(*) FROM app_ui_config WHERE config_key = 'notice_home'") == [(0,)]
    silent = await send(world, HERE, **form, do="save", reason=" ")
    assert (silent.status_code, "at least 1 character" in silent.text) == (422, True)
    await does(world, HERE, **form, do="save", reason="it is night")
    assert await stored(world) == {"ko": {"title": "점검 <b>", "body": "밤 1시부터\n한 시간"}}
    for version in (0, 7, "", "x"):
        stale = await send(world, HERE, **form | {"version": version}, do="save", reason="again")
        assert (stale.status_code, "다른 사람이 먼저" in stale.text) == (422, True), version
    await does(world, HERE, **{"ko.title": "", "en.title": "Soon", "version": 1}, do="save", reason="later")
    assert await stored(world) == {"en": {"title": "Soon"}}
    words = text_of(await page(world, HERE))
    assert "later" in words and "it is night" in words and "밤 1시부터" in words, "what stood before is told"
    empty = await send(world, HERE, version=2, do="save", reason="nothing")
    assert (empty.status_code, "at least one of them" in empty.text) == (422, True)
    long = await send(world, HERE, **{"ko.body": "x" * 20_001}, version=2, do="save", reason="much")
    assert (long.status_code, "at most 20000 bytes" in long.text) == (422, True)


async def test_what_is_no_plain_text_is_left_as_it_is(world: World) -> None:
    value = {"ko": {"title": "배너", "items": [{"link": "/a"}], "n": 3}, "en": "one bare text"}
    admin = await world.token("fixture-admin", "admin")
    for key, body in (("banner", value), ("list", {"ko": ["a"]})):
        await world.ok("PUT", f"/api/admin/ui-config/{key}", json={"value": body, "reason": "an app"}, headers=admin)
    assert "one bare text" in await page(world, "/console/texts/banner")
    await page(world, "/console/texts/list")
    await does(world, "/console/texts/banner", **{"ko.title": "새 배너"}, version=1, do="save", reason="a word")
    assert await stored(world, "banner") == {
        "ko": {"title": "새 배너", "items": [{"link": "/a"}], "n": 3},
        "en": value["en"],
    }
    assert (await world.client.get("/console/texts/nowhere")).headers["location"] == "/console/texts"
    assert (await world.client.get("/console/texts/No-Key")).status_code == 422


@pytest.mark.parametrize("scope", ["support", "ops"])
async def test_others_read_texts_and_change_none(world: World, scope: str) -> None:
    await sit_down(world, scope)
    shown = await page(world, "/console/texts/ticket_zero")
    assert "티켓이 없어요" in shown and "<form" not in shown[shown.index("<main") :]
    answer = await send(world, "/console/texts/ticket_zero", **{"ko.title": "x"}, version=1, do="save", reason="r")
    assert answer.status_code == 403
