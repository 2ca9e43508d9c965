"""Operators set seasons."""

from typing import Any

import pytest

from tests.admin.desk import WHY, Desk, newest_audit
from tests.admin.season_bodies import COIN, body_of, level, season


async def test_a_new_season_is_a_draft_with_all_its_levels(admin: Desk) -> None:
    bundle = [COIN, {"reward_type": "POINT", "reward_amount": 500}]
    premium = {"FREE": bundle, "GOLD": [{"reward_type": "BADGE", "reward_amount": 1, "code": "SNOW"}]}
    await admin.ok("PUT", "/badges/SNOW", {"name_ko": "배지", "name_en": "badge"})
    levels = [level(1, 20) | {"rewards": premium}, level(2, 50, auto_claim=False), level(3, 100) | {"rewards": {}}]
    await admin.ok("POST", "/programs", {"code": "spring", "title": "봄"})
    response = await admin.send("POST", "/seasons", season(levels=levels, grace_days=3, program="spring"))
    assert response.status_code == 201, response.text
    made = response.json()
    assert made.pop("warnings") == []
    assert (made["is_active"], made["version"], made["max_level"]) == (False, 1, 3)
    assert (made["grace_days"], made["program"], made["internal_win_threshold"]) == (3, "spring", 50)
    assert response.headers["etag"] == '"1"'
    assert made["levels"][0]["rewards"]["FREE"][1]["reward_amount"] == 500
    assert made["levels"][0]["rewards"]["GOLD"][0]["code"] == "SNOW"
    assert (made["levels"][1]["auto_claim"], made["levels"][2]["rewards"]) == (False, {})
    assert await admin.get(f"/seasons/{made['id']}") == made
    audit = await newest_audit(admin.world)
    assert (audit["action"], audit["target"], audit["reason"]) == ("SEASON_CREATED", f"season:{made['id']}", WHY)
    assert audit["before"] is None
    assert audit["after"]["levels"][0]["required_xp"] == 20


async def test_a_season_can_be_made_active_at_once(admin: Desk) -> None:
    made = await admin.ok("POST", "/seasons", season(is_active=True))
    assert made["is_active"] is True


async def test_what_was_read_can_be_written_back(admin: Desk) -> None:
    made = await admin.ok("POST", "/seasons", season())
    again = await admin.ok("PUT", f"/seasons/{made['id']}", body_of(made), version=1)
    assert again["version"] == 2
    assert body_of(again) == body_of(made)


async def test_an_edit_replaces_the_whole_season_and_raises_its_version(admin: Desk) -> None:
    made = await admin.ok("POST", "/seasons", season())
    admin.world.clock.advance(minutes=1)
    changed = season(name="NEW_YEAR", end="2026-02-10", levels=[level(1, 10), level(2, 40)], stamp_on_play=True)
    after = await admin.ok("PUT", f"/seasons/{made['id']}", changed, version=1)
    assert (after["season_name"], after["end_date"], after["max_level"]) == ("NEW_YEAR", "2026-02-10", 2)
    assert (after["version"], after["is_active"], after["stamp_on_play"]) == (2, False, True)
    assert after["updated_at"] > after["created_at"]
    assert [line["required_xp"] for line in after["levels"]] == [10, 40]
    audit = await newest_audit(admin.world)
    assert (audit["before"]["version"], audit["after"]["version"]) == (1, 2)
    assert (audit["before"]["season_name"], audit["after"]["season_name"]) == ("NEW_YEAR_2026", "NEW_YEAR")


async def test_an_edit_names_the_version_it_is_based_on(admin: Desk) -> None:
    made = await admin.ok("POST", "/seasons", season())
    path = f"/seasons/{made['id']}"
    assert await admin.refused("PUT", path, season()) == (428, "PRECONDITION_REQUIRED")
    assert await admin.refused("PUT", path, season(), version=2) == (409, "VERSION_CONFLICT")
    assert await admin.refused("POST", f"{path}/publish") == (428, "PRECONDITION_REQUIRED")
    assert await admin.refused("POST", f"{path}/retire", version=9) == (409, "VERSION_CONFLICT")
    await admin.ok("PUT", path, season(), version="*")


