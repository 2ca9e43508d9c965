"""Missions from the cause to the reward: counted with it, reset at midnight in Seoul, paid once."""

import asyncio
from datetime import datetime, timedelta

import pytest

from app.core.time_utils import KST, kst_date
from app.domain.event_names import Feature
from app.domain.records import Changes
from app.domain.worth import Approval
from app.flows.play import play
from app.flows.steps.commands import Done
from app.flows.steps.decision import Decision
from app.flows.steps.goals import load_goals, settle_counts
from app.flows.steps.save_changes import save_changes
from app.services import Services
from app.services.player_state import Wanted
from tests.flows.test_play import command
from tests.goals.missions import COIN, begin, coins, line, mission, operations, spin, stands
from tests.statements import counted
from tests.world import World

CLAIM = "/api/missions/claim"


async def test_a_daily_mission_pays_at_once_and_begins_anew_at_midnight(world: World) -> None:
    await begin(world, mission())
    player = await world.player("kim", ROULETTE_COIN=10)
    world.clock.set(datetime(2025, 12, 10, 23, 59, 59, tzinfo=KST))
    await spin(world, player)
    assert await stands(world, player, "SPINS") == (1, 0, 0, "OPEN")
    answer = await spin(world, player)
    assert answer["token_balance"] == 10, "the answer knows what the mission gave"
    assert await stands(world, player, "SPINS") == (2, 1, 1, "DONE")
    await spin(world, player)
    world.clock.advance(seconds=1)
    assert await stands(world, player, "SPINS") == (0, 0, 0, "OPEN")
    await spin(world, player, 2)
    days = [f"MISSION:SPINS:{player.id}:2025-12-{day}" for day in (10, 11)]
    assert await operations(world) == days
    assert (await line(world, player, "SPINS"))["resets_at"] == "2025-12-12T00:00:00+09:00"
    logged = await world.rows("SELECT reference FROM user_event_log WHERE event_type = 'MISSION_COMPLETED' ORDER BY id")
    assert [row[0] for row in logged] == days
    assert not await world.differences()


async def test_a_repeatable_mission_is_claimed_by_hand_once_whoever_races(world: World) -> None:
    await begin(world, mission(claim="MANUAL", repeat_max=3))
    player = await world.player("kim", ROULETTE_COIN=10)
    body = {"mission": "SPINS"}
    refusal = (400, "MISSION_NOT_COMPLETED")
    assert await world.code("POST", CLAIM, json=body, headers=player.headers) == refusal
    await spin(world, player, 5)
    assert await stands(world, player, "SPINS") == (5, 2, 0, "CLAIMABLE")
    racing = [world.client.post(CLAIM, json=body, headers=player.headers) for _ in range(5)]
    answers = await asyncio.gather(*racing)
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert [len(won), won[0][0]["times"], won[0][0]["states"]] == [1, 2, ["GRANTED", "GRANTED"]]
    lost = {answer.json()["error"]["code"] for answer in answers if answer.status_code != 200}
    assert lost == {"REWARD_ALREADY_CLAIMED"}
    await spin(world, player, 4)
    assert await stands(world, player, "SPINS") == (6, 3, 2, "CLAIMABLE"), "a fourth time isn't counted"
    await world.ok("POST", "/api/missions/claim-all", headers=player.headers)
    assert await world.ok("POST", "/api/missions/claim-all", headers=player.headers) == []
    first = f"MISSION:SPINS:{player.id}:2025-12-10"
    assert await operations(world) == [first, f"{first}:2", f"{first}:3"]
    assert await coins(world, player) == 10 - 9 + 6
    assert not await world.differences()


async def test_what_was_completed_waits_for_its_claim_until_the_last_day_and_lapses_then(world: World) -> None:
    await begin(world, mission(claim="MANUAL", claim_days=2), mission("EVER", period="ONCE", claim="MANUAL"))
    player = await world.player("kim", ROULETTE_COIN=10)
    await spin(world, player, 2)
    world.clock.set(datetime(2025, 12, 12, 23, 59, 59, tzinfo=KST))
    answer = await world.ok("GET", "/api/missions", headers=await world.token("kim"))
    assert [(one["code"], one["claim_until"]) for one in answer["claimable"]] == [
        ("SPINS", "2025-12-13T00:00:00+09:00")
    ]
    world.clock.advance(seconds=1)
    headers = await world.token("kim")
    assert (await world.ok("GET", "/api/missions", headers=headers))["claimable"] == []
    assert await world.code("POST", CLAIM, json={"mission": "SPINS"}, headers=headers) == (400, "CLAIM_CLOSED")
    world.clock.advance(days=400)
    claimed = await world.ok("POST", "/api/missions/claim-all", headers=await world.token("kim"))
    assert [one["mission"] for one in claimed] == ["EVER"], "an achievement waits for ever"


async def test_weeks_seasons_wins_stamps_levels_and_claims_are_counted_where_they_happen(world: World) -> None:
    weekly = {"period": "WEEKLY", "target": 1}
    desk = await begin(
        world,
        mission("STAMPS", metric="STAMP", period="SEASON", target=2),
        mission("LEVELS", metric="LEVEL_UP", **weekly),
        mission("XP", metric="XP", period="WEEKLY", target=20),
        mission("WINS", metric="WIN", **weekly),
        mission("CLAIMS", metric="CLAIM", **weekly),
        mission("ALL_OF_IT", metric="MISSION", period="WEEKLY", target=3),
    )
    player = await world.player("kim", ROULETTE_COIN=10)
    for _ in range(2):
        await world.ok("POST", "/api/season-pass/stamp", headers=await world.token("kim"))
        world.clock.advance(days=1)
    player = await world.player("kim")
    assert await stands(world, player, "STAMPS") == (2, 1, 1, "DONE")
    assert (await line(world, player, "STAMPS"))["period_key"] == f"S{world.season_id}"
    assert await stands(world, player, "LEVELS") == (1, 1, 1, "DONE")
    assert await stands(world, player, "XP") == (20, 1, 1, "DONE")
    assert await stands(world, player, "ALL_OF_IT") == (3, 1, 1, "DONE"), "its own completion isn't one of the three"
    await spin(world, player)
    assert await stands(world, player, "WINS") == (0, 0, 0, "OPEN"), "a blank is no win"
    await desk.ok("PUT", "/missions/CLAIMS", mission("CLAIMS", metric="CLAIM", **weekly), version=1)
    assert not await world.differences()


