"""Lists and figures that are longer than a page say so, go on behind it, and count all there is."""

from typing import Any

import pytest

from tests.admin.desk import Desk, desk_of
from tests.goals.boards import board
from tests.goals.missions import mission
from tests.goals.test_teams import contest
from tests.pages.desk import page, sit_down
from tests.world import Person, World

MANY = 130  # more than any page holds
AT = "2025-12-10 03:00:00.000000"


@pytest.fixture
async def desk(sqlite_world: World) -> Desk:
    return await desk_of(sqlite_world, "kim@example.com", "admin")


async def rows(world: World, table: str, columns: str, *values: tuple[Any, ...]) -> None:
    """Rows written past the service: how they came is not what is tested here."""
    names = columns.split()
    marks = ", ".join(f":{name}" for name in names)
    for row in values:
        await world.sql(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", **dict(zip(names, row, strict=True))
        )


async def all_of(desk: Desk, path: str, **asked: Any) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    found, after = [], None
    while True:
        answer = await desk.get(path, **asked, **({"after": after} if after is not None else {}))
        found += answer["items"]
        if not answer["has_more"]:
            assert answer["next"] is None
            return found
        after = answer["next"]


async def test_entitlements_beyond_a_page_count(desk: Desk) -> None:
    """The oldest one runs, and 129 wait: none of them is on the newest page."""
    world = desk.world
    player = await world.player("park")
    columns = "user_id resource operation_id valid_days issued_at redeemed_at valid_until"
    running = (player.id, "LECTURE", "T:0", 7, AT, AT, "2025-12-17 03:00:00.000000")
    waiting = [(player.id, "LECTURE", f"T:{n}", 7, AT, None, None) for n in range(1, MANY)]
    await rows(world, "entitlements", columns, running, *waiting)
    host = await world.token("main", "host")
    answer = await world.ok("GET", "/api/entitlements/park/LECTURE", headers=host)
    assert (answer["is_active"], answer["redeemable"]) == (True, MANY - 1)
    assert answer["valid_until"] == "2025-12-17T12:00:00+09:00"
    assert (len(answer["items"]), answer["has_more"]) == (100, True)


async def timeline(world: World, player: Person) -> list[str]:
    """What the console's timeline says on all its pages."""
    said, path = [], f"/console/players/{player.id}"
    while True:
        shown = await page(world, path)
        story = shown.split('<ol class="story">')[1].split("</ol>")[0]
        said += [part.split("</strong>")[0] for part in story.split("<strong>")[1:]]
        following = shown.split('rel="next" href="')[1:]
        if not following:
            return said
        path = following[0].split('"')[0].replace("&amp;", "&")


async def test_the_timeline_tells_every_act_and_every_event_once(desk: Desk) -> None:
    world = desk.world
    player = await world.player("park")
    when = [f"2025-12-10 03:{n // 60:02}:{n % 60:02}.000000" for n in range(300)]
    acts = [(f"ACT_{n}", f"player:{player.id}", "staff:kim", "why", when[n]) for n in range(MANY)]
    events = [(player.id, f"EVENT_{n}", "{}", when[n]) for n in range(0, 300, 3)]
    await rows(world, "admin_audit_log", "action target actor reason created_at", *acts)
    await rows(world, "user_event_log", "user_id event_type facts created_at", *events)
    await sit_down(world)
    said = [one for one in await timeline(world, player) if one.startswith(("ACT_", "EVENT_"))]
    # acts and events of one second: either first
    assert sorted(said) == sorted([act[0] for act in acts] + [event[1] for event in events])
    assert [one for one in said if one.startswith("ACT_")] == [act[0] for act in reversed(acts)]


async def test_teams_windows_and_periods_beyond_a_page_can_be_read(desk: Desk) -> None:
    world = desk.world
    await desk.ok("POST", "/team-contests", contest(world.season_id))
    player = await world.player("park")
    names = [(1, f"T{n}", player.id, AT) for n in range(MANY)]
    await rows(world, "teams", "contest_id name created_by created_at", *names)
    teams = await all_of(desk, "/team-contests/CUP/teams", limit=50)
    assert len({team["team_id"] for team in teams}) == len(teams) == MANY
    assert [team["rank_no"] for team in teams] == list(range(1, MANY + 1))

    await desk.ok("POST", "/leaderboards", board())
    columns = "board_id window_key state players rank_rewards closed_at updated_at"
    ended = [(1, f"W{n:03}", "PAID", 0, "[]", f"2025-12-{10 + n // 100:02} 03:00:00.000000", AT) for n in range(MANY)]
    await rows(world, "leaderboard_windows", columns, *ended)
    windows = await all_of(desk, "/leaderboards/DAILY_SPINS/windows", limit=40)
    assert [one["window_key"] for one in windows] == [f"W{n:03}" for n in reversed(range(MANY))]

    await desk.ok("POST", "/missions", mission())
    columns = "user_id mission_id period_key progress completed claimed version updated_at surplus"
    periods = [(player.id, 1, f"D{n:03}", 1, 0, 0, 1, AT, 0) for n in range(MANY)]
    await rows(world, "mission_progress", columns, *periods)
    first = await desk.get("/missions/SPINS/totals", limit=100)
    assert (len(first["items"]), first["has_more"]) == (100, True)
    file = await world.client.get("/api/admin/missions/SPINS/totals.csv", headers=desk.headers)
    assert len(file.text.splitlines()) == 1 + MANY


async def test_of_many_problems_the_rest_is_counted(desk: Desk) -> None:
    letter = {"title_ko": "t", "title_en": "t", "expires_at": "2025-12-20T00:00:00+09:00"}
    letter |= {"rewards": [{"reward_type": "POINT", "reward_amount": 1}], "external_ids": [f"x{n}" for n in range(50)]}
    answer = await desk.send("POST", "/inbox", letter)
    told = answer.json()["error"]["details"]
    assert (len(told), told[-1]) == (21, {"field": "external_ids", "reason": "그 밖에 30건"})


async def test_every_season_can_be_chosen_and_every_act_while_stopped_is_known_of(desk: Desk) -> None:
    world = desk.world
    player = await world.player("park")
    for n in range(25):
        body = {"season_name": f"OLD_{n}", "start_date": "2027-03-01", "end_date": "2027-03-31"}
        await desk.ok("POST", f"/seasons/{world.season_id}/clone", body)
    await sit_down(world)
    assert f'<option value="{world.season_id}">' in await page(world, f"/console/players/{player.id}")
    await world.sql("UPDATE feature_config SET is_enabled = 0, updated_at = '2025-12-10 02:00:00.000000'")
    acts = [(f"ACT_{n}", "t", "staff:kim", "why", AT) for n in range(MANY)]
    await rows(world, "admin_audit_log", "action target actor reason created_at", *acts)
    assert "감사 로그에서 더 보기" in await page(world, "/console/features/ROULETTE")
    for n in range(25):
        await world.player(f"many-{n}")
    assert "20개까지만 보여 줍니다" in await page(world, "/console/search?q=many-")