async def test_publishing_and_retiring_are_edits_too(admin: Desk) -> None:
    made = await admin.ok("POST", "/seasons", season())
    path = f"/seasons/{made['id']}"
    published = await admin.ok("POST", f"{path}/publish", version=1)
    assert (published["is_active"], published["version"]) == (True, 2)
    assert (await newest_audit(admin.world))["action"] == "SEASON_PUBLISHED"
    retired = await admin.ok("POST", f"{path}/retire", version=2)
    assert (retired["is_active"], retired["version"]) == (False, 3)
    audit = await newest_audit(admin.world)
    assert (audit["action"], audit["before"]["is_active"], audit["after"]["is_active"]) == (
        "SEASON_RETIRED",
        True,
        False,
    )


async def test_an_unknown_season_is_not_found(admin: Desk) -> None:
    not_found = (404, "SEASON_NOT_FOUND")
    assert await admin.refused("PUT", "/seasons/999", season(), version=1) == not_found
    assert await admin.refused("POST", "/seasons/999/publish", version=1) == not_found
    clone = {"season_name": "COPY", "start_date": "2026-02-01", "end_date": "2026-02-02"}
    assert await admin.refused("POST", "/seasons/999/clone", clone) == not_found
    assert await admin.world.code("GET", "/api/admin/seasons/999", headers=admin.headers) == not_found


async def test_a_name_is_used_once(admin: Desk) -> None:
    made = await admin.ok("POST", "/seasons", season())
    other = await admin.ok("POST", "/seasons", season(name="OTHER"))
    taken = (409, "NAME_TAKEN")
    assert await admin.refused("POST", "/seasons", season()) == taken
    assert await admin.refused("PUT", f"/seasons/{other['id']}", season(), version=1) == taken
    clone = {"season_name": "OTHER", "start_date": "2026-02-01", "end_date": "2026-02-02"}
    assert await admin.refused("POST", f"/seasons/{made['id']}/clone", clone) == taken


@pytest.mark.parametrize(("start", "end"), [("2025-12-25", "2026-01-05"), ("2025-12-01", "2025-12-09")])
async def test_two_active_seasons_of_one_program_never_share_a_day(admin: Desk, start: str, end: str) -> None:
    conflict = (409, "ACTIVE_SEASON_CONFLICT")
    assert await admin.refused("POST", "/seasons", season(start=start, end=end, is_active=True)) == conflict
    draft = await admin.ok("POST", "/seasons", season(start=start, end=end))
    path = f"/seasons/{draft['id']}"
    assert await admin.refused("POST", f"{path}/publish", version=1) == conflict
    assert await admin.refused("PUT", path, season(start=start, end=end, is_active=True), version=1) == conflict
    await admin.ok("POST", "/programs", {"code": "other", "title": "Other"})
    await admin.ok("PUT", path, season(start=start, end=end, program="other", is_active=True), version=1)


async def test_seasons_may_touch_and_drafts_may_overlap(admin: Desk) -> None:
    await admin.ok("POST", "/seasons", season(start="2025-12-26", is_active=True))
    await admin.ok("POST", "/seasons", season(name="BEFORE", start="2025-11-01", end="2025-12-08", is_active=True))
    await admin.ok("POST", "/seasons", season(name="DRAFT", start="2025-12-01"))


async def test_moving_an_active_season_over_another_is_refused(admin: Desk) -> None:
    made = await admin.ok("POST", "/seasons", season(is_active=True))
    moved = season(start="2025-12-20")
    refusal = await admin.refused("PUT", f"/seasons/{made['id']}", moved, version=1)
    assert refusal == (409, "ACTIVE_SEASON_CONFLICT")


async def test_a_clone_is_a_draft_with_everything_but_name_and_dates(admin: Desk) -> None:
    source = await admin.get(f"/seasons/{admin.world.season_id}")
    clone = {"season_name": "XMAS_2026", "start_date": "2026-12-09", "end_date": "2026-12-25"}
    made = await admin.ok("POST", f"/seasons/{source['id']}/clone", clone)
    assert (made["is_active"], made["version"]) == (False, 1)
    assert made["levels"] == source["levels"]
    assert body_of(made) == body_of(source, **clone, is_active=False)
    assert (await newest_audit(admin.world))["action"] == "SEASON_CLONED"
    backwards = clone | {"season_name": "X", "end_date": "2026-12-01"}
    refusal = await admin.refused("POST", f"/seasons/{source['id']}/clone", backwards)
    assert refusal == (400, "INVALID_SEASON_DATES")


