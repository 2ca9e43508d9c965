"""Seeding: the reference rows where they are missing.

Writes hosts, programs, feature_config, game_configs, prize_stock, app_ui_config, seasons, bridge_campaigns and
admin_audit_log.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app.core.time_utils import kst_date
from app.domain.bridge import CampaignState
from app.domain.bridge_config import TOLD_PARTS, BridgeConfig
from app.domain.player import DEFAULT_PROGRAM
from app.domain.reference import AREAS, GAME_SETUPS, GAME_TITLES, NOTICES, reference_season
from app.domain.reference_bridge import reference_bridge
from app.domain.season_config import SeasonConfig
from app.flows.steps.put_in_force import put_in_force
from app.games import GAMES_BY_FEATURE
from app.services import House, Services
from app.services.audit_service import AdminAct

ACTOR = "system:seed"
ACT = AdminAct(ACTOR, "the rows of the reference event", None)
MAIN_HOST = "main"
# a season of the reference's length that began a few days ago: the board is never empty and never over
DAYS_AGO, DAYS_AHEAD = 3, 13
NEW_YEAR_DAYS = 30
ONE_DAY = timedelta(days=1)


async def seed_reference(house: House, *, with_season: bool = False) -> list[str]:
    """Adds what is missing and changes nothing that exists; returns what it added.

    Each row is audited as `system:seed`. Safe to run again.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> list[str]:
        seeding = Seeding(keepers, now)
        await _add_program(seeding)
        await _add_features(seeding)
        for key, value in NOTICES.items():
            if await keepers.ui_config.find(key) is None:
                await keepers.ui_config.save(key, value, version=1, actor=ACTOR, now=now)
                await seeding.note(
                    f"notice {key}", "UI_CONFIG_SAVED", f"ui_config:{key}", {"value": value, "version": 1}
                )
        if with_season:
            await _add_season(seeding)
        await _add_bridge(seeding, is_open=with_season)
        return seeding.added

    async def add_host(keepers: Services) -> list[str]:
        seeding = Seeding(keepers, now)
        if not await keepers.identity.is_known_host(MAIN_HOST):
            host = {"code": MAIN_HOST, "name": "Main host"}
            await keepers.identity.add_host(*host.values(), now=now)
            await seeding.note(f"host {MAIN_HOST}", "HOST_ADDED", f"host:{MAIN_HOST}", host)
        return seeding.added

    return [*await house.write_identities(add_host), *await house.write(work)]


@dataclass(slots=True)
class Seeding:
    """What was added so far."""

    keepers: Services
    now: datetime
    added: list[str] = field(default_factory=list)

    async def note(self, what: str, action: str, target: str, after: Any = None) -> None:
        """Tells the operators' log and whoever ran it."""
        self.added.append(what)
        await self.keepers.audit.add(ACT, action, target, after=after, now=self.now)


async def _add_program(seeding: Seeding) -> None:
    keepers, now = seeding.keepers, seeding.now
    if not await keepers.program.is_known(DEFAULT_PROGRAM):
        await keepers.program.add(DEFAULT_PROGRAM, "Main program", host_id=None, now=now)
        after = {"code": DEFAULT_PROGRAM, "title": "Main program", "host": None}
        await seeding.note(f"program {DEFAULT_PROGRAM}", "PROGRAM_ADDED", f"program:{DEFAULT_PROGRAM}", after)


async def _add_features(seeding: Seeding) -> None:
    keepers, now = seeding.keepers, seeding.now
    known = {row["feature_type"] for row in await keepers.feature.all()}
    titles = AREAS | GAME_TITLES
    for name in sorted(titles.keys() - known):
        await keepers.feature.add(name, titles[name], is_enabled=True, actor=ACTOR, now=now)
        await seeding.note(f"feature {name}", "FEATURE_ADDED", f"feature:{name}", {"is_enabled": True})
    for name, setup in GAME_SETUPS.items():
        if not await keepers.game_config.versions(name, after=None, limit=1):
            game = GAMES_BY_FEATURE[name]
            config = await keepers.game_config.add(name, setup, actor=ACTOR, now=now)
            await put_in_force(keepers, game, config["id"], game.parse(setup), actor=ACTOR, now=now)
            after = {"id": config["id"], "version": config["version"], "config": setup}
            await seeding.note(f"game config {name}", "GAME_CONFIG_ADDED", f"game:{game.code}", after)
            await keepers.audit.add(ACT, "GAME_CONFIG_ACTIVATED", f"game:{game.code}", after=after, now=now)


async def _add_season(seeding: Seeding) -> None:
    """A running season unless one runs today, and one that begins with the new year, both on days that are free."""
    keepers, now = seeding.keepers, seeding.now
    today = kst_date(now)
    if (await keepers.rule_book.seasons_on(today)).seasons:
        return
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
    for name, first, last in seasons:
        if name in known:
            continue  # an operator who retired it meant it
        config = SeasonConfig.model_validate(reference_season(name, first, last))
        season_id = await keepers.season.add(config, is_active=True, now=now)
        after = config.view() | {"is_active": True}
        await seeding.note(f"season {name}", "SEASON_CREATED", f"season:{season_id}", after)


async def _add_bridge(seeding: Seeding, *, is_open: bool) -> None:
    """The bridge at the end of this year, unless there is any campaign: a draft that operators look at first."""
    keepers, now = seeding.keepers, seeding.now
    if await keepers.bridge.page(after=None, limit=1):
        return
    config = BridgeConfig.model_validate(reference_bridge(kst_date(now).year))
    state = CampaignState.OPEN if is_open else CampaignState.DRAFT
    await keepers.bridge.add(config, host_id=None, state=state, now=now)
    stored = await keepers.bridge.find(config.code) or {}
    after = {"code": config.code, "state": state} | {part: stored[part] for part in TOLD_PARTS}
    await seeding.note(f"bridge {config.code}", "BRIDGE_CREATED", f"bridge:{config.code}", after)
