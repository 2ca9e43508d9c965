"""What players rely on once begun is not taken back at any door: refused with the field, the loss and how many."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from tests.admin.desk import Desk, desk_of, newest_audit
from tests.admin.season_bodies import body_of
from tests.goals.missions import BLANKS, mission, spin
from tests.world import World, key

POINT = {"reward_type": "POINT", "reward_amount": 100}
CENT = POINT | {"reward_amount": 1}
HANGUL = re.compile("[가-힣]")
WORDS = {"title_ko": "이름", "title_en": "Name"}


class Case(NamedTuple):
    """A kind that players have begun: the document that stands, edits that take back, one that gives more."""

    path: str
    stands: dict[str, Any]
    worse: tuple[dict[str, Any], ...]
    better: dict[str, Any]
    stop: tuple[str, dict[str, Any]] | None  # what ends it
    method: str = "PUT"


async def of_season(world: World, desk: Desk) -> Case:
    await world.ok("POST", "/api/season-pass/stamp", headers=(await world.player("kim")).headers)
    stands = body_of(await desk.get(f"/seasons/{world.season_id}"))
    fewer = [dict(line) for line in stands["levels"][:-1]]
    later = [dict(line) for line in stands["levels"]]
    later[-1] |= {"required_xp": later[-1]["required_xp"] + 1}
    poorer = [dict(line) for line in stands["levels"]]
    poorer[-1] |= {"rewards": {}}
    worse = (
        {"grace_days": 0}, {"end_date": "2025-12-24"}, {"start_date": "2025-12-08"}, {"base_xp_per_stamp": 1},
        {"daily_xp_cap": 5}, {"levels": fewer, "max_level": len(fewer)}, {"levels": later}, {"levels": poorer},
    )  # fmt: skip
    better = {"grace_days": 30, "base_xp_per_stamp": 25}
    return Case(f"/seasons/{world.season_id}", stands, worse, better, ("POST", {"path": "/retire"}))


async def of_mission(world: World, desk: Desk) -> Case:
    stands = mission(claim="MANUAL", rewards=[POINT], target=3, repeat_max=2, claim_days=5)
    await desk.ok("POST", "/missions", stands)
    await spin(world, await world.player("kim", ROULETTE_COIN=5))
    worse = (
        {"target": 4}, {"rewards": [CENT]}, {"claim_days": 0}, {"repeat_max": 1}, {"ends_on": "2025-12-09"},
        {"starts_on": "2025-12-11"}, {"metric": "PLAY"}, {"period": "WEEKLY"}, {"is_hidden": True},
    )  # fmt: skip
    return Case("/missions/SPINS", stands, worse, {"claim_days": 9, "target": 2}, ("POST", {"path": "/retire"}))


async def of_leaderboard(world: World, desk: Desk) -> Case:
    stands: dict[str, Any] = {
        "code": "SPINNERS", **WORDS, "window": "WEEK", "metric": "PLAY.ROULETTE", "is_active": True,
        "rank_rewards": [{"from_rank": 1, "to_rank": 3, "rewards": [POINT]}],
    }  # fmt: skip
    await desk.ok("POST", "/leaderboards", stands)
    await spin(world, await world.player("kim", ROULETTE_COIN=5))
    cheaper = [{"from_rank": 1, "to_rank": 3, "rewards": [CENT]}]
    worse = ({"rank_rewards": cheaper}, {"rank_rewards": []}, {"ends_on": "2025-12-11"}, {"window": "DAY"},
             {"keep_ranks": 3})  # fmt: skip
    more = {"rank_rewards": [{"from_rank": 1, "to_rank": 9, "rewards": [POINT]}], "ends_on": "2025-12-14"}
    return Case("/leaderboards/SPINNERS", stands, worse, more, ("POST", {"path": "/retire"}))


async def of_contest(world: World, desk: Desk) -> Case:
    stands = {
        "code": "CUP", **WORDS, "season_id": world.season_id, "metric": "PLAY", "size_limit": 5,
        "join_from": "2025-12-09T00:00:00+09:00", "join_until": "2025-12-20T00:00:00+09:00",
        "rank_rewards": [{"from_rank": 1, "to_rank": 1, "rewards": [POINT]}],
    }  # fmt: skip
    await desk.ok("POST", "/team-contests", stands)
    await desk.ok("POST", "/team-contests/CUP/activate", version=1)
    await world.ok("POST", "/api/teams/CUP", json={"name": "us"}, headers=(await world.player("kim")).headers)
    worse = ({"size_limit": 2}, {"rank_rewards": []}, {"join_until": "2025-12-12T00:00:00+09:00"}, {"metric": "WIN"})
    return Case(
        "/team-contests/CUP", stands, worse, {"join_until": "2025-12-22T00:00:00+09:00"}, ("POST", {"path": "/retire"})
    )


async def of_promotion(world: World, desk: Desk) -> Case:
    stands: dict[str, Any] = {
        "code": "RUSH", **WORDS, "kind": "SHARED", "shared_code": "RUSH-2025", "units": 10, "rewards": [POINT],
        "opens_at": "2025-12-01T00:00:00+09:00", "closes_at": "2025-12-31T00:00:00+09:00",
    }  # fmt: skip
    await desk.ok("POST", "/promotions", stands)
    worse = (
        {"closes_at": "2025-12-12T00:00:00+09:00"}, {"opens_at": "2025-12-20T00:00:00+09:00"}, {"units": 3},
        {"rewards": [CENT]}, {"host": "main"},
    )  # fmt: skip
    return Case("/promotions/RUSH", stands, worse, {"units": 20}, ("PUT", {"is_open": False}))


async def of_mailing(world: World, desk: Desk) -> Case:
    player = await world.player("kim")
    body = {**WORDS, "rewards": [POINT], "user_ids": [player.id],
            "expires_at": (world.clock.now() + timedelta(days=3)).isoformat()}  # fmt: skip
    sent = await desk.ok("POST", "/inbox", body, keyed=True)
    return Case(f"/inbox/{sent['id']}", {}, (), {}, ("POST", {"path": "/withdraw"}))


Begin = Callable[[World, Desk], Awaitable[Case]]
KINDS: dict[str, Begin] = {
    "season": of_season,
    "mission": of_mission,
    "leaderboard": of_leaderboard,
    "contest": of_contest,
    "promotion": of_promotion,
    "mailing": of_mailing,
}


@pytest.fixture
async def desk(world: World) -> Desk:
    await world.configure("roulette", BLANKS)
    return await desk_of(world, "kim@example.com", "admin")


@pytest.mark.parametrize("kind", KINDS)
async def test_an_edit_that_takes_back_is_refused_with_the_field_and_the_number(
    world: World, desk: Desk, kind: str
) -> None:
    case = await KINDS[kind](world, desk)
    for change in case.worse:
        answer = await desk.send("PUT", case.path, case.stands | change, version="*")
        assert answer.status_code == 409, f"{change}: {answer.text}"
        error = answer.json()["error"]
        assert error["code"] == "PROMISE_WITHDRAWN", change
        assert all(HANGUL.search(line["reason"]) and "players" in line for line in error["details"]), error
        # naming a number does not help: terms are no emergency
        bold = case.stands | change | ({} if kind == "contest" else {"players_who_lose": 1_000})
        assert (await desk.send("PUT", case.path, bold, version="*")).status_code == 409, change
    if case.better:
        await desk.ok("PUT", case.path, case.stands | case.better, version="*")


@pytest.mark.parametrize("kind", KINDS)
async def test_an_end_for_everybody_needs_the_number_of_players_who_lose(world: World, desk: Desk, kind: str) -> None:
    case = await KINDS[kind](world, desk)
    assert case.stop is not None
    method, said = case.stop
    path = case.path + said.get("path", "")
    body = case.stands | said if method == "PUT" else {}
    answer = await desk.send(method, path, body, version="*")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "PROMISE_WITHDRAWN"), answer.text
    line = answer.json()["error"]["details"][0]
    assert (line["field"], line["players"]) == ("players_who_lose", 1), line
    assert line["reason"].startswith("1명이 잃습니다: "), line
    english = desk.headers | {"Accept-Language": "en", "If-Match": "*"} | key()
    sent = {"reason": "a test asks for it"} | body
    other = await world.client.request(method, f"/api/admin{path}", json=sent, headers=english)
    assert other.json()["error"]["details"][0]["reason"].startswith("1 would lose ")
    await desk.ok(method, path, body | {"players_who_lose": 1}, version="*")
    audit = await newest_audit(world)
    assert audit["after"]["players_who_lose"] == 1, "the loss that was accepted is in the audit log"


async def test_an_open_claim_lives_until_the_day_that_was_announced(world: World, desk: Desk) -> None:
    """The fault as it was met: `grace_days` 7 to 0 within the grace period."""
    player = await world.player("kim")
    await world.ok("POST", "/api/season-pass/stamp", headers=player.headers)
    stands = body_of(await desk.get(f"/seasons/{world.season_id}"))
    world.clock.advance(days=20)
    path = f"/seasons/{world.season_id}"
    assert await desk.refused("PUT", path, stands | {"grace_days": 0}, version="*") == (409, "PROMISE_WITHDRAWN")
    assert await desk.refused("POST", f"{path}/retire", version="*") == (409, "PROMISE_WITHDRAWN")
    world.clock.advance(days=10)
    await desk.ok("POST", f"{path}/retire", version="*")


@pytest.mark.parametrize("change", [{"after": 9}, {"prizes": [0, 1]}, None])
async def test_a_guarantee_that_players_count_towards_stays(
    world: World, desk: Desk, change: dict[str, Any] | None
) -> None:
    wheel = BLANKS | {"segments": [dict(line) for line in BLANKS["segments"]]}
    wheel["segments"][0] |= {"reward_type": "POINT", "reward_amount": 5, "weight": 1}
    wheel["segments"][1] |= {"weight": 1_000_000}
    sure = {"after": 4, "prizes": [0]}
    await world.configure("roulette", wheel | {"guarantee": sure})
    player = await world.player("kim", ROULETTE_COIN=9)
    await spin(world, player)
    path = "/games/roulette/configs"
    weaker = wheel | ({} if change is None else {"guarantee": sure | change})
    saved = await desk.ok("POST", path, {"config": weaker})
    assert await desk.refused("POST", f"{path}/{saved['id']}/activate") == (409, "PROMISE_WITHDRAWN")
    better = await desk.ok("POST", path, {"config": wheel | {"guarantee": sure | {"after": 3}}})
    await desk.ok("POST", f"{path}/{better['id']}/activate")
    await desk.ok("POST", f"{path}/{saved['id']}/activate", {"players_who_lose": 5})


async def test_a_guarantee_stays_also_when_the_same_terms_were_put_in_force_once_more(world: World, desk: Desk) -> None:
    wheel = BLANKS | {"segments": [dict(line) for line in BLANKS["segments"]]}
    wheel["segments"][0] |= {"reward_type": "POINT", "reward_amount": 5, "weight": 1}
    wheel["segments"][1] |= {"weight": 1_000_000}
    sure = wheel | {"guarantee": {"after": 4, "prizes": [0]}}
    await world.configure("roulette", sure)
    await spin(world, await world.player("kim", ROULETTE_COIN=9))
    path = "/games/roulette/configs"
    same, weaker = [await desk.ok("POST", path, {"config": config}) for config in (sure, wheel)]
    await desk.ok("POST", f"{path}/{same['id']}/activate")
    assert await desk.refused("POST", f"{path}/{weaker['id']}/activate") == (409, "PROMISE_WITHDRAWN")


async def test_an_open_round_of_boxes_goes_on(world: World, desk: Desk) -> None:
    boxes = {"name": "b", "boxes": 2, "prizes": [
        {"id": 1, "label": "a", "count": 1, "reward_type": "POINT", "reward_amount": 100},
        {"id": 2, "label": "b", "count": 1, "reward_type": "POINT", "reward_amount": 100},
    ]}  # fmt: skip
    if not await world.rows("SELECT 1 FROM feature_config WHERE feature_type = 'SCRATCH_BOX'"):
        await desk.ok("POST", "/features", {"feature_type": "SCRATCH_BOX", "title": "box", "is_enabled": True})
    await world.configure("scratch-box", boxes)
    player = await world.player("kim", SCRATCH_TICKET=3)
    await world.ok("POST", "/api/scratch-box/play", json={"box": 1}, headers=player.headers | key())
    poorer = boxes | {"prizes": [line | {"reward_amount": 1} for line in boxes["prizes"]]}  # type: ignore[attr-defined]
    saved = await desk.ok("POST", "/games/scratch-box/configs", {"config": poorer})
    activate = f"/games/scratch-box/configs/{saved['id']}/activate"
    assert await desk.refused("POST", activate) == (409, "PROMISE_WITHDRAWN")
    await world.ok("POST", "/api/scratch-box/play", json={"box": 2}, headers=player.headers | key())
    await desk.ok("POST", activate)
