"""What a config names must be there: refused at its field when it can never work, warned of when it may come later.

On save and again when players are promised it, for every kind of config, with a code and in both languages.
"""

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.reference_findings import WORDINGS
from tests.admin.desk import Desk, desk_of
from tests.admin.season_bodies import season
from tests.goals.boards import board
from tests.goals.missions import mission
from tests.goals.test_teams import contest
from tests.play.limited import lottery
from tests.world import World

Reward = dict[str, Any]


@pytest.fixture
async def desk(world: World) -> Desk:
    return await desk_of(world, "kim@example.com", "admin")


def campaign(*games: str, rewards: tuple[Reward, ...] = (), **changed: Any) -> dict[str, Any]:
    plays = {"kind": "PLAYS", "plays": 1, "games": list(games or ["ROULETTE"])}
    return {
        "code": "NEW_BRIDGE", "name": "다리", "start_date": "2026-02-01", "required_keys": 1,
        "settles_at": "2026-02-02T00:10:00+09:00",
        "slots": [{"event_type": "KEY_DAY_1", "mission": plays, "rewards": list(rewards)}],
    } | changed  # fmt: skip


def with_level(reward: Reward) -> dict[str, Any]:
    body = season(season_name="LATER", start_date="2026-03-01", end_date="2026-03-31")
    body["levels"][0]["rewards"] = {"FREE": [reward]}
    return body


def rule(*effects: dict[str, Any], **changed: Any) -> dict[str, Any]:
    config = {"event_types": ["lecture.completed"], "effects": list(effects)}
    return {"code": "NEW_RULE", "title": "rule", "host": None, "config": config | changed}


def promo(reward: Reward) -> dict[str, Any]:
    return {
        "code": "PROMO", "title_ko": "코드", "title_en": "code", "kind": "SHARED", "shared_code": "HELLO2026",
        "opens_at": "2025-12-10T00:00:00+09:00", "rewards": [reward],
    }  # fmt: skip


def mail(reward: Reward) -> dict[str, Any]:
    return {
        "title_ko": "선물", "title_en": "gift", "expires_at": "2026-01-31T00:00:00+09:00", "external_ids": ["park"],
        "rewards": [reward],
    }  # fmt: skip


# kind of config → (its address, a body that gives this reward, the field where the reward stands)
GIVERS: dict[str, tuple[str, Callable[[Reward], dict[str, Any]], str]] = {
    "season": ("/seasons", with_level, "levels.0.rewards.FREE.0"),
    "bridge": ("/bridge/campaigns", lambda one: campaign(rewards=(one,)), "slots.0.rewards.0"),
    "mission": ("/missions", lambda one: mission(rewards=[one], is_active=False), "rewards.0"),
    "leaderboard": (
        "/leaderboards",
        lambda one: board(rank_rewards=[{"from_rank": 1, "to_rank": 1, "rewards": [one]}], is_active=False),
        "rank_rewards.0.rewards.0",
    ),
    "contest": (
        "/team-contests",
        lambda one: contest(rank_rewards=[{"from_rank": 1, "to_rank": 1, "rewards": [one]}]),
        "rank_rewards.0.rewards.0",
    ),
    "promotion": ("/promotions", promo, "rewards.0"),
    "mailing": ("/inbox", mail, "rewards.0"),
    "rule": ("/rules", lambda one: rule({"kind": "REWARD", **one}), "effects.0"),
    "game": ("/games/lottery/configs", lambda one: {"config": lottery({"label": "p"} | one)}, "prizes.0"),
}


def gift(kind: str, code: str, *, amount: int = 1) -> Reward:
    return {"reward_type": kind, "reward_amount": amount, "code": code}


async def problems(desk: Desk, path: str, body: dict[str, Any], **more: Any) -> dict[str, tuple[str, str]]:
    """field → (code, its Korean) of a refusal."""
    answer = await desk.send("POST", path, body, keyed=True, **more)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["error"]["message"], "in Korean, as nobody asked for English"
    return {one["field"]: (one["code"], one["reason"]) for one in answer.json()["error"]["details"]}


