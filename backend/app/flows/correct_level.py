"""A level's reward that was mistyped, corrected for everybody who comes after, and told what became of who was paid.

Locks feature_config (all of it), the season and, to pay anew, grant_allowances and user_profiles with wallets; reads
season_progress, season_claims and reward_log. Writes seasons, season_levels, season_level_rewards, reward_log, wallets,
wallet_ledger, the season_* tables (XP rewards), grant_allowances, user_event_log, outbox, admin_audit_log.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_date, kst_midnight
from app.domain.config_fields import RewardFields
from app.domain.promises import covers, require_loss_accepted
from app.domain.season_config import LevelConfig, SeasonConfig
from app.domain.wallet import Reason
from app.flows.steps.allowances import lock_allowances
from app.flows.steps.check_references import ConfigDocument, check_references
from app.flows.steps.commands import Done
from app.flows.steps.decide_each import Batch
from app.flows.steps.decision import Decision
from app.flows.steps.edits import require_version
from app.flows.steps.grant_rewards import grant_rewards
from app.flows.steps.once import KeyedAct, once
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.player_state import Wanted
from app.services.season_service import StoredSeason

TAKEN_BACK = frozenset({"REVERSED", "REJECTED"})
# in one transaction; who is left is paid by the same correction once more
MOST_PAID_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Correction:
    """Which level of which track gets what; `pays_anew`: also those whose whole payment was taken back."""

    level: int
    track: str
    rewards: tuple[RewardFields, ...]
    pays_anew: bool


@dataclass(frozen=True, slots=True)
class Corrected:
    """Whom it concerns. `keep`: were paid and keep it; `taken_back`: were paid and it was reversed or rejected;

    `later`: everybody else in the season gets the corrected reward. `paid_anew` and `left` are of those taken back.
    """

    season_id: int
    level: int
    track: str
    version: int
    keep: int
    taken_back: int
    later: int
    paid_anew: int
    left: int


async def look_at_correction(
    house: House, season_id: int, wanted: Correction, *, expected_version: int | None
) -> Corrected:
    """Whom a correction would concern; changes nothing. Raises what `correct_level` raises, but PROMISE_WITHDRAWN."""

    async def work(keepers: Services) -> Corrected:
        return (await _plan(keepers, season_id, wanted, expected_version, house.clock.now())).found

    return await house.read(work)


async def correct_level(
    house: House, act: KeyedAct, season_id: int, wanted: Correction, *, expected_version: int | None
) -> Done:
    """Gives a level of a track other rewards, whoever has reached it. Nobody is paid twice, nothing is taken back here.

    Who was paid keeps it. Who was paid and lost it whole (every part reversed or rejected) gets nothing, or the
    corrected reward once when it says `pays_anew`. Everybody else gets the corrected one when they come to it. Once per
    key. Raises SEASON_NOT_FOUND, LEVEL_NOT_FOUND, VERSION_CONFLICT, and PROMISE_WITHDRAWN when the others get less,
    unless so many losing it is accepted.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Corrected:
        await keepers.feature.lock_all()
        plan = await _plan(keepers, season_id, wanted, expected_version, now, locked=True)
        found = plan.found
        if not covers(plan.old.rewards.get(wanted.track, ()), wanted.rewards):
            require_loss_accepted("a part of the reward that was shown", found.later, act.players_who_lose)
        await _pay(house, keepers, act, found=found, wanted=wanted, due=plan.due, now=now)
        await keepers.season.replace(season_id, plan.corrected, is_active=plan.before.is_active, now=now)
        await _note(keepers, act, before=plan.before, old=plan.old, wanted=wanted, found=found, now=now)
        return found

    return await once(house, act, "CORRECT_LEVEL", work)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a correction makes of a season, and who is paid anew."""

    before: StoredSeason
    old: LevelConfig
    corrected: SeasonConfig
    due: list[int]
    found: Corrected


async def _plan(
    keepers: Services,
    season_id: int,
    wanted: Correction,
    expected_version: int | None,
    now: datetime,
    *,
    locked: bool = False,
) -> _Plan:
    before = await keepers.season.find(season_id, locked=locked)
    if before is None:
        raise AppError("SEASON_NOT_FOUND")
    require_version(expected_version, before.version)
    old = _level(before.config, wanted)
    corrected = _with(before.config, old, wanted)
    await check_references(keepers, ConfigDocument("season", str(season_id), corrected.view()), now)
    states = await keepers.reward.level_payments(season_id, wanted.track, wanted.level)
    lost = sorted(user_id for user_id, found in states.items() if found <= TAKEN_BACK)
    due = lost[:MOST_PAID_AT_ONCE] if wanted.pays_anew else []
    found = Corrected(
        season_id=season_id,
        level=wanted.level,
        track=wanted.track,
        version=before.version + 1,
        keep=len(states) - len(lost),
        taken_back=len(lost),
        later=(await keepers.season_pass.use_of(season_id)).players - len(states),
        paid_anew=len(due),
        left=len(lost) - len(due) if wanted.pays_anew else 0,
    )
    return _Plan(before, old, corrected, due, found)


def _level(config: SeasonConfig, wanted: Correction) -> LevelConfig:
    level = next((one for one in config.levels if one.level == wanted.level), None)
    if level is None:
        raise AppError("LEVEL_NOT_FOUND", level=wanted.level, max_level=len(config.levels))
    if not level.rewards.get(wanted.track):
        raise invalid(("track", "the level gives nothing on this track"))
    return level


def _with(config: SeasonConfig, old: LevelConfig, wanted: Correction) -> SeasonConfig:
    new = old.model_copy(update={"rewards": {**old.rewards, wanted.track: wanted.rewards}})
    return config.model_copy(update={"levels": tuple(new if one is old else one for one in config.levels)})


async def _pay(
    house: House,
    keepers: Services,
    act: AdminAct,
    *,
    found: Corrected,
    wanted: Correction,
    due: list[int],
    now: datetime,
) -> None:
    """Pays the corrected reward to who lost theirs, under an operation of its own: `<the level's>#C<version>`.

    It counts as a gift of the operator: towards their day's allowance and the sum that a second person approves.
    """
    if not due:
        return
    today, grants = kst_date(now), tuple(reward.grant() for reward in wanted.rewards)
    rules = await keepers.rule_book.chosen([found.season_id], today)
    allowances = await lock_allowances(house, keepers, [(act.actor, ())], today)
    worth = house.approval.worth(grants) * len(due)
    allowances.require_room(act.actor, {}, worth)
    allowances.use(act.actor, {}, worth)
    players = await keepers.player.lock(due, Wanted.of(rules, wallets=True, claims=True))
    gifts = await keepers.reward.gifts(players, [act.actor], since=kst_midnight(today))
    batch = Batch(players, rules, {}, now, house.approval, gifts=gifts)
    for user_id in due:
        decision = Decision(
            players[user_id],
            batch.changes,
            now,
            today,
            next(iter(rules.seasons), None),
            house.approval,
            act.request_id,
            act.actor,
            passed=batch.passed(user_id, act.actor, kst_midnight(today)),
        )
        operation_id = f"SEASON:{found.season_id}:{user_id}:{wanted.track}:{wanted.level}#C{found.version}"
        grant_rewards(decision, grants, operation_id=operation_id, source="SEASON", reason=Reason.SEASON_REWARD)
    await save_changes(keepers, batch.changes)
    await allowances.save(keepers)


async def _note(
    keepers: Services,
    act: AdminAct,
    *,
    before: StoredSeason,
    old: LevelConfig,
    wanted: Correction,
    found: Corrected,
    now: datetime,
) -> None:
    shown = [
        [reward.model_dump(mode="json", exclude_none=True) for reward in bundle]
        for bundle in (old.rewards[wanted.track], wanted.rewards)
    ]
    await keepers.audit.add(
        act,
        "LEVEL_REWARD_CORRECTED",
        f"season:{before.id}",
        before={"version": before.version, "rewards": shown[0]},
        after=asdict(found) | {"rewards": shown[1], "pays_anew": wanted.pays_anew} | await _levels(keepers, before.id),
        now=now,
    )


async def _levels(keepers: Services, season_id: int) -> dict[str, Any]:
    """All levels as they stand now, so that the log tells what the season gives (`reconcile` compares)."""
    season = await keepers.season.find(season_id)
    return {} if season is None else {"levels": season.config.view()["levels"]}
