"""Stamps, levels and claims, as a player meets them."""

from datetime import date, datetime, timedelta

import pytest

from app.core.time_utils import KST
from app.schemas.season_pass import ClaimAnswer, SeasonStatus, StampAnswer
from tests.world import Person, World

STATUS, STAMP, CLAIM = "/api/season-pass/status", "/api/season-pass/stamp", "/api/season-pass/claim"


async def raise_xp(world: World, player: Person, xp: int) -> None:
    """XP given as an operator's bonus on the next day's stamp, so that every row is an honest one."""
    both = await world.token(player.name, "player", "admin")
    while xp > 0:
        bonus = min(xp - 20, 1000)
        await world.ok("POST", STAMP, json={"xp_bonus": bonus}, headers=both)
        xp -= 20 + bonus
        world.clock.advance(days=1)


async def test_a_stamp_gives_its_xp_opens_the_level_and_pays_it(world: World) -> None:
    player = await world.player("kim")
    answer = StampAnswer.model_validate(await world.ok("POST", STAMP, headers=player.headers))
    assert (answer.added_stamp, answer.xp_added, answer.current_level, answer.current_xp) == (1, 20, 1, 20)
    assert answer.leveled_up
    assert [(r.level, r.reward_type, r.token_type, r.reward_amount) for r in answer.rewards] == [
        (1, "TOKEN", "ROULETTE_COIN", 1)
    ]
    wallets = (await world.ok("GET", "/api/wallet", headers=player.headers))["wallets"]
    assert wallets == [{"token_type": "ROULETTE_COIN", "balance": 1}]
    operation = f"SEASON:{world.season_id}:{player.id}:FREE:1"
    assert await world.rows("SELECT operation_id, state FROM reward_log") == [(operation, "GRANTED")]
    events = await world.rows("SELECT event_type FROM user_event_log ORDER BY id")
    assert [e for (e,) in events if e.startswith(("SEASON", "REWARD"))] == [
        "SEASON_PASS_STAMP", "SEASON_PASS_LEVEL_UP", "REWARD_GRANTED",
    ]  # fmt: skip


@pytest.mark.parametrize("bonus", [-1, 1_001, 10**6, -(10**30), 10**30])
@pytest.mark.parametrize("scopes", [("player",), ("player", "admin"), ("player", "host")])
async def test_a_bonus_out_of_bounds_is_ignored(sqlite_world: World, bonus: int, scopes: tuple[str, ...]) -> None:
    await sqlite_world.player("kim")
    headers = await sqlite_world.token("kim", *scopes)
    answer = await sqlite_world.ok("POST", STAMP, json={"xp_bonus": bonus}, headers=headers)
    assert (answer["xp_added"], answer["current_xp"]) == (20, 20)


async def test_the_second_stamp_of_a_day_is_refused_and_changes_nothing(world: World) -> None:
    player = await world.player("kim")
    await world.ok("POST", STAMP, headers=player.headers)
    before = await world.ok("GET", STATUS, headers=player.headers)
    assert await world.code("POST", STAMP, headers=player.headers) == (400, "ALREADY_STAMPED_TODAY")
    assert await world.ok("GET", STATUS, headers=player.headers) == before


async def test_the_status_of_a_newcomer_shows_everything_and_pays_nothing(world: World) -> None:
    player = await world.player("kim")
    status = SeasonStatus.model_validate(await world.ok("GET", STATUS, headers=player.headers))
    assert (status.season.season_name, status.season.max_level) == ("XMAS_2025", 10)
    progress = status.progress
    assert (progress.current_level, progress.next_level_xp, progress.last_stamp_date) == (0, 20, None)
    assert [level.level for level in status.levels] == list(range(1, 11))
    assert not any(level.is_unlocked or level.is_claimed for level in status.levels)
    assert (status.today.date, status.today.stamped) == (date(2025, 12, 10), False)
    assert status.internal_wins.remaining == 50
    assert status.server_time == datetime(2025, 12, 10, 12, tzinfo=KST)
    assert await world.rows("SELECT COUNT(*) FROM season_progress") == [(0,)]


async def test_a_manual_level_is_claimed_once_and_waits_for_approval(world: World) -> None:
    player = await world.player("kim")
    assert await world.code("POST", CLAIM, json={"level": 8}, headers=player.headers) == (400, "LEVEL_NOT_REACHED")
    await raise_xp(world, player, 900)
    claimed = ClaimAnswer.model_validate(await world.ok("POST", CLAIM, json={"level": 8}, headers=player.headers))
    assert (claimed.level, claimed.reward_type, claimed.code, claimed.state) == (8, "ITEM", "HOT_COCOA", "APPROVAL")
    assert await world.code("POST", CLAIM, json={"level": 8}, headers=player.headers) == (400, "REWARD_ALREADY_CLAIMED")
    assert await world.code("POST", CLAIM, json={"level": 7}, headers=player.headers) == (400, "AUTO_CLAIM_LEVEL")
    assert await world.code("POST", CLAIM, json={"level": 11}, headers=player.headers) == (404, "LEVEL_NOT_FOUND")
    levels = (await world.ok("GET", STATUS, headers=player.headers))["levels"]
    assert [level["level"] for level in levels if level["is_claimed"]] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert not await world.differences()