async def warned(desk: Desk, path: str, body: Any = None, **more: Any) -> set[tuple[str, str]]:
    """(field, code) of what a write that succeeds warns of."""
    answer = await desk.ok("POST", path, body, keyed=True, **more)
    assert all(one["reason"] and one["reason_ko"] and one["name"] for one in answer["warnings"])
    return {(one["field"], one["code"]) for one in answer["warnings"]}


@pytest.mark.parametrize("kind", GIVERS)
@pytest.mark.parametrize(("reward", "code"), [("COUPON", "UNKNOWN_POOL"), ("BADGE", "UNKNOWN_BADGE")])
async def test_a_pool_or_badge_that_is_not_there_is_refused_at_its_field(
    world: World, desk: Desk, kind: str, reward: str, code: str
) -> None:
    await world.player("park")
    path, body, field = GIVERS[kind]
    said = await problems(desk, path, body(gift(reward, "NOWHERE")))
    assert said == {f"{field}.code": (code, WORDINGS[code].ko)}
    english = Desk(world, desk.headers | {"Accept-Language": "en"})
    said = await problems(english, path, body(gift(reward, "NOWHERE")))
    assert said == {f"{field}.code": (code, WORDINGS[code].en)}


@pytest.mark.parametrize("kind", GIVERS)
async def test_an_unknown_token_type_is_refused_at_its_field(world: World, desk: Desk, kind: str) -> None:
    await world.player("park")
    path, body, field = GIVERS[kind]
    reward = {"reward_type": "TOKEN", "reward_amount": 1, "token_type": "CASINO_CHIP"}
    assert (await problems(desk, path, body(reward)))[f"{field}.token_type"][0] == "UNKNOWN_TOKEN"


@pytest.mark.parametrize("kind", GIVERS)
async def test_what_may_come_later_is_said_and_saved(world: World, desk: Desk, kind: str) -> None:
    await world.player("park")
    await desk.ok("POST", "/coupons/pools", {"code": "EMPTY", "name": "빈 쿠폰"})
    path, body, field = GIVERS[kind]
    code = "PRIZE_OUT_OF_DRAW" if kind == "game" else "POOL_EMPTY"
    assert (f"{field}.code", code) in await warned(desk, path, body(gift("COUPON", "EMPTY")))


@pytest.mark.parametrize("kind", sorted(GIVERS.keys() - {"game"}))
async def test_a_ticket_of_a_game_that_nobody_can_play_is_said(world: World, desk: Desk, kind: str) -> None:
    await world.player("park")
    path, body, field = GIVERS[kind]
    reward = {"reward_type": "TOKEN", "reward_amount": 1, "token_type": "SCRATCH_TICKET"}
    assert (f"{field}.token_type", "TICKET_UNUSABLE") in await warned(desk, path, body(reward))


@pytest.mark.parametrize(("reward", "code"), [("ITEM", "HOT_CHOCO"), ("ENTITLEMENT", "LECTUR"), ("HOST", "GIFT_BOX")])
async def test_an_item_or_resource_that_nothing_else_names_may_be_misspelt(
    world: World, desk: Desk, reward: str, code: str
) -> None:
    path, body, field = GIVERS["season"]
    first = await warned(desk, path, body(gift(reward, code)))
    assert (f"{field}.code", "NAMED_NOWHERE_ELSE") in first
    assert ((f"{field}.code", "NO_WEBHOOK") in first) is (reward == "HOST")
    path, body, field = GIVERS["mission"]
    assert (f"{field}.code", "NAMED_NOWHERE_ELSE") not in await warned(desk, path, body(gift(reward, code)))


