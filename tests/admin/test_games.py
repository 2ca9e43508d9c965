"""Operators add versions of a game's config and choose the one in force."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from app.container import Container
from app.core.errors import AppError
from app.domain.reference import ROULETTE
from app.flows.play import PlayCommand
from app.flows.steps.commands import IdempotencyKey
from app.games import GAMES
from app.utils.random_utils import new_id
from tests.admin.desk import WHY, Desk, newest_audit
from tests.world import key

PATH = "/games/roulette/configs"
SEGMENTS = ROULETTE["segments"]


def wheel(name: str = "다른 룰렛", **change: Any) -> dict[str, Any]:
    """A whole wheel; `change` alters its first segment."""
    return {"name": name, "max_daily": 5, "segments": [SEGMENTS[0] | change, *SEGMENTS[1:]]}


async def add(admin: Desk, **change: Any) -> dict[str, Any]:
    added: dict[str, Any] = await admin.ok("POST", PATH, {"config": wheel(**change)})
    return added


async def test_the_list_shows_every_game_with_its_switch_and_the_version_in_force(admin: Desk) -> None:
    listed = await admin.get("/games")
    roulette = next(game for game in listed["items"] if game["code"] == "roulette")
    active = (await admin.get(PATH))["items"][0]
    assert roulette["active"] == {"config_id": active["id"], "version": 1, "name": ROULETTE["name"]}
    assert (roulette["feature_type"], roulette["token_type"]) == ("ROULETTE", "ROULETTE_COIN")
    assert (roulette["is_enabled"], roulette["last_play_at"]) == (True, None)
    assert {game["code"] for game in listed["items"]} == set(GAMES)


async def test_a_new_version_stands_beside_the_one_in_force(admin: Desk) -> None:
    response = await admin.send("POST", PATH, {"config": wheel()})
    assert response.status_code == 201
    added = response.json()
    assert added.pop("warnings") == []
    assert (added["version"], added["is_active"], added["config"]) == (2, False, wheel())
    assert added["created_by"] == "staff:kim@example.com"
    assert await admin.get(f"{PATH}/{added['id']}") == added
    versions = (await admin.get(PATH))["items"]
    assert [(row["version"], row["is_active"]) for row in versions] == [(2, False), (1, True)]
    audit = await newest_audit(admin.world)
    assert (audit["action"], audit["target"], audit["reason"]) == ("GAME_CONFIG_ADDED", "game:roulette", WHY)
    assert audit["after"]["config"] == wheel()


async def test_activating_a_version_puts_it_in_force_for_the_next_play(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee", ROULETTE_COIN=2)
    added = await add(admin, label="새 상품")
    before = await world.ok("GET", "/api/roulette/status", headers=player.headers)
    activated = await admin.ok("POST", f"{PATH}/{added['id']}/activate")
    assert activated["is_active"] is True
    after = await world.ok("GET", "/api/roulette/status", headers=player.headers)
    assert before["config_id"] != after["config_id"] == added["id"]
    await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
    assert await world.rows("SELECT config_id FROM game_plays") == [(added["id"],)]
    audit = await newest_audit(world)
    assert (audit["action"], audit["before"]["version"], audit["after"]["version"]) == ("GAME_CONFIG_ACTIVATED", 1, 2)
    odds = await world.ok("GET", "/api/roulette/odds")
    assert [row["version"] for row in odds["history"]] == [2, 1]


async def test_an_old_version_can_be_put_in_force_again(admin: Desk) -> None:
    first = (await admin.get(PATH))["items"][0]
    second = await add(admin)
    for config_id in (second["id"], first["id"]):
        await admin.ok("POST", f"{PATH}/{config_id}/activate")
    active = [row["id"] for row in (await admin.get(PATH))["items"] if row["is_active"]]
    assert active == [first["id"]]


async def test_unknown_games_and_versions_are_not_found(admin: Desk) -> None:
    code = "GAME_NOT_FOUND"
    assert await admin.refused("POST", "/games/poker/configs", {"config": wheel()}) == (404, code)
    assert await admin.refused("POST", "/games/poker/configs/1/activate") == (404, code)
    assert await admin.refused("POST", f"{PATH}/999/activate") == (404, "NOT_FOUND")
    for path, expected in (("/games/poker/configs", code), (f"{PATH}/999", "NOT_FOUND"), ("/games/🎲/configs", code)):
        assert await admin.world.code("GET", f"/api/admin{path}", headers=admin.headers) == (404, expected)


async def test_a_version_of_another_game_is_not_found(admin: Desk) -> None:
    await admin.world.sql(
        "INSERT INTO game_configs (feature_type, version, config, config_hash, created_by, created_at) "
        "VALUES ('OTHER', 1, '{}', 'x', 'test', '2025-12-10 00:00:00')"
    )
    foreign = (await admin.world.rows("SELECT id FROM game_configs WHERE feature_type = 'OTHER'"))[0][0]
    assert await admin.refused("POST", f"{PATH}/{foreign}/activate") == (404, "NOT_FOUND")


async def test_a_version_that_plain_sql_broke_is_not_put_in_force(admin: Desk) -> None:
    added = await add(admin)
    await admin.world.sql("UPDATE game_configs SET config = '{}' WHERE id = :id", id=added["id"])
    refusal = await admin.refused("POST", f"{PATH}/{added['id']}/activate")
    assert refusal == (422, "INVALID_ROULETTE_CONFIG")


BROKEN: list[tuple[Any, str]] = [
    ({}, "name"),
    (wheel() | {"segments": SEGMENTS[:5]}, "segments"),
    (wheel() | {"segments": [SEGMENTS[0], *SEGMENTS[:5]]}, "(whole)"),
    (wheel() | {"segments": [segment | {"weight": 0} for segment in SEGMENTS]}, "(whole)"),
    (wheel() | {"surprise": 1}, "surprise"),
    (wheel() | {"max_daily": -1}, "max_daily"),
    (wheel(weight=-1), "segments.0.weight"),
    (wheel(weight="10"), "segments.0.weight"),
    (wheel(weight=1.5), "segments.0.weight"),
    (wheel(weight=2**70), "segments.0.weight"),
    (wheel(label=""), "segments.0.label"),
    (wheel(label="a\x00"), "segments.0.label"),
    (wheel(name="x" * 101), "name"),
    (wheel(slot_index=6), "segments.0.slot_index"),
    (wheel(reward_type="CASH"), "segments.0.reward_type"),
    (wheel(reward_amount=0), "segments.0"),
    (wheel(reward_type="TOKEN", token_type="GOLD"), "segments.0.token_type"),
    (wheel(reward_type="TOKEN", token_type="POINT"), "segments.0.token_type"),
    (wheel(reward_type="TOKEN", token_type="티켓"), "segments.0.token_type"),
]


@pytest.mark.parametrize(("config", "field"), BROKEN, ids=[f"{field}-{n}" for n, (_, field) in enumerate(BROKEN)])
async def test_a_broken_config_is_refused_naming_the_field(calm_admin: Desk, config: Any, field: str) -> None:
    assert await calm_admin.refused("POST", PATH, {"config": config}) == (422, "INVALID_ROULETTE_CONFIG")
    details = (await calm_admin.send("POST", PATH, {"config": config})).json()["error"]["details"]
    assert field in {line["field"] for line in details}


async def test_two_versions_added_at_the_same_instant_get_two_numbers(admin: Desk) -> None:
    answers = await asyncio.gather(*(admin.send("POST", PATH, {"config": wheel()}) for _ in range(4)))
    numbers = [answer.json()["version"] for answer in answers if answer.is_success]
    assert len(numbers) == len(set(numbers)) == 4


async def test_of_versions_activated_at_the_same_instant_exactly_one_is_in_force(admin: Desk) -> None:
    made = [await add(admin) for _ in range(4)]
    for _ in range(5):
        calls = (admin.send("POST", f"{PATH}/{row['id']}/activate") for row in made)
        assert all(answer.is_success for answer in await asyncio.gather(*calls))
        in_force = "SELECT COUNT(*) FROM game_configs WHERE active_slot = 1 AND feature_type = 'ROULETTE'"
        active = await admin.world.rows(in_force)
        assert active == [(1,)]


async def test_while_versions_change_places_every_play_finds_one_in_force(mariadb_admin: Desk) -> None:
    admin, world = mariadb_admin, mariadb_admin.world
    players = [await world.player(f"player-{n}", ROULETTE_COIN=1000) for n in range(20)]
    config = wheel() | {"max_daily": 0}
    versions = [(await admin.ok("POST", PATH, {"config": config}))["id"] for _ in range(3)]
    second = Container(world.container.settings, clock=world.clock)

    async def change_places() -> None:
        for turn in range(60):
            await admin.ok("POST", f"{PATH}/{versions[(2 * turn) % 3]}/activate")

    async def play(container: Container, user_id: int) -> str:
        now = world.clock.now()
        command = PlayCommand(
            user_id=user_id, session_id=None, issued_at=now, request_id=None, game=GAMES["roulette"],
            idempotency=IdempotencyKey(new_id(now), "0" * 64),
        )  # fmt: skip
        try:
            await container.plays.submit(command)
        except AppError as refusal:
            return refusal.code
        return "OK"

    changing = asyncio.create_task(change_places())
    results: Counter[str] = Counter()
    while not changing.done():
        houses = (world.container, second)
        results.update(await asyncio.gather(*(play(houses[n % 2], p.id) for n, p in enumerate(players))))
    await changing
    await second.close()
    assert set(results) == {"OK"}


async def test_a_version_is_compared_field_by_field_with_the_one_in_force(admin: Desk) -> None:
    first = (await admin.get(PATH))["items"][0]
    added = await add(admin, weight=2999)
    compared = await admin.get(f"{PATH}/{added['id']}/diff")
    assert (compared["config_id"], compared["against"], compared["against_version"]) == (added["id"], first["id"], 1)
    changes = {line["path"]: (line["before"], line["after"]) for line in compared["changes"]}
    assert changes.pop("trial") == (ROULETTE["trial"], None)
    assert changes == {
        "name": (ROULETTE["name"], "다른 룰렛"), "max_daily": (0, 5), "segments[slot_index=0].weight": (3000, 2999),
    }  # fmt: skip
    assert (await admin.get(f"{PATH}/{added['id']}/diff", against=added["id"]))["changes"] == []


async def test_a_comparison_needs_two_versions_of_the_game(admin: Desk) -> None:
    first = (await admin.get(PATH))["items"][0]
    foreign = (await admin.get("/games/dice/configs"))["items"][0]
    for query in (f"{PATH}/{first['id']}/diff?against={foreign['id']}", f"{PATH}/{foreign['id']}/diff"):
        assert await admin.world.code("GET", f"/api/admin{query}", headers=admin.headers) == (404, "NOT_FOUND")
    path = f"/api/admin{PATH}/{first['id']}/diff?against=x"
    assert await admin.world.code("GET", path, headers=admin.headers) == (422, "VALIDATION_ERROR")
