"""The bridge's level in a season that has passes and counters."""

from datetime import date

from app.domain.season_config import SeasonConfig
from tests.admin.desk import desk_of
from tests.bridge.campaigns import balance, collect_all, kst, open_reference, settlement, tick_all
from tests.planting import noted
from tests.season.rich import RICH
from tests.season.test_premium import upgrade
from tests.world import World

NEW_YEAR = {"start_date": date(2026, 1, 1), "end_date": date(2026, 1, 31), "streak": None}


async def test_the_level_pays_the_passes_that_the_player_owns(world: World) -> None:
    await open_reference(world)
    season = SeasonConfig.model_validate(RICH | NEW_YEAR)
    now = world.clock.now()
    season_id = await noted(world.house, "season:{}", lambda k: k.season.add(season, is_active=True, now=now))
    player = await world.player("kim", ROULETTE_COIN=50)
    await collect_all(world, player)
    before = await balance(world, player.id)
    world.clock.set(kst(1, 1, 0, 5))
    await upgrade(await desk_of(world, "alice", "admin"), season_id, player)
    world.clock.set(kst(1, 1, 0, 10))
    await tick_all(world)
    found = await settlement(world, player.id)
    assert (found["level_state"], found["level_after"], found["xp_added"]) == ("PAID", 1, 20)
    assert await balance(world, player.id) == before + 35_000 + 5
    claims = await world.rows("SELECT track, level FROM season_claims WHERE season_id = :s ORDER BY track", s=season_id)
    assert claims == [("FREE", 1), ("GOLD", 1)]
    assert await world.differences() == {}