async def test_a_bridge_that_nobody_could_complete_is_warned_of_and_never_opened(world: World, desk: Desk) -> None:
    assert (await problems(desk, "/bridge/campaigns", campaign("CHESS")))["slots.0.mission.games.0"][
        0
    ] == "UNKNOWN_GAME"
    said = await warned(desk, "/bridge/campaigns", campaign("ROULETTE", "SCRATCH_BOX"))
    assert said == {("slots.0.mission.games.1", "GAME_NOT_SET_UP")}
    refused = await problems(desk, "/bridge/campaigns/NEW_BRIDGE/open", {}, version=1)
    assert refused["slots.0.mission.games.1"][0] == "GAME_NEVER_SET_UP"
    assert await world.rows("SELECT state FROM bridge_campaigns WHERE code = 'NEW_BRIDGE'") == [("DRAFT",)]
    await desk.ok("POST", "/features", {"feature_type": "SCRATCH_BOX", "title": "상자", "is_enabled": True})
    config = {"name": "b", "boxes": 2, "prizes": [{"id": 1, "label": "p", "count": 2, "reward_type": "POINT",
                                                  "reward_amount": 1}]}  # fmt: skip
    await world.configure("scratch-box", config)
    await desk.ok("PATCH", "/features/ROULETTE", {"is_enabled": False}, version="*")
    said = await warned(desk, "/bridge/campaigns/NEW_BRIDGE/open", version=1)
    assert said == {("slots.0.mission.games.0", "GAME_STOPPED")}, "a stopped game comes back"


async def test_a_bridge_names_a_program_a_season_and_a_host_event_that_are_there(world: World, desk: Desk) -> None:
    event = {"event_type": "KEY_DAY_1", "mission": {"kind": "HOST_EVENT", "host_event_type": "goal.reached"}}
    for change, field, code in (
        ({"program": "nowhere"}, "program", "UNKNOWN_PROGRAM"),
        ({"host": "nobody"}, "host", "UNKNOWN_HOST"),
        ({"target_season_id": 999}, "target_season_id", "UNKNOWN_SEASON"),
        ({"target_season_id": world.season_id}, "target_season_id", "SEASON_OVER"),
    ):
        assert (await problems(desk, "/bridge/campaigns", campaign(**change)))[field][0] == code
    said = await warned(desk, "/bridge/campaigns", campaign(slots=[event]))
    assert said == {("slots.0.mission.host_event_type", "EVENT_NEVER_SEEN")}
    draft = season(season_name="DRAFT", start_date="2026-02-02", end_date="2026-02-28", is_active=False)
    target = {"target_season_id": (await desk.ok("POST", "/seasons", draft))["id"]}
    answer = await desk.ok("PUT", "/bridge/campaigns/NEW_BRIDGE/target-season", target, version="*")
    assert [one["code"] for one in answer["warnings"]] == ["SEASON_NOT_PUBLISHED"]


@pytest.mark.parametrize(("path", "make"), [("/missions", mission), ("/leaderboards", board)])
async def test_what_is_counted_is_reported_by_somebody(
    world: World, desk: Desk, path: str, make: Callable[..., dict[str, Any]]
) -> None:
    nothing = {"rewards": []} if path == "/missions" else {"rank_rewards": []}
    assert (await problems(desk, path, make(metric="PLAY.CHESS", **nothing)))["metric"][0] == "UNKNOWN_METRIC"
    assert await warned(desk, path, make("ONE", metric="lecture.minutes", **nothing)) == {
        ("metric", "METRIC_NOT_REPORTED")
    }
    assert await warned(desk, path, make("TWO", metric="PLAY.SCRATCH_BOX", **nothing)) == {
        ("metric", "GAME_NOT_SET_UP")
    }
    count = {"kind": "COUNT", "metric": "lecture.minutes"}
    await desk.ok("POST", "/rules", rule(count))
    await desk.ok("POST", "/rules/NEW_RULE/activate", {"version": 1})
    assert await warned(desk, path, make("THREE", metric="lecture.minutes", **nothing)) == set()


