"""Teams of a season: joined in their window, capped a day, frozen and settled once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.time_utils import KST
from app.domain.team_member import Membership
from app.domain.teams import Contest, ContestConfig, add_to_team
from app.flows.play import play
from tests.admin.desk import Desk, desk_of
from tests.flows.test_play import command
from tests.goals.boards import paid, points, run
from tests.goals.missions import BLANKS, spin
from tests.statements import counted
from tests.world import Person, World

DAY = datetime(2025, 12, 10, 12, tzinfo=UTC)
AFTER = datetime(2025, 12, 26, 0, 10, tzinfo=KST)


def contest(season_id: int = 1, **changed: Any) -> dict[str, Any]:
    """Two a team, at most three spins a player and day; the first team's members get 50 points each."""
    return {
        "code": "CUP",
        "title_ko": "눈싸움 대회",
        "title_en": "Snow cup",
        "season_id": season_id,
        "metric": "PLAY",
        "join_from": "2025-12-10T00:00:00+09:00",
        "join_until": "2025-12-12T00:00:00+09:00",
        "size_limit": 2,
        "daily_cap": 3,
        "rank_rewards": [{"from_rank": 1, "to_rank": 1, "rewards": points(50)}],
    } | changed


async def begin(world: World, **changed: Any) -> Desk:
    """A roulette of blanks, and the contest in force."""
    await world.configure("roulette", BLANKS)
    desk = await desk_of(world, "kim@example.com", "admin")
    await desk.ok("POST", "/team-contests", contest(world.season_id, **changed))
    await desk.ok("POST", "/team-contests/CUP/activate", version=1)
    return desk


async def make(world: World, person: Person, name: str) -> int:
    answer = await world.ok("POST", "/api/teams/CUP", json={"name": name}, headers=person.headers)
    return int(answer["team_id"])


async def join(world: World, person: Person, team_id: int) -> None:
    await world.ok("POST", "/api/teams/CUP/join", json={"team_id": team_id}, headers=person.headers)


async def ranks(world: World, person: Person) -> list[tuple[int, str, int, int]]:
    answer = await world.ok("GET", "/api/teams/CUP", headers=await world.token(person.name))
    return [(line["rank"], line["name"], line["score"], line["members"]) for line in answer["entries"]]


async def test_teams_score_up_to_the_cap_and_every_member_of_the_first_is_paid_once(world: World) -> None:
    desk = await begin(world)
    ann, bob, cat, dan = [await world.player(name, ROULETTE_COIN=20) for name in ("ann", "bob", "cat", "dan")]
    await spin(world, ann)
    snow, ice = await make(world, ann, "눈"), await make(world, cat, "얼음")
    await join(world, bob, snow)
    world.clock.advance(seconds=1)
    await spin(world, ann, 5)
    await spin(world, cat, 4)
    world.clock.advance(days=1)
    assert await ranks(world, ann) == [(1, "눈", 3, 2), (2, "얼음", 3, 1)], "who reached it first; the cap holds"
    ann, dan = await world.player("ann"), await world.player("dan")
    await spin(world, ann, 4)
    await join(world, dan, ice)
    mine = (await world.ok("GET", "/api/teams/CUP?top=1", headers=dan.headers))["my_team"]
    assert (mine["rank"], mine["my_score"], mine["members"]) == (2, 0, 2)
    world.clock.set(AFTER - timedelta(seconds=1))
    await run(world, "team_settlement")
    assert await paid(world, "TEAM") == []
    world.clock.set(AFTER)
    for _ in range(2):
        await run(world, "team_settlement")
    assert await paid(world, "TEAM") == [(f"TEAM:CUP:{ann.id}", 50)], "who added nothing gets nothing"
    results = (await desk.get("/team-contests/CUP/results"))["items"]
    assert [(row["rank_no"], row["name"], row["score"]) for row in results] == [(1, "눈", 6), (2, "얼음", 3)]
    assert (await desk.get("/team-contests/CUP"))["state"] == "SETTLED"
    file = await world.client.get("/api/admin/team-contests/CUP/results.csv", headers=desk.headers)
    assert file.text.splitlines()[1] == f"1,{snow},눈,6,2"
    assert not await world.differences()


async def test_a_team_takes_as_many_as_it_has_room_for_whoever_races(world: World) -> None:
    await begin(world)
    people = [await world.player(f"p{n}", ROULETTE_COIN=1) for n in range(6)]
    team = await make(world, people[0], "us")
    body = {"team_id": team}
    racing = [world.client.post("/api/teams/CUP/join", json=body, headers=one.headers) for one in people[1:]]
    answers = await asyncio.gather(*racing)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    lost = {answer.json()["error"]["code"] for answer in answers if answer.status_code != 200}
    assert lost == {"TEAM_FULL"}


