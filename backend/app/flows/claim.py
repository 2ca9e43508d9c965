"""Claiming the reward of a level by hand, one or all.

Reads feature_config and seasons (share-locked), user_profiles with wallets, season_progress and season_claims
(locked), idempotency_keys. Writes season_claims, reward_log, wallets, wallet_ledger, season_progress and
season_xp_ledger (XP rewards), user_event_log, outbox, idempotency_keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain import metrics
from app.domain.event_names import EventType, Feature
from app.domain.grants import RewardState
from app.domain.player import PlayerState
from app.domain.rule_book import RuleBook
from app.domain.season import FREE_TRACK, Level, Season, is_open, require_claimable, require_track
from app.domain.season_config import MAX_GRACE_DAYS
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.decide_each import Batch, answer_keys, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.goals import load_goals, settle_counts
from app.flows.steps.grant_rewards import pay_level
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.player_state import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCommand(PlayerCommand):
    """One player claims one level of one track, or every open one when `level` is None.

    Default track: FREE for one level, every track that the player owns for all. Default season: the running one of
    `program`, which by default is the player's own.
    """

    operation = "CLAIM"
    level: int | None
    track: str | None = None
    season_id: int | None = None
    program: str | None = None


async def claim(house: House, commands: Sequence[ClaimCommand]) -> list[Result]:
    """Claims each level at most once per (player, season, track): the loser of a race gets REWARD_ALREADY_CLAIMED."""
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> list[Result]:
        earliest_end = today - timedelta(days=MAX_GRACE_DAYS)
        rules = await keepers.rule_book.in_force([Feature.CLAIM], today, ended_since=earliest_end)
        wanted = Wanted.of(rules, wallets=True, claims=True)
        players = await keepers.player.lock((command.user_id for command in commands), wanted)
        await load_goals(keepers, rules, players)
        answers = await keepers.idempotency.stored(answer_keys(commands))
        batch = Batch(players, rules, answers, now, house.approval)
        results = decide_each(batch, commands, lambda decision, c: _claim(decision, c, rules))
        await save_changes(keepers, batch.changes)
        return results

    return await house.write(work)


def _claim(decision: Decision, command: ClaimCommand, rules: RuleBook) -> bytes:
    rules.require_open(Feature.CLAIM)
    answer = _claim_levels(decision, command, rules)
    settle_counts(decision, rules.goals)
    return to_json(answer)


def _claim_levels(decision: Decision, command: ClaimCommand, rules: RuleBook) -> Any:
    season = decision.season = _season_to_claim(rules, command, decision.player)
    progress = decision.player.progress_in(season.id)
    if command.track is not None:
        require_track(season, command.track)
    if command.level is not None:
        level, track = season.level(command.level), command.track or FREE_TRACK
        require_claimable(level, progress, track)
        return _claim_level(decision, level, track)
    tracks = [track for track in progress.tracks() if command.track in (None, track)]
    if not tracks:
        raise AppError("PREMIUM_REQUIRED", track=command.track)
    standing = progress.standing()
    return [
        _claim_level(decision, level, track)
        for level in season.levels
        for track in tracks
        if is_open(level, standing, track)
    ]


def _season_to_claim(rules: RuleBook, command: ClaimCommand, player: PlayerState) -> Season:
    """The season asked for while it can be claimed; by default the running one, else the one that ended last."""
    claimable = [season for season in rules.open_to(player) if season.is_claimable(rules.today)]
    if command.season_id is not None:
        chosen = [season for season in claimable if season.id == command.season_id]
        if not chosen:
            raise AppError("SEASON_NOT_FOUND")
        return chosen[0]
    if rules.running_seasons(player, command.program):
        return rules.running_season(player, command.program)
    ended = [season for season in claimable if season.program == (command.program or player.program)]
    if not ended:
        raise AppError("NO_ACTIVE_SEASON")
    return max(ended, key=lambda season: season.end_date)


def _claim_level(decision: Decision, level: Level, track: str) -> dict[str, Any]:
    season = decision.known_season
    states = pay_level(decision, level, track, is_auto=False)
    reference = f"SEASON:{season.id}:{decision.player.id}:{track}:{level.level}"
    decision.count(metrics.CLAIM)
    decision.log(EventType.SEASON_PASS_CLAIM, Feature.SEASON_PASS, reference, level=level.level, track=track)
    return {
        "level": level.level,
        "track": track,
        **level.main_grant(track).view(),
        "rewards": [grant.view() for grant in level.grants(track)],
        "claimed_at": kst_text(decision.now),
        "state": (states[0] if states else RewardState.GRANTED).value,
    }
