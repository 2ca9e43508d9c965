"""One person, told of through every route that takes a person's name: erased, nothing of them is left in any table."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.domain.grants import Grant, RewardType
from app.flows.erase_player import erase_player
from app.models import metadata
from app.services.audit_service import AdminAct
from tests.admin.desk import Desk
from tests.events.host import event
from tests.goals import boards, test_teams
from tests.rewards.gifts import give
from tests.season import rich
from tests.world import Person, World, key

ACT = AdminAct("cli:kim", "asked for it", None)
# each in Korean or with a sign that JSON and URLs write in another way: what is stored escaped is found as well
NAME, BEFORE, THIRD, OTHER = "kim-7zq3wx@학교.example", "later-7zq3wx/kim", "third-7zq3wx", "second-7zq3wx"
NICKNAME, SHOWN, TEAM, RENAMED = "하늘7zq3wx", "하늘이-shown-7zq3wx", "우리팀-7zq3wx", "새이름-7zq3wx"
NOTE = "wrote-7zq3wx"
MARK = "7zq3wx"  # every one of them holds it; no id of hex digits can
# fields by which a client says who somebody is, or in which people name themselves
PEOPLE = {"external_id", "external_ids", "new_external_id", "into", "subject", "nickname", "display_name"}
TEAMS = {"make_team", "admin_rename_team"}  # their `name` is what a person typed
# name a person in a question, and store nothing
QUESTIONS = {"admin_list_events", "check_entitlement", "admin_try_rule", "admin_run_job"}
Told = Callable[["Life"], Awaitable[Any]]


class Life:
    """A person among others, the operator, and the host that knows them."""

    def __init__(self, world: World, desk: Desk, person: Person, host: dict[str, str], season_id: int) -> None:
        self.world, self.desk, self.person, self.host, self.season_id = world, desk, person, host, season_id
        self.team = 0

    async def said(self, path: str, body: Any, *, method: str = "POST") -> Any:
        """What the host says."""
        return await self.world.ok(method, path, json=body, headers=self.host | key())

    async def act(self, path: str, body: dict[str, Any], **how: Any) -> Any:
        """What an operator does about the person, whom the host's id names."""
        return await self.desk.ok("POST", path, {"external_id": NAME} | body, **{"keyed": True} | how)


async def make_team(life: Life) -> None:
    life.team = await test_teams.make(life.world, await life.world.player(NAME), TEAM)


async def rejected_events(life: Life) -> None:
    sound = event(1, "note.taken", NAME, note=NOTE)
    await life.said("/api/events", {"events": [sound, event(2, "note.taken", NAME, time="never")]})


def on_season(life: Life, what: str) -> str:
    return f"/seasons/{life.season_id}/{what}"


COIN = {"token_type": "ROULETTE_COIN", "amount": 1}
LETTER = {"title_ko": "t", "title_en": "t", "expires_at": "2025-12-20T00:00:00+09:00", "external_ids": [NAME],
          "rewards": [{"reward_type": "POINT", "reward_amount": 1}]}  # fmt: skip
