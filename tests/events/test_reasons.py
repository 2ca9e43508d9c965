"""Every accepted event that gave nothing says why, in words that are documented; what a bound cut off is told, too."""

import re
from typing import Any, get_args

import pytest

from app.core.metrics import EVENTS
from app.domain.event_reasons import NoEffect
from app.schemas.events import EventResult, RuleSkipped
from tests.architecture.house import ROOT
from tests.events.host import balance, coins, event, one, points, rule, send, xp, xp_of
from tests.season.rich import begin
from tests.world import World

OVER = {"field": "data.amount", "op": "gte", "value": 10_000}
PER_THOUSAND = {"field": "data.amount", "step": 1_000}
# reason → (config of the rule, the events of which the last one has it)
CASES: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "no_rule": ({}, [event(1, "unheard.of")]),
    "condition_not_met": ({"when": [OVER]}, [event(1, "t", amount=9_999)]),
    "not_a_number": ({"when": [OVER]}, [event(1, "t", amount="45000")]),
    "out_of_range": ({"count": PER_THOUSAND}, [event(1, "t", amount=-1)]),
    "field_missing": ({"count": PER_THOUSAND}, [event(1, "t")]),
    "once": ({"once_per": []}, [event(1, "t"), event(2, "t")]),
    "daily_cap": ({"cap_per_day": 1}, [event(1, "t"), event(2, "t")]),
    "cooldown": ({"cooldown_seconds": 60}, [event(1, "t"), event(2, "t")]),
    "nothing_new": ({"count": PER_THOUSAND}, [event(1, "t", amount=999)]),
}  # fmt: skip


@pytest.mark.parametrize("reason", CASES)
async def test_an_accepted_event_without_effect_says_why(sqlite_world: World, reason: str) -> None:
    config, events = CASES[reason]
    await rule(sqlite_world, "R", points(1), **config)
    counted = EVENTS.labels("accepted", reason)._value.get()
    answer = await send(sqlite_world, *events)
    result = answer["results"][-1]
    assert (result["status"], result["reason"], answer["without_effect"]) == ("accepted", reason, 1)
    assert EVENTS.labels("accepted", reason)._value.get() == counted + 1
    admin = await sqlite_world.token("boss", "admin")
    story = await sqlite_world.ok("GET", f"/api/admin/events/{result['event_id']}", headers=admin)
    assert story["reason"] == reason
    assert not await sqlite_world.differences()


async def test_a_player_who_is_blocked_an_event_that_was_revoked_and_effects_that_cannot_be_given(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    await rule(world, "R", xp(1), types=("t",))
    await rule(world, "BACK", {"kind": "REVERSE", "event_id": "data.order"}, types=("refund",))
    await send(world, event(1, "refund", order="e-2"))
    assert (await one(world, event(2, "t")))["reason"] == "event_revoked"
    await world.sql("UPDATE seasons SET is_active = 0, version = version + 1")
    assert (await one(world, event(3, "t")))["reason"] == "not_given"
    await world.sql("UPDATE user_profiles SET is_blocked = 1")
    assert (await one(world, event(4, "t")))["reason"] == "player_blocked"


@pytest.mark.parametrize("value", ["45000", True, [45_000], {"krw": 1}])
@pytest.mark.parametrize(
    "config", [{"when": [OVER]}, {"count": PER_THOUSAND}, {"when": [{"not": {"any": [OVER]}}, OVER]}]
)
async def test_an_amount_that_is_no_number_names_its_field(
    sqlite_world: World, config: dict[str, Any], value: Any
) -> None:
    await rule(sqlite_world, "R", points(1), **config)
    result = await one(sqlite_world, event(1, "t", amount=value))
    assert (result["reason"], result["skipped"][0]["reason"]) == ("not_a_number", "NOT_A_NUMBER")
    assert await balance(sqlite_world, "kim") == 0


async def test_what_gave_something_has_no_reason(sqlite_world: World) -> None:
    await rule(sqlite_world, "R", points(1))
    await rule(sqlite_world, "TEXT", points(1), when=[OVER])
    answer = await send(sqlite_world, event(1, "t", amount="7"))
    assert ("reason" in answer["results"][0], answer["without_effect"]) == (False, 0)
    assert answer["results"][0]["skipped"] == [{"rule": "TEXT", "reason": "NOT_A_NUMBER", "field": "data.amount"}]


async def test_units_above_the_most_of_one_event_are_told(world: World) -> None:
    await rule(world, "R", points(1), coins(2), count={"field": "data.minutes", "max_units": 1_000})
    effects = (await one(world, event(1, "t", minutes=1_500)))["effects"]
    assert [(effect["kind"], effect.get("skipped"), effect.get("units")) for effect in effects] == [
        ("REWARD", None, None), ("REWARD", None, None), ("REWARD", "MAX_UNITS", 500), ("REWARD", "MAX_UNITS", 500),
    ]  # fmt: skip
    assert await balance(world, "kim") == 1_000
    assert not await world.differences()


async def test_units_and_xp_above_a_cap_are_told(sqlite_world: World) -> None:
    world = sqlite_world
    await begin(world, daily_xp_cap=25)
    await rule(world, "R", xp(10), count={"field": "data.n"}, cap_per_day=3)
    effects = (await one(world, event(1, "t", n=5)))["effects"]
    told = [(e["kind"], e.get("amount"), e.get("skipped"), e.get("left_out") or e.get("units")) for e in effects]
    assert told == [("XP", 25, None, None), ("XP", None, "DAILY_XP_CAP", 5), ("XP", None, "DAILY_CAP", 2)]
    await rule(world, "STAMPED", {"kind": "STAMP", "bonus_xp": 7}, types=("stamp",))
    effects = (await one(world, event(2, "stamp")))["effects"]
    assert [(effect.get("xp_added"), effect.get("skipped"), effect.get("left_out")) for effect in effects] == [
        (0, None, None), (None, "DAILY_XP_CAP", 27),
    ]  # fmt: skip
    assert await xp_of(world, "kim") == 25


@pytest.mark.parametrize(
    ("effect", "field"),
    [
        ({"kind": "REWARD", "reward_type": "COUPON", "code": "C", "reward_amount": 1}, "effects.0.reward_amount"),
        ({"kind": "REWARD", "reward_type": "ENTITLEMENT", "code": "E", "reward_amount": 30}, "effects.0.reward_amount"),
        ({"kind": "STAMP", "bonus_xp": 1_000_000}, "effects.0.bonus_xp"),
    ],
)
async def test_a_rule_without_a_bound_that_fits_is_refused(
    sqlite_world: World, effect: dict[str, Any], field: str
) -> None:
    admin = await sqlite_world.token("boss", "admin")
    config = {"event_types": ["t"], "effects": [effect], "count": {"field": "data.n"}}
    body = {"code": "R", "title": "R", "reason": "a test", "config": config}
    response = await sqlite_world.client.post("/api/admin/rules", json=body, headers=admin)
    assert response.status_code == 422
    assert response.json()["error"]["details"][0]["field"] == field


@pytest.mark.parametrize("name", ["host-events.md", "host-events.ko.md"])
def test_every_status_and_reason_is_documented(name: str) -> None:
    text = (ROOT / "docs" / name).read_text()
    words = set(re.findall(r"`([A-Za-z_]+)`", text))
    assert {reason.value for reason in NoEffect} <= words
    assert set(get_args(EventResult.model_fields["status"].annotation)) <= words
    assert set(get_args(RuleSkipped.model_fields["reason"].annotation)) <= words
    assert {"MAX_UNITS", "DAILY_XP_CAP", "without_effect"} <= words
