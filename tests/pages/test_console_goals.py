"""Missions, code campaigns and coupons at the desk: kept as documents, stopped at once, their codes for admins only."""

import json
import re
from typing import Any

import pytest

from tests.goals.missions import begin, mission, spin
from tests.pages.desk import does, page, send, sit_down, text_of
from tests.rewards.promotions import campaign, redeem
from tests.world import World

PLACES = ("missions", "promotions", "coupons")


@pytest.fixture
async def world(sqlite_world: World) -> World:
    await sit_down(sqlite_world)
    return sqlite_world


def document(made: dict[str, Any], **changed: Any) -> str:
    """A document as the editor sends it."""
    return json.dumps({name: value for name, value in (made | changed).items() if name != "is_active"})


async def typed_in(world: World, path: str) -> dict[str, Any]:
    """What stands in an editor's field."""
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", await page(world, path), re.DOTALL)
    assert found is not None
    loaded: dict[str, Any] = json.loads(found[1].replace("&#34;", '"'))
    return loaded


async def test_a_mission_is_made_put_in_force_changed_and_retired(world: World) -> None:
    await begin(world)
    await sit_down(world)
    here = "/console/missions/SPINS"
    shown = await does(world, "/console/missions/new", config=document(mission(rewards=[])), reason="come back")
    assert "초안" in shown and "룰렛" not in shown
    await does(world, f"{here}/activate", reason="from today", version=1)
    await spin(world, await world.player("kim", ROULETTE_COIN=3), times=2)
    assert "2025-12-10 1 1 1 1" in text_of(await page(world, here))
    stands = await typed_in(world, f"{here}/edit")
    look = await send(world, f"{here}/edit", config=json.dumps(stands | {"repeat_max": 5}), version=2, do="look")
    assert "바뀌는 것 1개" in look.text and "repeat_max" in look.text
    again = await send(world, f"{here}/edit", config=json.dumps(stands), version=2, do="look")
    assert "아직 바꾼 것이 없습니다" in again.text, "what is only written otherwise is no change"
    change = {"config": json.dumps(stands | {"repeat_max": 5}), "reason": "harder"}
    stale = await send(world, f"{here}/edit", **change, version=1)
    assert (stale.status_code, "다른 사람이 먼저" in stale.text) == (422, True)
    silent = await send(world, f"{here}/edit", config=change["config"], reason=" ", version=2)
    assert (silent.status_code, "at least 1 character" in silent.text) == (422, True)
    await does(world, f"{here}/edit", **change, version=2)
    for changed, said in (({"period": "WEEKLY"}, "시작한 플레이어가 있어"), ({"target": 0}, "번째 줄")):
        text = json.dumps(stands | changed, indent=1)
        answer = await send(world, f"{here}/edit", config=text, reason="r", version=3)
        assert (answer.status_code, said in answer.text) == (422, True), changed
    taken = await send(world, "/console/missions/new", config=document(mission()), reason="twice")
    assert "이미 사용 중" in taken.text
    old = await send(world, f"{here}/retire", reason="stale", version=2)
    assert "다른 사람이 먼저" in await page(world, old.headers["location"])
    await does(world, f"{here}/retire", reason="enough", version=3)
    acts = await world.rows("SELECT action, reason FROM admin_audit_log WHERE target = 'mission:SPINS' ORDER BY id")
    assert acts == [
        ("MISSION_CREATED", "come back"), ("MISSION_ACTIVATED", "from today"),
        ("MISSION_CHANGED", "harder"), ("MISSION_RETIRED", "enough"),
    ]  # fmt: skip


async def test_a_campaign_is_made_stopped_and_opened_again(world: World) -> None:
    here = "/console/promotions/RUSH"
    shown = await does(world, "/console/promotions/new", config=document(campaign()), reason="a rush")
    assert "XMAS-2025" in shown and "0 / 40" in shown
    assert (await redeem(world, await world.player("kim"))).status_code == 200
    assert "1 / 40" in await page(world, "/console/promotions")
    asked = await send(world, f"{here}/stop", reason="it leaked", version=1)
    assert (
        asked.status_code == 409
        and "손해를 알고 진행" in asked.text
        and 'name="players_who_lose" value="1"' in asked.text
    )
    await does(world, f"{here}/stop", reason="it leaked", version=1, players_who_lose=1)
    assert (await redeem(world, await world.player("lee"))).status_code == 400
    old = await send(world, f"{here}/open", reason="stale", version=1)
    assert "다른 사람이 먼저" in await page(world, old.headers["location"])
    await does(world, f"{here}/open", reason="mended", version=2)
    stands = await typed_in(world, f"{here}/edit")
    await does(world, f"{here}/edit", config=json.dumps(stands | {"units": 50}), reason="more", version=3)
    wrong = await send(world, f"{here}/edit", config=json.dumps(stands | {"rewards": []}), reason="r", version=4)
    assert wrong.status_code == 422
    claims = (await world.client.get(f"{here}/claims.csv")).text
    assert claims.startswith("\ufeffunit_no,campaign,user_id") and "XMAS-2025" in claims
    refused = await send(world, f"{here}/generate", count=2, reason="of one code")
    assert "SHARED" in refused.text