async def test_what_is_refused_leaves_nothing_behind(sqlite_world: World) -> None:
    world = sqlite_world
    desk = await begin(world)
    ann, bob = [await world.player(name, ROULETTE_COIN=1) for name in ("ann", "bob")]
    team = await make(world, ann, "us")

    async def refused(person: Person, path: str, body: Any) -> tuple[int, str]:
        return await world.code("POST", f"/api/teams/{path}", json=body, headers=await world.token(person.name))

    assert await refused(ann, "CUP", {"name": "two"}) == (409, "ALREADY_IN_TEAM")
    assert await refused(bob, "CUP", {"name": "us"}) == (409, "NAME_TAKEN")
    assert await refused(bob, "CUP/join", {"team_id": 99}) == (404, "TEAM_NOT_FOUND")
    assert await refused(bob, "CUP/leave", {}) == (400, "NOT_IN_TEAM")
    assert await refused(bob, "NONE", {"name": "us"}) == (404, "CONTEST_NOT_FOUND")
    for body in ({}, {"name": ""}, {"name": "x" * 51}, {"name": "a\x00"}, {"name": "a", "x": 1}):
        assert await refused(bob, "CUP", body) == (422, "VALIDATION_ERROR"), body
    await world.ok("POST", "/api/teams/CUP/leave", headers=ann.headers)
    assert await ranks(world, ann) == [(1, "us", 0, 0)]
    world.clock.set(datetime(2025, 12, 12, 0, 0, tzinfo=KST))
    assert await refused(bob, "CUP/join", {"team_id": team}) == (400, "JOIN_CLOSED")
    wrong: list[dict[str, Any]] = [
        {"season_id": 99}, {"metric": "PRESENCE"}, {"metric": "PLAY.CHESS"}, {"size_limit": 0}, {"size_limit": 101},
        {"daily_cap": 0}, {"join_until": "2025-12-10T00:00:00+09:00"}, {"join_from": "2025-12-10T00:00:00"},
        {"rank_rewards": [{"from_rank": 1, "to_rank": 1, "rewards": []}]}, {"x": 1},
    ]  # fmt: skip
    for change in wrong:
        body = contest(world.season_id, code="OTHER") | change
        assert await desk.refused("POST", "/team-contests", body) == (422, "VALIDATION_ERROR"), change
    fixed = contest(world.season_id, size_limit=3)
    assert await desk.refused("PUT", "/team-contests/CUP", fixed, version=2) == (409, "PROMISE_WITHDRAWN")
    stale = contest(world.season_id)
    assert await desk.refused("PUT", "/team-contests/CUP", stale, version=1) == (409, "VERSION_CONFLICT")
    await desk.ok("PUT", "/team-contests/CUP", contest(world.season_id, title_en="Cup"), version=2)
    world.clock.set(AFTER)
    await run(world, "team_settlement")
    assert await desk.refused("POST", "/team-contests/CUP/retire", version="*") == (409, "CONTEST_STATE")


async def test_a_contest_costs_a_batch_one_read_and_one_write(sqlite_world: World) -> None:
    world = sqlite_world
    await world.sql("UPDATE seasons SET internal_win_threshold = 0, version = 2")
    await world.configure("roulette", BLANKS)
    player = await world.player("kim", ROULETTE_COIN=100)

    async def asked(name: str) -> list[str]:
        with counted(world.house) as count:
            await play(world.house, [command(world, player, f"{name}{n}") for n in range(5)])
        return count.statements

    await asked("warm")
    bare = await asked("a")
    await begin(world, daily_cap=None)
    await make(world, player, "us")
    await asked("b")
    assert len(await asked("c")) == len(bare) + 2


@pytest.mark.parametrize(
    ("at", "amount", "expected"),
    [
        (DAY, 2, (2, 2)),
        (DAY, 9, (3, 3)),
        (DAY - timedelta(days=2), 2, (0, 0)),
        (DAY + timedelta(days=1), 1, (1, 1)),
    ],
)
def test_a_cap_bounds_a_day_and_what_was_before_joining_does_not_count(
    at: datetime, amount: int, expected: tuple[int, int]
) -> None:
    one = Contest(1, 1, is_active=True, config=ContestConfig.model_validate(contest()))
    member = Membership(1, 7, 3, DAY - timedelta(days=1))
    add_to_team(one, member, amount=amount, at=at, day=at.date())
    assert (member.score, member.counted_today) == expected


