"""Seasons: made, changed, published, retired, cloned.

Locks feature_config (all of it: see `FeatureService.lock_all`) and the season; reads programs, season_progress,
season_counters and season_passes. Writes seasons, season_levels, season_level_rewards, season_options, season_bonuses,
admin_audit_log.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.domain.config_fields import parse_config
from app.domain.promises import require_kept, require_loss_accepted
from app.domain.season_config import SeasonConfig
from app.domain.season_edits import edit_problems
from app.domain.season_file import SeasonPlan, differences
from app.flows.steps.check_references import ConfigDocument, check_references
from app.flows.steps.edits import require_version
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.season_service import StoredSeason


async def create_season(house: House, act: AdminAct, config: SeasonConfig, *, is_active: bool) -> StoredSeason:
    """A new season, as a draft unless it is to be active at once.

    Raises INVALID_SEASON_DATES, NAME_TAKEN, ACTIVE_SEASON_CONFLICT, or VALIDATION_ERROR at what can never be
    reached. Returns it with `warnings`.
    """
    config.require_dates_in_order()

    async def work(keepers: Services) -> StoredSeason:
        await keepers.feature.lock_all()
        return await _add(house, keepers, act, config, is_active=is_active, action="SEASON_CREATED")

    return await house.write(work, is_repeatable=False)


async def replace_season(
    house: House,
    act: AdminAct,
    season_id: int,
    config: SeasonConfig,
    *,
    is_active: bool | None,
    expected_version: int | None,
) -> StoredSeason:
    """The whole season anew; `is_active` None leaves it as it is. Raises as `create_season`, and VERSION_CONFLICT.

    Once players are in, what they were promised or paid stays: PROMISE_WITHDRAWN names each field that breaks it.
    """
    config.require_dates_in_order()

    async def work(keepers: Services) -> StoredSeason:
        before = await _locked(keepers, season_id, expected_version)
        will_be_active = before.is_active if is_active is None else is_active
        return await _replace(house, keepers, act, before, config, is_active=will_be_active)

    return await house.write(work, is_repeatable=False)


async def switch_season(
    house: House,
    act: AdminAct,
    season_id: int,
    *,
    is_active: bool,
    expected_version: int | None,
) -> StoredSeason:
    """Publishes or retires a season. Raises SEASON_NOT_FOUND, VERSION_CONFLICT, ACTIVE_SEASON_CONFLICT.

    PROMISE_WITHDRAWN while players may still stamp or claim in it, unless the operator accepts that so many lose.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> StoredSeason:
        before = await _locked(keepers, season_id, expected_version)
        if not is_active:
            await _require_nothing_open(house, keepers, act, before)
        await keepers.season.set_active(season_id, is_active=is_active, now=now)
        action = "SEASON_PUBLISHED" if is_active else "SEASON_RETIRED"
        return await _finish(house, keepers, act, season_id, before=before, action=action)

    return await house.write(work, is_repeatable=False)


async def apply_season(
    house: House, act: AdminAct, config: SeasonConfig, *, is_active: bool, is_dry_run: bool
) -> SeasonPlan:
    """Makes the season of this name what the config says: adds it, changes it, or finds that it is so already.

    A dry run goes all the way and is then taken back, so it refuses exactly what the real run would. Applying the same
    again changes nothing and leaves no audit row. Raises as `create_season` and `replace_season`.
    """
    config.require_dates_in_order()
    wanted = {"is_active": is_active, **config.view()}

    async def work(keepers: Services) -> SeasonPlan:
        await keepers.feature.lock_all()
        before = await keepers.season.find_named(config.season_name, locked=True)
        current = None if before is None else {"is_active": before.is_active, **before.config.view()}
        changes, done = differences(current or {}, wanted), before
        if before is None:
            done = await _add(house, keepers, act, config, is_active=is_active, action="SEASON_CREATED")
        elif changes:
            done = await _replace(house, keepers, act, before, config, is_active=is_active)
        plan = SeasonPlan(before is None, changes, (done.warnings if done else None) or ())
        if is_dry_run:
            raise _OnlyPlannedError(plan)
        return plan

    try:
        return await house.write(work, is_repeatable=False)
    except _OnlyPlannedError as planned:
        return planned.plan


class _OnlyPlannedError(Exception):
    """Ends a dry run: the transaction is rolled back."""

    def __init__(self, plan: SeasonPlan) -> None:
        super().__init__()
        self.plan = plan


