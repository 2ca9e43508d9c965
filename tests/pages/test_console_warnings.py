"""What a config names that nobody can reach is said on its page, before the operator confirms."""

import json
from typing import Any

import pytest

from app.domain.reference_findings import WORDINGS
from tests.admin.desk import Desk, desk_of
from tests.admin.test_references import GIVERS, campaign, gift, rule
from tests.goals.boards import board
from tests.goals.missions import mission
from tests.goals.test_teams import contest
from tests.pages.desk import page, send, sit_down
from tests.world import World


@pytest.fixture
async def desk(sqlite_world: World) -> Desk:
    desk = await desk_of(sqlite_world, "kim@example.com", "admin")
    await desk.ok("POST", "/coupons/pools", {"code": "EMPTY", "name": "빈 쿠폰"})
    await sit_down(sqlite_world)
    return desk


def of_field(body: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in body.items() if name not in ("is_active", "reason")})


@pytest.mark.parametrize(
    ("path", "body", "page_of"),
    [
        ("/missions", mission(metric="lecture.minutes", rewards=[], is_active=False), "/console/missions/SPINS"),
        ("/leaderboards", board(metric="lecture.minutes", is_active=False), "/console/leaderboards/DAILY_SPINS"),
        ("/team-contests", contest(metric="lecture.minutes"), "/console/contests/CUP"),
        ("/rules", rule({"kind": "XP", "amount": 1}), "/console/rules/NEW_RULE/versions/1"),
        ("/bridge/campaigns", campaign("SCRATCH_BOX"), "/console/batches/NEW_BRIDGE"),
        ("/games/lottery/configs", GIVERS["game"][1](gift("COUPON", "EMPTY")), "/console/games/lottery/versions/{id}"),
        ("/seasons", GIVERS["season"][1](gift("COUPON", "EMPTY")), "/console/seasons/{id}"),
    ],
    ids=["mission", "leaderboard", "contest", "rule", "bridge", "game", "season"],
)
async def test_a_page_says_it_above_the_button(desk: Desk, path: str, body: dict[str, Any], page_of: str) -> None:
    made = await desk.ok("POST", path, body | ({"is_active": False} if path == "/seasons" else {}), keyed=True)
    shown = await page(desk.world, page_of.format(id=made["id"]))
    refused_later = {"GAME_NOT_SET_UP": "GAME_NEVER_SET_UP"}
    for one in made["warnings"]:
        said = WORDINGS[refused_later.get(one["code"], one["code"])].ko
        assert one["field"] in shown and said in shown, (one, shown[:200])
    assert made["warnings"]


@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("missions", mission(rewards=[gift("COUPON", "EMPTY")])),
        ("leaderboards", board(metric="lecture.minutes")),
        ("contests", contest(metric="lecture.minutes")),
        ("promotions", GIVERS["promotion"][1](gift("COUPON", "EMPTY"))),
    ],
)
async def test_the_editor_says_it_while_it_is_written(desk: Desk, place: str, body: dict[str, Any]) -> None:
    answer = await send(desk.world, f"/console/{place}/new", config=of_field(body), do="look")
    assert answer.status_code == 200
    assert "확인할 것 1개" in answer.text


async def test_a_refusal_is_told_in_korean_at_its_line(desk: Desk) -> None:
    body = of_field(mission(rewards=[gift("COUPON", "NOWHERE")]))
    answer = await send(desk.world, "/console/missions/new", config=body, reason="r")
    assert answer.status_code == 422
    assert WORDINGS["UNKNOWN_POOL"].ko in answer.text and "rewards.0.code" in answer.text
    opened = await desk.ok("POST", "/bridge/campaigns", campaign("SCRATCH_BOX"))
    sent = await send(desk.world, "/console/batches/NEW_BRIDGE/open", reason="r", version=opened["version"])
    assert WORDINGS["GAME_NEVER_SET_UP"].ko in sent.text
