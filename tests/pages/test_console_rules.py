"""Event rules at the desk: said in words, edited with their faults named, tried on past events, put in force."""

import json
from typing import Any

import pytest

from app.pages.console.documents import lines_of
from tests.events.host import event, points, rule
from tests.events.host import send as tell
from tests.pages.desk import does, page, send, sit_down, text_of
from tests.world import World

HERE = "/console/rules/WATCHED"
CONFIG: dict[str, Any] = {
    "event_types": ["video.watched"],
    "when": [{"any": [{"field": "data.percent", "op": "gte", "value": 90}]}],
    "once_per": ["data.title"],
    "cap_per_day": 2,
    "effects": [points(7)],
}
SPAN = {"since": "2025-12-09T00:00", "until": "2025-12-11T00:00"}


@pytest.fixture
async def world(sqlite_world: World) -> World:
    await sit_down(sqlite_world)
    return sqlite_world


def form(**changed: Any) -> dict[str, Any]:
    """A new rule as the editor sends it."""
    head = {"code": "WATCHED", "title": "Watched <b>whole</b>", "host": "main", "reason": "a gift for the end"}
    return head | {"config": json.dumps(CONFIG), "do": "save"} | changed


async def test_a_rule_is_made_tried_published_and_put_to_rest(world: World) -> None:
    await world.player("kim")
    watched = [
        event(n, "video.watched", time=f"2025-12-10T09:00:{n - 60}+09:00", percent=n, title=f"t{n % 3}")
        for n in (89, 90, 91, 92, 93)
    ]
    await tell(world, *watched)
    tried = text_of((await send(world, "/console/rules/new", **form(do="try"), **SPAN)).text)
    assert "준 이벤트 2" in tried and "14 포인트" in tried and "하루 한도 1" in tried and "이미 한 번 줌 1" in tried
    assert await world.rows("SELECT COUNT(*) FROM host_rules") == [(0,)]
    shown = await does(world, "/console/rules/new", **form())
    words = text_of(shown)
    assert "data.percent ≥ 90" in words and "7 포인트" in words and "플레이어마다 2번" in words
    assert "RULE:WATCHED:" in words and "data.title" in words and "<b>whole" not in shown
    version = f"{HERE}/versions/1"
    again = text_of(await page(world, f"{version}?since={SPAN['since']}&until={SPAN['until']}"))
    assert "준 이벤트 2" in again and "조건이 맞지 않음 1" in again
    assert "쓰는 중" in await does(world, f"{version}/activate", reason="from today")
    await tell(world, event(200, "video.watched", percent=100, title="new"))
    assert await world.rows("SELECT COUNT(*) FROM reward_log WHERE amount = 7") == [(1,)]
    changed = json.dumps(CONFIG | {"cap_per_day": 5})
    look = await send(world, f"{HERE}/new", config=changed, base="1", do="look")
    assert "cap_per_day" in text_of(look.text) and look.status_code == 200
    shown = await does(world, f"{HERE}/new", config=changed, base="1", do="save", reason="more")
    assert "적용 중인 버전 1에서 바뀌는 것" in text_of(shown) and "cap_per_day" in shown
    assert "주는 것 없음" in await page(world, HERE)
    await does(world, f"{HERE}/rest", reason="a pause")
    acts = await world.rows("SELECT action, reason FROM admin_audit_log WHERE target = 'rule:WATCHED' ORDER BY id")
    assert acts == [
        ("RULE_CREATED", "a gift for the end"), ("RULE_ACTIVATED", "from today"),
        ("RULE_VERSION_ADDED", "more"), ("RULE_RESTED", "a pause"),
    ]  # fmt: skip


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"config": json.dumps(CONFIG | {"effects": [{"kind": "XP", "amount": 0}]}, indent=2)}, "23번째 줄 effects.0.XP"),
    ({"config": json.dumps(CONFIG | {"effects": [points(7) | {"token_type": "COIN"}]})}, "token_type belongs to"),
    ({"config": "{\n  nonsense"}, "line 2"),
    ({"config": "[]"}, "a JSON object"),
    ({"config": "[" * 20_000}, "not readable"),
    ({"code": "small"}, "String should match"),
    ({"title": ""}, "at least 1 character"),
    ({"host": "nowhere"}, "없거나 꺼진 호스트입니다"),
    ({"reason": " "}, "at least 1 character"),
    ({"do": "try", "since": "soon"}, "YYYY-MM-DD"),
    ({"do": "try", **SPAN, "since": "0001-01-01T00:00"}, "1900 to 2999"),
    ({"do": "try", "since": SPAN["until"], "until": SPAN["since"]}, "after since"),
]


async def test_what_is_wrong_is_said_and_nothing_is_stored(world: World) -> None:
    for changed, said in WRONG:
        answer = await send(world, "/console/rules/new", **form(**changed))
        assert answer.status_code == (422 if "do" not in changed else 200), changed
        assert said in text_of(answer.text), changed
    assert await world.rows("SELECT COUNT(*) FROM host_rules") == [(0,)]


async def test_a_name_that_is_taken_and_a_rule_that_is_none_are_said(world: World) -> None:
    await rule(world, "WATCHED", points(1))
    assert "이미 사용 중" in (await send(world, "/console/rules/new", **form())).text
    for path, back in (("/console/rules/NOPE", "/console/rules"), (f"{HERE}/versions/9", HERE)):
        assert (await world.client.get(path)).headers["location"] == back
    await page(world, f"{HERE}/versions/1?since=0001-01-01T00:00&until=2025-01-01T00:00", 422)


@pytest.mark.parametrize("scope", ["support", "ops"])
async def test_others_read_and_try_rules_and_change_none(world: World, scope: str) -> None:
    await rule(world, "WATCHED", points(1))
    await sit_down(world, scope)
    for path in ("/console/rules", HERE, f"{HERE}/versions/1?since={SPAN['since']}&until={SPAN['until']}"):
        shown = await page(world, path)
        assert 'name="reason"' not in shown and "/new" not in shown, path
    for path in (f"{HERE}/rest", f"{HERE}/versions/1/activate", f"{HERE}/new", "/console/rules/new"):
        assert (await send(world, path, **form())).status_code == 403, path
    for path in (f"{HERE}/new", "/console/rules/new"):
        assert (await world.client.get(path)).status_code == 403, path
    assert await world.rows("SELECT COUNT(*) FROM host_rule_versions WHERE active_slot = 1") == [(1,)]


async def test_a_reason_must_be_given(world: World) -> None:
    await rule(world, "WATCHED", points(1))
    for path in (f"{HERE}/rest", f"{HERE}/versions/1/activate", f"{HERE}/new"):
        assert (await send(world, path, **form(reason=""))).status_code == 422, path


def test_each_value_of_a_document_has_its_line() -> None:
    text = '{\n "a": [1,\n {"b, c": "x}]\\""}\n],\n "d": {}, "e": {"f": null}\n}'
    assert lines_of(text) == {"": 1, "a": 2, "a.0": 2, "a.1": 3, "a.1.b, c": 3, "d": 5, "e": 5, "e.f": 5}