async def clone_season(
    house: House, act: AdminAct, season_id: int, *, season_name: str, start_date: date, end_date: date
) -> StoredSeason:
    """A draft with everything of another season but its name and dates."""
    new: dict[str, Any] = {"season_name": season_name, "start_date": start_date, "end_date": end_date}

    async def work(keepers: Services) -> StoredSeason:
        source = await _found(keepers, season_id)
        document = source.config.model_dump(include=set(SeasonConfig.model_fields)) | new
        if document["streak"] is not None:
            document["streak"] |= {"paused_days": ()}  # days of the season it was copied from
        config = parse_config(SeasonConfig, document, "VALIDATION_ERROR")
        config.require_dates_in_order()
        return await _add(house, keepers, act, config, is_active=False, action="SEASON_CLONED")

    return await house.write(work, is_repeatable=False)


def season_document(season: StoredSeason) -> ConfigDocument:
    """A season, to check what it names."""
    return ConfigDocument("season", str(season.id), season.config.view())


async def _locked(keepers: Services, season_id: int, expected_version: int | None) -> StoredSeason:
    await keepers.feature.lock_all()
    season = await _found(keepers, season_id)
    require_version(expected_version, season.version)
    return season


async def _found(keepers: Services, season_id: int) -> StoredSeason:
    season = await keepers.season.find(season_id, locked=True)
    if season is None:
        raise AppError("SEASON_NOT_FOUND")
    return season


async def _add(
    house: House, keepers: Services, act: AdminAct, config: SeasonConfig, *, is_active: bool, action: str
) -> StoredSeason:
    await _require_free_name(keepers, config)
    season_id = await keepers.season.add(config, is_active=is_active, now=house.clock.now())
    return await _finish(house, keepers, act, season_id, before=None, action=action)


async def _replace(
    house: House,
    keepers: Services,
    act: AdminAct,
    before: StoredSeason,
    config: SeasonConfig,
    *,
    is_active: bool,
) -> StoredSeason:
    await check_references(keepers, season_document(replace(before, config=config)), house.clock.now())
    use = await keepers.season_pass.use_of(before.id)
    require_kept(edit_problems(before.config, config, use), use.players)
    if not is_active:
        await _require_nothing_open(house, keepers, act, before)
    await _require_free_name(keepers, config, but_by=before.id)
    await keepers.season.replace(before.id, config, is_active=is_active, now=house.clock.now())
    return await _finish(house, keepers, act, before.id, before=before, action="SEASON_CHANGED")


async def _require_nothing_open(house: House, keepers: Services, act: AdminAct, before: StoredSeason) -> None:
    """Returns when nobody can stamp or claim in the season any more; else the loss must be accepted."""
    last_claim_day = before.config.end_date + timedelta(days=before.config.grace_days)
    if before.is_active and kst_date(house.clock.now()) <= last_claim_day:
        players = (await keepers.season_pass.use_of(before.id)).players
        require_loss_accepted(f"their stamps and open claims until {last_claim_day}", players, act.players_who_lose)


async def _require_free_name(keepers: Services, config: SeasonConfig, *, but_by: int | None = None) -> None:
    if await keepers.season.is_name_taken(config.season_name, but_by=but_by):
        raise AppError("NAME_TAKEN", field="season_name")


async def _finish(
    house: House, keepers: Services, act: AdminAct, season_id: int, *, before: StoredSeason | None, action: str
) -> StoredSeason:
    """Refuses a second active season on any of its days, now that the season is written, and notes who did it.

    Looking after the write is what makes two operators at once safe: the second one waits for the first one's row, or
    the database ends one of the two and its whole transaction runs again.
    """
    after = await _found(keepers, season_id)
    is_ended = before is not None and before.is_active and not after.is_active
    warnings = [] if is_ended else await check_references(keepers, season_document(after), house.clock.now())
    if after.is_active:
        rivals = await keepers.season.overlapping(after)
        if rivals:
            raise AppError("ACTIVE_SEASON_CONFLICT", seasons=rivals)
    await keepers.audit.add(
        act, action, f"season:{season_id}", before=_kept(before), after=_kept(after), now=house.clock.now()
    )
    return replace(after, warnings=tuple(warnings))


def _kept(season: StoredSeason | None) -> dict[str, Any] | None:
    if season is None:
        return None
    return {"version": season.version, "is_active": season.is_active, **season.config.view()}