async def test_a_mission_is_warned_of_again_when_it_is_put_in_force(world: World, desk: Desk) -> None:
    body = mission(metric="lecture.minutes", rewards=[], is_active=False)
    assert await warned(desk, "/missions", body) == {("metric", "METRIC_NOT_REPORTED")}
    assert await warned(desk, "/missions/SPINS/activate", version=1) == {("metric", "METRIC_NOT_REPORTED")}
    answer = await desk.ok("POST", "/missions/SPINS/retire", version=2)
    assert answer["warnings"] == []
    assert await warned(desk, "/missions", mission("NEXT", requires=["SPINS"])) == {("requires.0", "MISSION_RETIRED")}
    assert (await problems(desk, "/missions", mission("LAST", requires=["NO_SUCH"])))["requires.0"][
        0
    ] == "UNKNOWN_MISSION"


async def test_missions_that_require_one_another_could_never_be_begun(world: World, desk: Desk) -> None:
    await desk.ok("POST", "/missions", mission("ONE", rewards=[]))
    await desk.ok("POST", "/missions", mission("TWO", rewards=[], requires=["ONE"]))
    await desk.ok("POST", "/missions", mission("THREE", rewards=[], requires=["TWO"]))
    body = mission("ONE", rewards=[], requires=["THREE"])
    answer = await desk.send("PUT", "/missions/ONE", body, version=1)
    assert [(one["field"], one["code"]) for one in answer.json()["error"]["details"]] == [
        ("requires.0", "MISSION_CIRCLE")
    ]


async def test_a_rule_says_which_of_its_words_nobody_hears(world: World, desk: Desk) -> None:
    effects = (
        {"kind": "COUNT", "metric": "lecture.minutes"},
        {"kind": "BRIDGE_KEY", "host_event_type": "goal.missed"},
        {"kind": "PREMIUM", "track": "GOLD"},
    )
    expected = {
        ("event_types.0", "EVENT_NEVER_SEEN"),
        ("effects.0.metric", "METRIC_NOT_COUNTED"),
        ("effects.1.host_event_type", "NO_KEY_WANTED"),
        ("effects.2.track", "NO_SUCH_TRACK"),
    }
    assert await warned(desk, "/rules", rule(*effects)) == expected
    assert await warned(desk, "/rules/NEW_RULE/activate", {"version": 1}) == expected
    assert await warned(desk, "/rules/NEW_RULE/versions", {"config": rule(*effects)["config"]}) == expected


async def test_a_contest_names_a_season_that_is_still_to_be_played(world: World, desk: Desk) -> None:
    assert (await problems(desk, "/team-contests", contest(999)))["season_id"][0] == "UNKNOWN_SEASON"
    await desk.ok("POST", "/team-contests", contest(world.season_id))
    world.clock.advance(days=40)
    assert (await problems(desk, "/team-contests/CUP/activate", {}, version=1))["season_id"][0] == "SEASON_OVER"


async def test_a_season_is_warned_of_again_when_it_is_published(world: World, desk: Desk) -> None:
    await desk.ok("POST", "/coupons/pools", {"code": "EMPTY", "name": "빈 쿠폰"})
    made = await desk.ok("POST", "/seasons", with_level(gift("COUPON", "EMPTY")) | {"is_active": False})
    expected = [("levels.0.rewards.FREE.0.code", "POOL_EMPTY")]
    assert [(one["field"], one["code"]) for one in made["warnings"]] == expected
    published = await desk.ok("POST", f"/seasons/{made['id']}/publish", version=made["version"])
    assert [(one["field"], one["code"]) for one in published["warnings"]] == expected


async def test_a_game_is_warned_of_again_when_it_is_put_in_force(world: World, desk: Desk) -> None:
    await desk.ok("POST", "/coupons/pools", {"code": "EMPTY", "name": "빈 쿠폰"})
    path = "/games/lottery/configs"
    made = await desk.ok("POST", path, {"config": lottery({"label": "p"} | gift("COUPON", "EMPTY"))})
    assert await warned(desk, f"{path}/{made['id']}/activate") == {("prizes.0.code", "PRIZE_OUT_OF_DRAW")}
