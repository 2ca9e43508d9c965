"""Charts, timelines and forecasts of the desk: arithmetic, and the range that a play's id falls into."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.reference import reference_season
from app.domain.season_config import SeasonConfig
from app.flows.console_now import console_now
from app.flows.find_anything import find_anything
from app.flows.game_report import game_report
from app.flows.player_story import player_story
from app.games import GAMES
from app.pages.console.charts import HEIGHT, WIDTH, columns, round_up
from app.pages.console.season_form import config_of, fields_of
from app.pages.console.season_view import forecast, preview, timeline
from app.services.report_service import bucket_start, id_floor
from app.utils.random_utils import new_id
from tests.world import World, key

SEASON = SeasonConfig.model_validate(reference_season("XMAS", date(2025, 12, 9), date(2025, 12, 25)))


@pytest.mark.parametrize(("value", "top"), [(0, 1), (1, 1), (3, 5), (5, 5), (6, 10), (11, 20), (501, 1_000)])
def test_a_scale_ends_at_a_round_number(value: int, top: int) -> None:
    assert round_up(value) == top


def test_columns_stack_inside_the_picture() -> None:
    chart = columns({"B": [0, 3], "A": [4, 2]})
    assert (chart.names, chart.totals, chart.newest, chart.top) == (["A", "B"], [6, 3], [2, 3], 5)
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH and 0 <= bar.y <= HEIGHT for bar in chart.bars)
    assert len(chart.bars) == 3, "nothing is drawn for nothing"
    assert columns({}).is_empty


def test_an_id_of_an_instant_is_never_below_its_floor() -> None:
    now = datetime(2025, 12, 10, 3, tzinfo=UTC)
    assert id_floor(now) <= new_id(now) < id_floor(now + timedelta(milliseconds=1))
    assert bucket_start(now, 0) <= now < bucket_start(now, -1)


async def test_plays_are_counted_by_the_minute_and_by_steps(world: World) -> None:
    kim = await world.player("kim", ROULETTE_COIN=5)
    for _ in range(3):
        await world.ok("POST", "/api/roulette/play", headers=kim.headers | key())
    world.clock.advance(seconds=50)
    await world.ok("POST", "/api/roulette/play", headers=kim.headers | key())
    seen = await console_now(world.house)
    assert next(s.plays for s in seen.switches if s.feature_type == "ROULETTE") == 4
    world.clock.advance(seconds=30)
    later = await console_now(world.house)
    assert next(s.plays for s in later.switches if s.feature_type == "ROULETTE") == 1
    assert sum(later.series["ROULETTE"]) == 4
    assert next(s.plays for s in later.switches if s.feature_type == "CLAIM") is None
    story = await player_story(world.house, kim.id, limit=50)
    assert all(len({line.request_id for line in group}) == 1 for group in story.groups())


async def test_reports_and_searches_say_the_same_on_every_database(world: World) -> None:
    kim = await world.player("kim", ROULETTE_COIN=1)
    sent = key()
    play = await world.ok("POST", "/api/roulette/play", headers=kim.headers | sent)
    report = await game_report(world.house, GAMES["roulette"], after=None, limit=20)
    assert (report.plays, sum(line.drawn for line in report.lines)) == (1, 1)
    assert sum(line.share for line in report.lines) == pytest.approx(1)
    [(request_id,)] = await world.rows("SELECT request_id FROM game_plays")
    for asked in (play["play_id"], f"PLAY:{play['play_id']}", request_id, sent["Idempotency-Key"]):
        assert {hit.user_id for hit in (await find_anything(world.house, asked)).items} == {kim.id}, asked
    assert (await console_now(world.house)).rewards


def test_a_season_lies_on_its_days_and_a_player_who_missed_none_is_paid_what_stamps_reach() -> None:
    row = {"start_date": SEASON.start_date, "end_date": SEASON.end_date, "grace_days": 7}
    line = timeline([row], date(2025, 12, 10))
    assert line is not None and line.today is not None
    assert line.spans[0].x < line.today < line.spans[0].x + line.spans[0].width
    assert timeline([], date(2025, 12, 10)) is None
    seen = preview(SEASON, date(2025, 12, 14), None, None)
    assert (seen.xp, seen.level) == (100, 3)
    assert [one.state for one in seen.days[:7]] == ["stamped"] * 5 + ["today", "coming"]
    assert preview(SEASON, date(2025, 12, 14), frozenset(), 0).days[0].state == "missed"
    most = SEASON.base_xp_per_stamp * 17
    reached = [level for level in SEASON.levels if level.required_xp <= most]
    assert sum(cost.reward["reward_amount"] for cost in forecast(SEASON)) == sum(
        reward.reward_amount for level in reached for bundle in level.rewards.values() for reward in bundle
    )


def test_what_the_form_shows_is_the_season_again() -> None:
    config, problems = config_of(fields_of(SEASON), {})
    assert (problems, config and config.view()) == ({}, SEASON.view())