def test_what_comes_late_for_an_older_day_is_left_out_under_a_cap() -> None:
    one = Contest(1, 1, is_active=True, config=ContestConfig.model_validate(contest()))
    member = Membership(1, 7, 3, DAY - timedelta(days=9))
    assert add_to_team(one, member, amount=2, at=DAY, day=DAY.date())
    earlier = DAY - timedelta(days=1)
    assert not add_to_team(one, member, amount=2, at=earlier, day=earlier.date())
    free = Contest(1, 1, is_active=True, config=ContestConfig.model_validate(contest(daily_cap=None)))
    assert add_to_team(free, member, amount=2, at=earlier, day=earlier.date())
    assert (member.score, member.reached_at) == (4, DAY)


PLANTED: dict[str, tuple[str, ...]] = {
    "I8 team = members": ("UPDATE team_results SET score = 9",),
    "I8 member is of the contest": ("UPDATE team_members SET reached_at = NULL",),
    "I13 contest = ranks": ("UPDATE team_contests SET state = 'OPEN'",),
    "I9 team reward had a rank": ("UPDATE reward_log SET operation_id = 'TEAM:CUP:99' WHERE source = 'TEAM'",
                                  "UPDATE wallet_ledger SET operation_id = 'TEAM:CUP:99' WHERE reason = 'RANK_REWARD'"),
    "I13 run = team rewards": ("UPDATE job_runs SET done_count = 2 WHERE job = 'team_settlement'",),
}  # fmt: skip


@pytest.mark.parametrize("check", PLANTED)
async def test_a_planted_violation_makes_exactly_its_check_fire(sqlite_world: World, check: str) -> None:
    world = sqlite_world
    await begin(world)
    player = await world.player("ann", ROULETTE_COIN=9)
    await make(world, player, "us")
    await spin(world, player, 2)
    world.clock.set(AFTER)
    await run(world, "team_settlement")
    assert len(await paid(world, "TEAM")) == 1
    assert not await world.differences(), "an honest history has no differences"
    for statement in PLANTED[check]:
        await world.sql(statement)
    assert list(await world.differences()) == [check]


async def leave(world: World, person: Person) -> None:
    await world.ok("POST", "/api/teams/CUP/leave", json={}, headers=person.headers)


async def test_a_player_makes_a_few_teams_and_squats_no_name(world: World) -> None:
    desk = await begin(world)
    kim, lee = await world.player("kim"), await world.player("lee")
    for _ in range(3):  # an empty team keeps nobody from its name, its maker neither
        await make(world, kim, "눈사람")
        await leave(world, kim)
    refused = {"json": {"name": "새 팀"}, "headers": kim.headers}
    assert await world.code("POST", "/api/teams/CUP", **refused) == (409, "TOO_MANY_TEAMS")
    team = await make(world, lee, "눈사람")
    await join(world, kim, team)
    assert await ranks(world, lee) == [(1, "눈사람", 0, 2)], "what lost its name to another team stands nowhere"
    await leave(world, lee)
    assert await ranks(world, kim) == [(1, "눈사람", 0, 1)], "and one with somebody in it stays"
    shown = await desk.get("/team-contests/CUP/teams")
    assert [row["name"] for row in shown["items"] if row.get("members")] == ["눈사람"]
    assert not await world.differences()


async def test_of_many_who_make_at_once_one_team_comes_and_an_empty_one_is_taken_or_joined_never_both(
    world: World,
) -> None:
    await begin(world)
    kim, lee, choi = [await world.player(name) for name in ("kim", "lee", "choi")]
    names = [{"json": {"name": f"팀 {n}"}, "headers": kim.headers} for n in range(8)]
    answers = await asyncio.gather(*(world.client.post("/api/teams/CUP", **one) for one in names))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    [(team, name)] = await world.rows("SELECT id, name FROM teams")
    await leave(world, kim)
    made, joined = await asyncio.gather(
        world.client.post("/api/teams/CUP", json={"name": name}, headers=lee.headers),
        world.client.post("/api/teams/CUP/join", json={"team_id": team}, headers=choi.headers),
    )
    assert {made.status_code, joined.status_code} in ({201, 404}, {409, 200}), (made.text, joined.text)
    open_teams = await world.rows("SELECT id FROM teams WHERE closed_at IS NULL")
    members = await world.rows("SELECT team_id FROM team_members")
    assert open_teams == members, "one team, with one in it"