async def test_codes_are_made_pasted_and_taken_out(world: World) -> None:
    await does(world, "/console/promotions/new", config=document(campaign(kind="UNIQUE", shared_code=None)), reason="r")
    await does(world, "/console/coupons/new", code="COFFEE", name="Coffee", reason="a partner")
    for here in ("/console/promotions/RUSH", "/console/coupons/COFFEE"):
        made = await does(world, f"{here}/generate", count=3, prefix="X-", reason="three")
        assert "코드 3개를 더했습니다" in made
        csv = "code\r\nAAA-111\r\nAAA-112\r\n"
        assert "코드 2개를 더했습니다" in await does(world, f"{here}/upload", csv=csv, reason="of the partner")
        assert "이미 있던 것: 2개" in await does(world, f"{here}/upload", csv=csv, reason="twice")
        assert (await send(world, f"{here}/upload", csv="AAA-113", reason="no header")).status_code == 422
        assert (await send(world, f"{here}/generate", count=0, reason="none")).status_code == 422
        assert (await world.client.get(f"{here}/codes.csv")).text.count("\r\n") == 6
    await does(world, "/console/coupons/COFFEE/rename", name="Tea", reason="a word", version=3)
    old = await send(world, "/console/coupons/COFFEE/rename", name="Tee", reason="stale", version=3)
    assert "다른 사람이 먼저" in await page(world, old.headers["location"])
    taken = await send(world, "/console/coupons/new", code="COFFEE", name="x", reason="r")
    assert "said-no" in await page(world, taken.headers["location"])


async def test_others_read_but_neither_codes_nor_forms(world: World) -> None:
    await begin(world, mission())
    await sit_down(world)
    await does(world, "/console/promotions/new", config=document(campaign()), reason="r")
    await does(world, "/console/coupons/new", code="COFFEE", name="Coffee", reason="r")
    await does(world, "/console/coupons/COFFEE/generate", count=3, prefix="SECRET", reason="r")
    heres = {place: f"/console/{place}/{code}" for place, code in zip(PLACES, ("SPINS", "RUSH", "COFFEE"), strict=True)}
    form = {"reason": "r", "version": 1, "config": "{}", "count": 1, "csv": "code\nA", "code": "B", "name": "n"}
    acts = {"missions": ("edit", "activate", "retire"), "promotions": ("edit", "stop", "open", "upload", "generate"),
            "coupons": ("rename", "upload", "generate")}  # fmt: skip
    for place, here in heres.items():
        for act in acts[place]:
            assert (await send(world, f"{here}/{act}", **form | {"reason": ""})).status_code == 422, act
    for scope in ("support", "ops"):
        await sit_down(world, scope)
        for place, here in heres.items():
            for path in (f"/console/{place}", here):
                shown = await page(world, path)
                assert 'name="reason"' not in shown and "/new" not in shown and "/edit" not in shown, path
                assert "SECRET" not in shown and "XMAS-2025" not in shown, path
            for act in ("../new", *acts[place]):
                path = f"/console/{place}/new" if act == "../new" else f"{here}/{act}"
                assert (await send(world, path, **form)).status_code == 403, path
        for path in ("promotions/RUSH/codes.csv", "coupons/COFFEE/codes.csv", "missions/new", "promotions/RUSH/edit"):
            assert (await world.client.get(f"/console/{path}")).status_code == 403, path
    others = await world.rows(
        "SELECT action FROM admin_audit_log WHERE actor IN ('staff:the-ops', 'staff:the-support')"
    )
    assert others == [("STAFF_SIGN_IN",)] * 2


async def test_what_is_not_there_leads_back_to_the_list(world: World) -> None:
    for place in PLACES:
        assert (await world.client.get(f"/console/{place}/NOPE")).headers["location"] == f"/console/{place}"
        assert (await world.client.get(f"/console/{place}/no-code")).status_code == 422
