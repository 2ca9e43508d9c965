"""What players were promised or paid is not taken back by editing their season."""

from datetime import date
from typing import Any

import pytest

from app.domain.season_config import SeasonConfig
from app.domain.season_edits import SeasonUse, edit_problems
from tests.admin.desk import Desk
from tests.admin.season_bodies import COIN, body_of, level, season

POINTS = {"reward_type": "POINT", "reward_amount": 10}
LEVELS = [level(1, 20), level(2, 50, auto_claim=False), level(3, 100)]
# somebody has 60 XP, so levels 1 and 2 are reached; the last stamp was on the tenth
USE = SeasonUse(players=7, top_level=2, top_xp=60, last_stamp_date=date(2026, 1, 10), has_counted_wins=True)


def parsed(**changes: Any) -> SeasonConfig:
    document = season(**{"levels": LEVELS} | changes)
    days = {name: date.fromisoformat(document[name]) for name in ("start_date", "end_date")}
    return SeasonConfig.model_validate(document | days)


SAFE: list[dict[str, Any]] = [
    {},
    {"season_name": "RENAMED", "base_xp_per_stamp": 50, "grace_days": 30, "stamp_on_play": True},
    {"levels": [level(1, 20) | {"label_ko": "새 이름"}, LEVELS[1], LEVELS[2]]},
    {"levels": [level(1, 20) | {"rewards": {"FREE": [COIN], "GOLD": []}}, LEVELS[1], LEVELS[2]]},
    {"levels": [*LEVELS[:2], level(3, 61, COIN, POINTS), level(4, 62)]},
    {"grace_days": 6, "end": "2026-02-01"},
    {"end": "2026-02-28"},
]
UNSAFE: list[tuple[dict[str, Any], list[str]]] = [
    ({"levels": [level(1, 21), *LEVELS[1:]]}, ["levels.0.required_xp"]),
    ({"levels": [level(1, 20, POINTS), *LEVELS[1:]]}, ["levels.0.rewards"]),
    ({"levels": [LEVELS[0], level(2, 50), LEVELS[2]]}, ["levels.1.auto_claim"]),
    ({"levels": LEVELS[:1]}, ["levels"]),
    ({"levels": [*LEVELS[:2], level(3, 60)]}, ["levels.2.required_xp"]),
    ({"levels": [*LEVELS[:2], level(3, 55), level(4, 60)]}, ["levels.2.required_xp", "levels.3.required_xp"]),
    ({"start": "2026-01-02"}, ["start_date"]),
    ({"start": "2025-12-31"}, ["start_date"]),
    ({"levels": LEVELS[:2]}, ["levels"]),
    ({"levels": [*LEVELS[:2], level(3, 61, POINTS, auto_claim=False)]}, ["levels.2.auto_claim", "levels.2.rewards"]),
    ({"levels": [*LEVELS[:2], level(3, 101)]}, ["levels.2.required_xp"]),
    ({"end": "2026-01-09", "grace_days": 60}, ["end_date"]),
    ({"end": "2026-01-30"}, ["end_date", "last_claim_day"]),
    ({"grace_days": 0}, ["last_claim_day"]),
    ({"base_xp_per_stamp": 19}, ["base_xp_per_stamp"]),
    ({"daily_xp_cap": 100}, ["daily_xp_cap"]),
    ({"program": "other"}, ["program"]),
    ({"internal_win_threshold": 60}, ["internal_win_threshold"]),
    ({"internal_win_threshold": 0}, ["internal_win_threshold"]),
]


@pytest.mark.parametrize("change", SAFE)
def test_what_touches_no_promise_may_change(change: dict[str, Any]) -> None:
    assert edit_problems(parsed(), parsed(**change), USE) == []


@pytest.mark.parametrize(("change", "fields"), UNSAFE)
def test_a_promise_stays(change: dict[str, Any], fields: list[str]) -> None:
    assert [field for field, _ in edit_problems(parsed(), parsed(**change), USE)] == fields


@pytest.mark.parametrize("change", [change for change, _ in UNSAFE])
def test_as_long_as_nobody_is_in_everything_may_change(change: dict[str, Any]) -> None:
    assert edit_problems(parsed(), parsed(**change), SeasonUse()) == []


def test_a_threshold_that_nobody_has_counted_towards_may_change() -> None:
    use = SeasonUse(players=1, top_level=0, top_xp=0)
    assert edit_problems(parsed(), parsed(internal_win_threshold=40), use) == []


async def test_editing_a_season_with_players_names_every_field_that_would_break_a_promise(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee")
    stamped = await world.ok("POST", "/api/season-pass/stamp", headers=player.headers)
    assert stamped["current_level"] == 1
    path = f"/seasons/{world.season_id}"
    read = await admin.get(path)
    levels = [dict(line) for line in read["levels"]]
    levels[0]["required_xp"], levels[1]["required_xp"] = 19, 20
    broken = body_of(read, levels=levels, start_date="2025-12-08", end_date="2025-12-09")
    response = await admin.send("PUT", path, broken, version=read["version"])
    assert (response.status_code, response.json()["error"]["code"]) == (409, "PROMISE_WITHDRAWN")
    assert {line["players"] for line in response.json()["error"]["details"]} == {1}
    fields = {line["field"] for line in response.json()["error"]["details"]}
    assert fields == {"start_date", "end_date", "last_claim_day", "levels.0.required_xp", "levels.1.required_xp"}
    assert await admin.get(path) == read


async def test_a_safe_edit_of_a_running_season_reaches_the_next_stamp(admin: Desk) -> None:
    world = admin.world
    first, second = await world.player("lee"), await world.player("han")
    await world.ok("POST", "/api/season-pass/stamp", headers=first.headers)
    path = f"/seasons/{world.season_id}"
    read = await admin.get(path)
    levels = [dict(line) for line in read["levels"]]
    more = [*levels[1]["rewards"]["FREE"], {"reward_type": "POINT", "reward_amount": 77}]
    levels[1] |= {"required_xp": 30, "rewards": {"FREE": more}}
    edited = body_of(read, levels=levels, base_xp_per_stamp=30)
    await admin.ok("PUT", path, edited, version=read["version"])
    stamped = await world.ok("POST", "/api/season-pass/stamp", headers=second.headers)
    assert (stamped["xp_added"], stamped["current_level"]) == (30, 2)
    points = await world.rows("SELECT balance FROM wallets WHERE token_type = 'POINT'")
    assert points == [(77,)]


async def test_a_retired_season_takes_no_stamps(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee")
    await admin.ok("POST", f"/seasons/{world.season_id}/retire", version=1)
    refusal = await world.code("POST", "/api/season-pass/stamp", headers=player.headers)
    assert refusal == (404, "NO_ACTIVE_SEASON")
