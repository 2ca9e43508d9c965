"""Two hosts: what belongs to one is to the other's players and server as if it were not there, on every route."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.core.time_utils import FixedClock
from app.domain.grants import Grant, RewardType
from tests.admin.desk import Desk
from tests.events.host import activate
from tests.fixtures import NOON, fresh_sqlite, settings_for
from tests.goals import boards, missions, test_teams
from tests.hostile.callers import Operation, operations
from tests.rewards.gifts import give
from tests.rewards.promotions import campaign
from tests.routes.what_to_send import PATH_VALUES
from tests.season.rich import RICH, begin
from tests.season.test_programs import add_host, bearer, program
from tests.world import Person, World, key, open_world

SECRET = "only-of-the-academy"  # stands in the name of everything that is the academy's
OURS, THEIRS = "academy", "main"
# what only the academy has, by the name that a path or a body gives it, and one that nobody has
NAMES = {
    "code": "ACADEMY_CODE", "contest": "ACADEMY", "mission": "ACADEMY", "external_id": "kim@academy",
}  # fmt: skip
NOBODYS = {
    "code": "NOBODYS",
    "contest": "NOBODYS",
    "mission": "NOBODYS",
    "external_id": "nobody",
    "resource": "LECTURE",
}
BODIES: dict[str, dict[str, Any]] = {
    "/api/codes/redeem": {"code": "ACADEMY-ONLY"},
    "/api/missions/claim": {"mission": "ACADEMY"},
    "/api/season-pass/claim": {"level": 1},
    "/api/teams/{contest}": {"name": "us"},
    "/api/teams/{contest}/join": {"team_id": 1},
    "/api/players/{external_id}/rename": {"new_external_id": "another"},
    "/api/players/{external_id}/merge": {"into": "park"},
    "/api/events": {"events": []},
    "/api/players": {"players": [{"external_id": "newcomer"}]},
}


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    url = fresh_sqlite(tmp_path_factory.mktemp("tenants") / "dojang.db")
    async with open_world(settings_for(url), FixedClock(NOON)) as opened:
        await settle(opened)
        yield opened


async def settle(world: World) -> None:
    """The academy has one of everything, and a player who takes part in it; the other host has a player."""
    desk, _ = await begin(world)
    await add_host(world, OURS)
    await program(desk, "lectures", host=OURS, title=SECRET)
    season = {"season_name": SECRET, "program": "lectures", "is_active": True}
    made = await desk.ok("POST", "/seasons", RICH | season)
    titles = {"title_ko": SECRET, "title_en": SECRET}
    await desk.ok("POST", "/team-contests", test_teams.contest(made["id"], code="ACADEMY", **titles))
    await desk.ok("POST", "/team-contests/ACADEMY/activate", version=1)
    await desk.ok("POST", "/missions", missions.mission("ACADEMY", host=OURS, claim="MANUAL", **titles))
    await desk.ok("POST", "/leaderboards", boards.board("ACADEMY", host=OURS, **titles))
    code = {"code": "ACADEMY_CODE", "shared_code": "ACADEMY-ONLY", "host": OURS, **titles}
    await desk.ok("POST", "/promotions", campaign(**code))
    await take_part(world, desk)


async def take_part(world: World, desk: Desk) -> None:
    kim = await bearer(world, "kim@academy", OURS)
    user = (await world.ok("GET", "/api/me", headers=kim))["user"]["id"]
    await world.ok("POST", "/api/season-pass/stamp", headers=kim)
    await world.ok("POST", "/api/teams/ACADEMY", json={"name": SECRET}, headers=kim)
    config = {"event_types": ["t"], "effects": [{"kind": "XP", "amount": 1}]}
    await desk.ok("POST", "/rules", {"code": "ACADEMY", "title": SECRET, "host": OURS, "config": config})
    await activate(world, "ACADEMY", 1)
    letter = {"title_ko": SECRET, "title_en": SECRET, "expires_at": "2025-12-20T00:00:00+09:00", "user_ids": [user]}
    await desk.ok("POST", "/inbox", letter | {"rewards": [{"reward_type": "POINT", "reward_amount": 1}]}, keyed=True)
    ticket = Grant(RewardType.ENTITLEMENT, 7, code="LECTURE")
    await give(world, Person(user, "kim@academy", kim), ticket, operation_id="SEED:academy")


async def others(world: World) -> dict[str, dict[str, str]]:
    """The other host's player and server."""
    player = (await world.player("park")).headers
    return {"player": player, "host": await world.token(THEIRS, "host")}