async def test_a_mission_waits_for_those_it_requires(world: World) -> None:
    await begin(world, mission("FIRST", target=1), mission("SECOND", requires=["FIRST"], target=1))
    player = await world.player("kim", ROULETTE_COIN=10)
    assert await stands(world, player, "SECOND") == (0, 0, 0, "LOCKED")
    await spin(world, player)
    assert await stands(world, player, "FIRST") == (1, 1, 1, "DONE")
    assert (await stands(world, player, "SECOND"))[3] in ("OPEN", "DONE")
    await spin(world, player)
    assert await stands(world, player, "SECOND") == (1, 1, 1, "DONE")


async def test_being_there_counts_once_a_day(world: World) -> None:
    await begin(world, mission("VISITS", metric="PRESENCE", period="WEEKLY", target=2))
    world.clock.advance(minutes=2)
    for _ in range(3):
        await world.player("kim")
    world.clock.set(datetime(2025, 12, 11, 0, 0, tzinfo=KST))
    player = await world.player("kim")
    assert await stands(world, player, "VISITS") == (2, 1, 1, "DONE")
    rows = await world.rows("SELECT progress, counted_on FROM mission_progress")
    assert [(row[0], str(row[1])) for row in rows] == [(2, "2025-12-11")]


async def test_an_achievement_shows_up_once_it_is_reached_and_gives_its_badge(world: World) -> None:
    desk = await begin(world)
    star = {"name_ko": "별", "name_en": "Star"}
    assert (await desk.send("PUT", "/badges/STAR", star)).status_code == 201
    badge = {"reward_type": "BADGE", "reward_amount": 1, "code": "STAR"}
    await desk.ok(
        "POST", "/missions", mission("NIGHT_OWL", period="ONCE", target=1, is_hidden=True, rewards=[badge, COIN])
    )
    player = await world.player("kim", ROULETTE_COIN=10)
    assert (await world.ok("GET", "/api/achievements", headers=player.headers))["achievements"] == []
    await spin(world, player)
    assert await stands(world, player, "NIGHT_OWL", path="achievements") == (1, 1, 1, "DONE")
    badges = (await world.ok("GET", "/api/badges", headers=player.headers))["badges"]
    assert [(one["code"], one["name"]["en"], one["times"]) for one in badges] == [("STAR", "Star", 1)]
    assert not await world.differences()


@pytest.mark.parametrize("size", [1, 64])
async def test_a_batch_asks_once_to_read_progress_and_once_to_write_it_however_many_missions_there_are(
    world: World, size: int
) -> None:
    await world.sql("UPDATE seasons SET internal_win_threshold = 0, version = 2")
    desk = await begin(world)
    player = await world.player("kim", ROULETTE_COIN=400)
    assert isinstance((await play(world.house, [command(world, player, "warm")]))[0], Done)

    async def asked(name: str) -> list[str]:
        with counted(world.house) as count:
            await play(world.house, [command(world, player, f"{name}{n}") for n in range(size)])
        return count.statements

    bare = await asked("a")
    for code, period in (("A", "DAILY"), ("B", "WEEKLY"), ("C", "ONCE")):
        await desk.ok("POST", "/missions", mission(code, period=period, target=9_000, is_active=False))
    await asked("warm")
    assert len(await asked("b")) == len(bare), "drafts cost nothing"
    for code in "ABC":
        await desk.ok("POST", f"/missions/{code}/activate", version="*")
    await asked("c")
    with_missions = await asked("d")
    assert len(with_missions) == len(bare) + 2
    assert [text.split()[0] for text in with_missions if "mission_progress" in text] == ["SELECT", "INSERT"]


async def test_a_late_count_belongs_to_its_own_day(world: World) -> None:
    """What the door for host events does: days and metrics are said beforehand, each count brings its instant."""
    await begin(world, mission("LESSONS", metric="lesson.completed"))
    person, now = await world.player("kim", ROULETTE_COIN=1), world.clock.now()
    instants = [now - timedelta(days=1), now - timedelta(days=1), now]

    async def work(keepers: Services) -> None:
        rules = await keepers.rule_book.in_force([Feature.CLAIM], kst_date(now))
        players = await keepers.player.lock([person.id], Wanted.of(rules, wallets=True))
        days = {kst_date(at) for at in instants}
        await load_goals(keepers, rules, players, days=days, metric_names={"lesson.completed"})
        decision = Decision(players[person.id], Changes(), now, rules.today, None, Approval(10_000), None, counts=[])
        for at in instants:
            decision.count("lesson.completed", at=at)
            settle_counts(decision, rules.goals)
        await save_changes(keepers, decision.changes)

    await world.house.write(work)
    assert await stands(world, person, "LESSONS") == (1, 0, 0, "OPEN")
    assert await operations(world) == [f"MISSION:LESSONS:{person.id}:2025-12-09"]
