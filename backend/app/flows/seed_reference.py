"""Seeding: the reference rows where they are missing.

Writes hosts, programs, feature_config, game_configs, prize_stock, app_ui_config, seasons and bridge_campaigns.
"""

from datetime import date, timedelta

from app.core.time_utils import kst_date
from app.domain.bridge import CampaignState
from app.domain.bridge_config import BridgeConfig
from app.domain.player import DEFAULT_PROGRAM
from app.domain.reference import AREAS, GAME_SETUPS, GAME_TITLES, NOTICES, reference_season
from app.domain.reference_bridge import reference_bridge
from app.domain.season_config import SeasonConfig
from app.flows.steps.put_in_force import put_in_force
from app.games import GAMES_BY_FEATURE
from app.services import House, Services

ACTOR = "system:seed"
MAIN_HOST = "main"
# a season of the reference's length that began a few days ago: the board is never empty and never over
DAYS_AGO, DAYS_AHEAD = 3, 13
NEW_YEAR_DAYS = 30
ONE_DAY = timedelta(days=1)


async def seed_reference(house: House, *, with_season: bool = False) -> list[str]:
    """Adds what is missing and changes nothing that exists; returns what it added. Safe to run again."""
    now = house.clock.now()

    async def work(keepers: Services) -> list[str]:
        added = []
        if not await keepers.identity.is_known_host(MAIN_HOST):
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
        added += await _add_bridge(keepers, house, is_open=with_season)
        return added

    return await house.write(work)


async def _add_season(keepers: Services, house: House) -> list[str]:
    """A running season unless one runs today, and one that begins with the new year, both on days that are free."""
    now = house.clock.now()
    today = kst_date(now)
    if (await keepers.rule_book.seasons_on(today)).seasons:
        return []
    rows = await keepers.season.heads()
    taken = [row for row in rows if row["is_active"] and row["program"] == DEFAULT_PROGRAM]
    ended = [row["end_date"] + ONE_DAY for row in taken if row["end_date"] < today]
    planned = [row["start_date"] - ONE_DAY for row in taken if row["start_date"] > today]
    start = max(today - timedelta(days=DAYS_AGO), *ended, date.min)
    end = min(today + timedelta(days=DAYS_AHEAD), *planned, date.max)
    seasons = [(f"WINTER_{start:%Y%m%d}", start, end)]
    new_year = date(today.year + 1, 1, 1)
    if end < new_year and not planned:
        seasons.append((f"NEW_YEAR_{new_year.year}", new_year, new_year + timedelta(days=NEW_YEAR_DAYS)))
    known = {row["season_name"] for row in rows}
    new = [season for season in seasons if season[0] not in known]  # an operator who retired one meant it
    for name, first, last in new:
        config = SeasonConfig.model_validate(reference_season(name, first, last))
        await keepers.season.add(config, is_active=True, now=now)
    return [f"season {name}" for name, _, _ in new]


async def _add_bridge(keepers: Services, house: House, *, is_open: bool) -> list[str]:
    """The bridge at the end of this year, unless there is any campaign: a draft that operators look at first."""
    now = house.clock.now()
    if await keepers.bridge.page(after=None, limit=1):
        return []
    config = BridgeConfig.model_validate(reference_bridge(kst_date(now).year))
    state = CampaignState.OPEN if is_open else CampaignState.DRAFT
    await keepers.bridge.add(config, host_id=None, state=state, now=now)
    return [f"bridge {config.code}"]