async def test_claim_all_takes_every_open_level_once(world: World) -> None:
    player = await world.player("kim")
    await raise_xp(world, player, 1600)
    claimed = await world.ok("POST", "/api/season-pass/claim-all", headers=player.headers)
    assert [entry["level"] for entry in claimed] == [8, 9, 10]
    assert await world.ok("POST", "/api/season-pass/claim-all", headers=player.headers) == []
    assert not await world.differences()


async def test_claims_stay_open_for_the_grace_period_and_no_longer(world: World) -> None:
    player = await world.player("kim")
    await raise_xp(world, player, 1200)
    world.clock.set(datetime(2026, 1, 1, 23, 59, 59, tzinfo=KST))  # the last second of the seventh day after the end
    assert await world.code("GET", STATUS, headers=player.headers) == (404, "NO_ACTIVE_SEASON")
    assert (await world.ok("POST", CLAIM, json={"level": 8}, headers=player.headers))["level"] == 8
    world.clock.advance(seconds=1)
    assert await world.code("POST", CLAIM, json={"level": 9}, headers=player.headers) == (404, "NO_ACTIVE_SEASON")


async def test_fifty_wins_give_one_stamp_once(world: World) -> None:
    wins = [{"slot_index": n, "label": "p", "weight": 1, "reward_type": "POINT", "reward_amount": 1} for n in range(6)]
    await world.configure("roulette", {"name": "wins", "segments": wins})
    player = await world.player("kim", ROULETTE_COIN=60)
    passes = []
    for number in range(60):
        headers = player.headers | {"Idempotency-Key": f"play-{number}"}
        passes.append((await world.ok("POST", "/api/roulette/play", headers=headers))["season_pass"])
    assert [number for number, season_pass in enumerate(passes, 1) if season_pass is not None] == [50]
    assert passes[49]["xp_added"] == 20
    stamps = await world.rows("SELECT period_key, source, event_type FROM season_stamp_log")
    assert stamps == [("INTERNAL_WIN_50", "INTERNAL_WIN", "INTERNAL_WIN_50")]
    status = await world.ok("GET", STATUS, headers=player.headers)
    assert status["internal_wins"] == {"total": 60, "threshold": 50, "remaining": 0}
    assert not status["today"]["stamped"], "a win's stamp is not the day's stamp"
    assert not await world.differences()


async def test_two_active_seasons_of_one_program_are_said_not_guessed(world: World) -> None:
    player = await world.player("kim")
    await world.sql(
        """INSERT INTO seasons (season_name, program, start_date, end_date, max_level, base_xp_per_stamp, is_active,
           grace_days, internal_win_threshold, stamp_on_play, version, created_at, updated_at)
           SELECT 'BROKEN', program, start_date, end_date, max_level, base_xp_per_stamp, is_active, grace_days,
           internal_win_threshold, stamp_on_play, version, created_at, updated_at FROM seasons"""
    )
    for method, path in (("GET", STATUS), ("POST", STAMP)):
        assert await world.code(method, path, headers=player.headers) == (409, "NO_ACTIVE_SEASON_CONFLICT")


async def test_a_season_that_was_retired_never_counts(world: World) -> None:
    player = await world.player("kim")
    await world.sql("UPDATE seasons SET is_active = 0, version = version + 1")
    assert await world.code("POST", STAMP, headers=player.headers) == (404, "NO_ACTIVE_SEASON")


async def test_the_gate_opens_features_on_their_days_alone(world: World) -> None:
    player = await world.player("kim")
    world.house.settings = world.house.settings.model_copy(update={"feature_gate_enabled": True})
    assert await world.code("POST", STAMP, headers=player.headers) == (400, "FEATURE_NOT_ACTIVE")
    today = world.clock.now().astimezone(KST).date()
    for day in (today, today + timedelta(days=1)):
        await world.sql("INSERT INTO feature_schedule VALUES ('SEASON_PASS', :day)", day=day.isoformat())
    await world.ok("POST", STAMP, headers=player.headers)


async def test_a_missing_feature_row_is_told_from_a_stopped_one(world: World) -> None:
    player = await world.player("kim")
    await world.sql("UPDATE feature_config SET is_enabled = 0 WHERE feature_type = 'SEASON_PASS'")
    assert await world.code("POST", STAMP, headers=player.headers) == (400, "FEATURE_DISABLED")
    await world.sql("DELETE FROM feature_config WHERE feature_type = 'SEASON_PASS'")
    assert await world.code("POST", STAMP, headers=player.headers) == (404, "NO_FEATURE_TODAY")


async def test_whoever_lost_the_right_to_give_a_bonus_gives_none(world: World) -> None:
    both = await world.token("kim", "player", "admin")
    await world.sql("UPDATE staff SET scopes = 'ops'")
    answer = await world.ok("POST", STAMP, json={"xp_bonus": 500}, headers=both)
    assert (answer["xp_added"], answer["current_xp"]) == (20, 20)


async def test_a_process_whose_clock_is_behind_midnight_gives_no_second_stamp(sqlite_world: World) -> None:
    """Another one, already past it, stamped the player for the new day: the old day's stamp is not to be had again."""
    player = await sqlite_world.player("kim")
    await sqlite_world.ok("POST", STAMP, headers=player.headers)
    sqlite_world.clock.advance(days=1)
    await sqlite_world.ok("POST", STAMP, headers=player.headers)
    sqlite_world.clock.advance(days=-1)
    assert await sqlite_world.code("POST", STAMP, headers=player.headers) == (400, "ALREADY_STAMPED_TODAY")
