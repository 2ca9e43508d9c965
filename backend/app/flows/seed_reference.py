"""Seeding: the reference rows where they are missing.

Writes hosts, programs, feature_config, game_configs, prize_stock, app_ui_config and seasons.
"""

from datetime import timedelta

from app.core.time_utils import kst_date
from app.domain.player import DEFAULT_PROGRAM
from app.domain.reference import AREAS, GAME_SETUPS, GAME_TITLES, NOTICES, reference_season
from app.domain.season_config import SeasonConfig
from app.flows.steps.put_in_force import put_in_force
from app.games import GAMES_BY_FEATURE
from app.services import House, Services

ACTOR = "system:seed"
MAIN_HOST = "main"
# a season of the reference's length that began a few days ago: the board is never empty and never over
DAYS_AGO, DAYS_AHEAD = 3, 13


async def seed_reference(house: House, *, with_season: bool = False) -> list[str]:
    """Adds what is missing and changes nothing that exists; returns what it added. Safe to run again."""
    now = house.clock.now()

    async def work(keepers: Services) -> list[str]:
        added = []
        if MAIN_HOST not in {host.code for host in await keepers.identity.active_hosts()}:
            await keepers.identity.add_host(MAIN_HOST, "Main host", now=now)
            added.append(f"host {MAIN_HOST}")
        if not await keepers.program.is_known(DEFAULT_PROGRAM):
            await keepers.program.add(DEFAULT_PROGRAM, "Main program", host_id=None, now=now)
            added.append(f"program {DEFAULT_PROGRAM}")
        known = {row["feature_type"] for row in await keepers.feature.all()}
        titles = AREAS | GAME_TITLES
        for name in sorted(titles.keys() - known):
            await keepers.feature.add(name, titles[name], is_enabled=True, actor=ACTOR, now=now)
            added.append(f"feature {name}")
        for name, setup in GAME_SETUPS.items():
            if not await keepers.game_config.versions(name, after=None, limit=1):
                game = GAMES_BY_FEATURE[name]
                config = await keepers.game_config.add(name, setup, actor=ACTOR, now=now)
                await put_in_force(keepers, game, config["id"], game.parse(setup), actor=ACTOR, now=now)
                added.append(f"game config {name}")
        for key, value in NOTICES.items():
            if await keepers.ui_config.find(key) is None:
                await keepers.ui_config.save(key, value, version=1, actor=ACTOR, now=now)
                added.append(f"notice {key}")
        if with_season:
            added += await _add_season(keepers, house)
        return added

    return await house.write(work)


async def _add_season(keepers: Services, house: House) -> list[str]:
    """A running season, unless one runs today."""
    now = house.clock.now()
    today = kst_date(now)
    if (await keepers.rule_book.seasons_on(today)).seasons:
        return []
    start = today - timedelta(days=DAYS_AGO)
    name = f"WINTER_{start:%Y%m%d}"
    config = SeasonConfig.model_validate(reference_season(name, start, today + timedelta(days=DAYS_AHEAD)))
    await keepers.season.add(config, is_active=True, now=now)
    return [f"season {name}"]