async def ask(world: World, one: Operation, who: dict[str, str], names: dict[str, str]) -> httpx.Response:
    """As the other host asks, about what these names say. Ids are the academy's: 1, 2, … of everything there is."""
    path = one.path.format(**(PATH_VALUES | {"resource": "LECTURE"} | names))
    body = BODIES.get(one.path, one.sound_body)
    if names is NOBODYS and one.has_body:
        body = {name: NOBODYS.get(name, value) for name, value in body.items()}
    headers = who | key()
    return await world.client.request(one.method, path, headers=headers, json=body if one.has_body else None)


async def test_nothing_of_one_host_is_shown_to_the_other(world: World) -> None:
    """Every route of players and hosts, once: no answer holds a word of the academy's."""
    assert world.app is not None
    who = await others(world)
    seen = [one for one in operations(world.app.openapi()) if one.bearer != "admin"]
    assert len(seen) > 50
    for one in seen:
        answer = await ask(world, one, who[one.bearer], NAMES)
        assert SECRET not in answer.text, one.name
        assert answer.status_code < 500, f"{one.name}: {answer.text[:300]}"


async def test_what_is_the_others_is_not_found_as_what_is_nobodys(world: World) -> None:
    """Joining, claiming, redeeming, renaming: the same refusal, so that nobody learns what there is."""
    assert world.app is not None
    who = await others(world)
    for one in operations(world.app.openapi()):
        named = any("{" + name + "}" in one.path for name in NAMES) or one.path in (
            "/api/codes/redeem",
            "/api/missions/claim",
        )
        if one.bearer == "admin" or not named:
            continue
        theirs, nobodys = [await ask(world, one, who[one.bearer], names) for names in (NAMES, NOBODYS)]
        assert (theirs.status_code, code_of(theirs)) == (nobodys.status_code, code_of(nobodys)), (
            f"{one.name}: {theirs.text}"
        )
        assert not theirs.is_success, f"{one.name}: {theirs.text}"


async def test_the_academys_own_player_finds_everything(world: World) -> None:
    """Or the two tests before would find nothing because there is nothing."""
    kim = await bearer(world, "kim@academy", OURS)
    for path in ("/api/season-pass/status", "/api/teams/ACADEMY", "/api/missions", "/api/leaderboards",
                 "/api/promotions/ACADEMY_CODE", "/api/inbox"):  # fmt: skip
        assert SECRET in (await world.client.get(path, headers=kim)).text, path


async def test_one_host_counts_nothing_for_the_others_players(world: World) -> None:
    """An id is a host's own: an event or a gift for `kim@academy` sent by another host is for somebody else."""
    body = {"events": [{"id": "1", "source": "s", "type": "t", "subject": "kim@academy",
                        "time": "2025-12-10T12:00:00+09:00", "data": {}}]}  # fmt: skip
    xp = "SELECT COALESCE(SUM(current_xp), 0) FROM season_progress"
    before = await world.rows(xp)
    answer = await world.ok("POST", "/api/events", json=body, headers=(await others(world))["host"])
    assert answer["accepted"] == 1
    assert await world.rows(xp) == before, "the rule is the academy's"
    same = "SELECT COUNT(*) FROM user_profiles WHERE external_id = 'kim@academy'"
    assert await world.rows(same) == [(2,)]


def code_of(answer: httpx.Response) -> str | None:
    return None if answer.is_success else str(answer.json()["error"]["code"])
