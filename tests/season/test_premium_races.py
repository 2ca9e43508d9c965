"""An upgrade that meets a level-up at the same instant: each premium level is paid once, whoever comes first."""

import asyncio

import pytest

from app.domain.records import SeasonPass
from app.domain.season import Progress
from app.flows.stamp import StampCommand, stamp
from app.services import Services
from app.services.player_state import Wanted
from tests.season.rich import begin
from tests.season.test_premium import PLAIN, STAMP, gain, upgrade
from tests.world import World, key

ROUNDS = {"mysql": 80, "sqlite": 20}  # SQLite has one writer: its queue is the same each time
GOLD = [f"{part}" for part in ("1", "2", "3", "3#2", "4", "4#2")]


@pytest.mark.timeout(300)
async def test_an_upgrade_racing_a_level_up_pays_each_premium_level_once(world: World) -> None:
    desk, season = await begin(world, **PLAIN)
    rounds = ROUNDS[world.house.database.write_engine.dialect.name.replace("mariadb", "mysql")]
    players = [await world.player(f"p{number}") for number in range(rounds)]
    for number, player in enumerate(players):
        both = await world.token(player.name, "player", "admin")
        stamp = world.ok("POST", STAMP, json={"xp_bonus": 65}, headers=both)  # 85 XP: levels 1 to 4
        sides = [stamp, upgrade(desk, season, player)]
        await asyncio.gather(*(sides if number % 2 else reversed(sides)))
    rows = await world.rows(
        "SELECT user_id, operation_id FROM reward_log WHERE operation_id LIKE '%:GOLD:%' ORDER BY user_id, id"
    )
    by_player: dict[int, list[str]] = {}
    for user_id, operation in rows:
        by_player.setdefault(user_id, []).append(operation.rpartition(":")[2])
    # level 3 is claimed by hand: an upgrade that came first leaves it open, one that came later has paid it
    expected = {player.id: GOLD for player in players}
    early = [p for p in players if "3" not in by_player[p.id]]
    for player in early:
        await world.ok("POST", "/api/season-pass/claim-all", headers=player.headers)
        by_player[player.id] = GOLD if by_player[player.id] == ["1", "2", "4", "4#2"] else by_player[player.id]
    assert by_player == expected
    assert rounds < 80 or 0 < len(early) < rounds, "both orders happened"
    assert not await world.differences()


async def test_upgrades_revocations_and_stamps_of_many_at_once_leave_every_level_paid_once(world: World) -> None:
    desk, season = await begin(world, **PLAIN)
    players = [await world.player(f"p{number}") for number in range(6)]
    for _ in range(4):
        calls = [gain(world, player, 41) for player in players]
        for player in players:
            body = {"user_id": player.id, "track": "GOLD"}
            calls += [
                desk.ok("POST", f"/seasons/{season}/premium/{act}", body, keyed=True)
                for act in ("grant", "revoke", "grant")
            ]
            calls += [world.ok("POST", "/api/season-pass/claim-all", headers=player.headers | key())]
        await asyncio.gather(*calls)
        world.clock.advance(days=1)
    for player in players:
        await upgrade(desk, season, player)
    assert not await world.differences()
    per_player = "SELECT COUNT(*) FROM reward_log WHERE operation_id LIKE '%:GOLD:%' GROUP BY user_id"
    assert await world.rows(per_player) == [(7,)] * len(players)  # levels 1 to 6 of 164 XP and more; 5 has none


async def test_a_batch_that_waits_for_an_upgrade_sees_it(mariadb_world: World) -> None:
    """The batch has read its first player when the second one's upgrade commits."""
    world = mariadb_world
    _, season = await begin(world, **PLAIN)
    first, second = await world.player("first"), await world.player("second")
    holds, may_end, now = asyncio.Event(), asyncio.Event(), world.clock.now()

    async def an_upgrade_under_way(keepers: Services) -> None:
        await keepers.player.lock([second.id], Wanted())
        holds.set()
        await may_end.wait()
        await keepers.season_pass.save([Progress(second.id, season)], [], [], [])
        await keepers.season_pass.save_passes([SeasonPass(second.id, season, "GOLD", now, None)])

    upgrade_ends = asyncio.create_task(world.house.write(an_upgrade_under_way))
    await holds.wait()
    signed_in = {"session_id": None, "issued_at": now, "request_id": None}
    commands = [StampCommand(user_id=player.id, **signed_in) for player in (first, second)]
    batch = asyncio.create_task(stamp(world.house, commands))
    await asyncio.sleep(0.3)
    assert not batch.done()
    may_end.set()
    await upgrade_ends
    await batch
    assert await world.rows("SELECT operation_id FROM reward_log WHERE operation_id LIKE '%:GOLD:%'") == [
        (f"SEASON:{season}:{second.id}:GOLD:1",)
    ]
    assert not await world.differences()