LINE = {"rank": 1, "external_id": NAME, "display_name": SHOWN, "score": 7}
TELL: dict[str, Told] = {
    "make_players": lambda life: life.said("/api/players", {"players": [{"external_id": OTHER, "nickname": NICKNAME}]}),
    "get_token": lambda life: life.said("/api/auth/token", {"external_id": NAME, "nickname": NICKNAME}),
    "ingest_events": rejected_events,
    "make_team": make_team,
    "admin_rename_team": lambda life: life.desk.ok(
        "POST", f"/team-contests/CUP/teams/{life.team}/rename", {"name": RENAMED}
    ),
    "admin_grant_tokens": lambda life: life.act("/wallets/grant", COIN),
    "admin_revoke_tokens": lambda life: life.act("/wallets/revoke", COIN),
    "admin_ask_make_good": lambda life: life.act("/wallets/make-good", COIN),
    "admin_grant_premium": lambda life: life.act(on_season(life, "premium/grant"), {"track": "GOLD"}),
    "admin_revoke_premium": lambda life: life.act(on_season(life, "premium/revoke"), {"track": "GOLD"}),
    "admin_restore_streak": lambda life: life.act(on_season(life, "streak/restore"), {"days": 1}),
    "admin_mark_on_leaderboard": lambda life: life.act("/leaderboards/DAILY_SPINS/marks", {"mark": "HIDDEN"}),
    "admin_send_mailing": lambda life: life.desk.ok("POST", "/inbox", LETTER, keyed=True),
    "admin_upload_ranking": lambda life: life.desk.ok("PUT", "/rankings/2025-12-10", {"entries": [LINE]}),
    "redeem_entitlement": lambda life: life.said(f"/api/entitlements/{NAME}/LECTURE/redeem", None),
    "merge_players": lambda life: life.said(f"/api/players/{OTHER}/merge", {"into": NAME}),
    "rename_player": lambda life: life.said(f"/api/players/{NAME}/rename", {"new_external_id": BEFORE}),
    "admin_rename_player": lambda life: life.desk.ok(
        "POST", f"/players/{life.person.id}/rename", {"new_external_id": THIRD}
    ),
}


@pytest.fixture
async def life(world: World) -> Life:
    return await begin(world)


async def begin(world: World) -> Life:
    """A person who stamped and has something of everything, and the two who will speak of them."""
    desk, season_id = await rich.begin(world)
    await desk.ok("POST", "/team-contests", test_teams.contest(season_id))
    await desk.ok("POST", "/team-contests/CUP/activate", version=1)
    await boards.begin(world, boards.board())
    person = await world.player(NAME, ROULETTE_COIN=5)
    await world.ok("POST", "/api/season-pass/stamp", headers=person.headers)
    await give(world, person, Grant(RewardType.ENTITLEMENT, 7, code="LECTURE"), operation_id="SEED:e")
    return Life(world, desk, person, await world.token("main", "host"), season_id)


async def test_nothing_of_a_person_is_left_after_every_route_that_names_people(life: Life) -> None:
    world = life.world
    await world.ok("POST", "/api/roulette/play", headers=life.person.headers | key())
    for told in TELL.values():
        await told(life)
    before = {name async for name in holding(world)}
    assert {"user_profiles", "player_aliases", "host_events", "idempotency_keys", "rejected_events", "teams"} <= {
        *before
    }
    tokens_now = world.container.keys.now() + timedelta(seconds=1)
    await erase_player(world.house, ACT, life.person.id, tokens_now=tokens_now)
    assert [name async for name in holding(world)] == []
    assert not await world.differences()


def test_every_route_that_takes_a_name_is_told(sqlite_world: World) -> None:
    """A new route that names a person must say here how it is called."""
    assert sqlite_world.app is not None
    contract = sqlite_world.app.openapi()
    naming = {
        operation["operationId"]
        for operations in contract["paths"].values()
        for operation in operations.values()
        if PEOPLE & set(fields_of(operation, contract["components"]["schemas"]))
    }
    assert naming | TEAMS == set(TELL) | QUESTIONS


def fields_of(operation: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    """The names of everything that a client can say in a request, however deep."""
    yield from (part["name"] for part in operation.get("parameters", ()))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from _names(content.get("schema", {}), schemas, frozenset())


def _names(schema: Any, schemas: dict[str, Any], seen: frozenset[str]) -> Iterator[str]:
    if isinstance(schema, list):
        for part in schema:
            yield from _names(part, schemas, seen)
    if not isinstance(schema, dict):
        return
    name = schema.get("$ref", "").rpartition("/")[2]
    if name and name not in seen:
        yield from _names(schemas[name], schemas, seen | {name})
    properties = schema.get("properties", {})
    yield from properties
    for part in (*properties.values(), schema.get("items"), *(schema.get(k, []) for k in ("anyOf", "oneOf", "allOf"))):
        yield from _names(part, schemas, seen)


async def holding(world: World) -> Any:
    """The tables in which any name of the person stands, plain or as JSON writes it."""
    for table in metadata.tables:
        rows = str(await world.rows(f"SELECT * FROM {table}"))
        if MARK in rows:
            yield table