async def test_the_list_comes_newest_first_in_pages(admin: Desk) -> None:
    for number in range(3):
        await admin.ok("POST", "/seasons", season(name=f"S{number}"))
    first = await admin.get("/seasons", limit=2)
    assert [row["season_name"] for row in first["items"]] == ["S2", "S1"]
    assert first["has_more"]
    second = await admin.get("/seasons", limit=2, after=first["next"])
    assert [row["season_name"] for row in second["items"]] == ["S0", "XMAS_2025"]
    assert (second["next"], second["has_more"]) == (None, False)


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"levels": []}, "levels"),
    ({"levels": [level(1, 20), level(3, 50)]}, "levels"),
    ({"levels": [level(2, 20)]}, "levels"),
    ({"levels": [level(1, 20), level(2, 20)]}, "levels"),
    ({"levels": [level(1, 20), level(2, 10)]}, "levels"),
    ({"levels": [level(1, 0)]}, "levels.0.required_xp"),
    ({"levels": [level(1, 20) | {"label_ko": ""}]}, "levels.0.label_ko"),
    ({"levels": [level(1, 20) | {"auto_claim": 1}]}, "levels.0.auto_claim"),
    ({"levels": [level(1, 20) | {"surprise": 1}]}, "levels.0.surprise"),
    ({"levels": [level(1, 20, COIN | {"token_type": "GOLD"})]}, "levels.0.rewards.FREE.0.token_type"),
    ({"levels": [level(1, 20, COIN | {"token_type": "POINT"})]}, "levels.0.rewards.FREE.0.token_type"),
    ({"levels": [level(1, 20, COIN | {"token_type": None})]}, "levels.0.rewards.FREE.0"),
    ({"levels": [level(1, 20, {"reward_type": "CASH", "reward_amount": 1})]}, "levels.0.rewards.FREE.0.reward_type"),
    ({"levels": [level(1, 20) | {"rewards": {"free": []}}]}, "levels.0.rewards.free.[key]"),
    ({"max_level": 4}, "(whole)"),
    ({"max_level": 10**30}, "max_level"),
    ({"season_name": "   "}, "season_name"),
    ({"season_name": "x" * 101}, "season_name"),
    ({"season_name": "a\x00b"}, "season_name"),
    ({"season_name": 7}, "season_name"),
    ({"program": "Main"}, "program"),
    ({"program": "시즌"}, "program"),
    ({"start_date": "2026-02-30"}, "start_date"),
    ({"start_date": "1900-01-01"}, "start_date"),
    ({"end_date": "9999-12-31"}, "end_date"),
    ({"end_date": 1767225600}, "end_date"),
    ({"end_date": "1767225600"}, "end_date"),
    ({"end_date": "20260131"}, "end_date"),
    ({"end_date": "2026-W05-6"}, "end_date"),
    ({"end_date": "2026-01-31T00:00:00Z"}, "end_date"),
    ({"base_xp_per_stamp": -1}, "base_xp_per_stamp"),
    ({"base_xp_per_stamp": "20"}, "base_xp_per_stamp"),
    ({"base_xp_per_stamp": 2**63}, "base_xp_per_stamp"),
    ({"base_xp_per_stamp": 20.5}, "base_xp_per_stamp"),
    ({"grace_days": 91}, "grace_days"),
    ({"internal_win_threshold": True}, "internal_win_threshold"),
    ({"stamp_on_play": "yes"}, "stamp_on_play"),
    ({"is_active": 1}, "is_active"),
    ({"reason": ""}, "reason"),
    ({"reason": "x" * 501}, "reason"),
    ({"reason": None}, "reason"),
    ({"id": 7}, "id"),
]


@pytest.mark.parametrize(("change", "field"), BROKEN, ids=[f"{field}-{n}" for n, (_, field) in enumerate(BROKEN)])
async def test_a_broken_season_is_refused_naming_the_field(
    calm_admin: Desk, change: dict[str, Any], field: str
) -> None:
    assert await calm_admin.refused("POST", "/seasons", season(**change)) == (422, "VALIDATION_ERROR")
    details = (await calm_admin.send("POST", "/seasons", season(**change))).json()["error"]["details"]
    assert field in {line["field"] for line in details}


async def test_dates_must_be_in_order_and_one_day_is_enough(admin: Desk) -> None:
    backwards = season(start="2026-02-01", end="2026-01-31")
    assert await admin.refused("POST", "/seasons", backwards) == (400, "INVALID_SEASON_DATES")
    await admin.ok("POST", "/seasons", season(start="2026-02-01", end="2026-02-01"))
