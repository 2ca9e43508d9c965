"""Owning a premium track: what an upgrade pays, and what ends with a revocation."""

from app.core.errors import AppError
from app.domain.event_names import EventType, Feature, Topic
from app.domain.records import SeasonPass
from app.domain.season import FREE_TRACK, require_track
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import pay_level


def grant_premium(decision: Decision, track: str) -> bool:
    """Gives the player a premium track of the decision's season and pays **every** level of it that is reached.

    Each level is paid once for ever: a track that was revoked and is given again pays only what it missed. Owned
    already: nothing changes, and it returns False. The player's claims and passes must have been read. Raises
    TRACK_NOT_FOUND and, once the season can't be claimed any more, NO_ACTIVE_SEASON.
    """
    season = decision.known_season
    _require_premium(decision, track)
    if not season.is_active or season.last_claim_day < decision.today:  # before its first day it can be bought
        raise AppError("NO_ACTIVE_SEASON")
    progress = decision.player.progress_in(season.id)
    if track in progress.passes:
        return False
    decision.changes.touch(decision.player, season.id)
    progress.passes[track] = decision.now
    _note(decision, track, is_owned=True)
    for level in season.levels:  # XP among the rewards may raise the level while this runs
        if level.level > progress.current_level:
            break
        if level.grants(track) and (track, level.level) not in progress.claimed:
            pay_level(decision, level, track, is_auto=True)
    return True


def revoke_premium(decision: Decision, track: str) -> bool:
    """Ends the player's premium track: nothing of it is paid from now on, nothing paid is taken back.

    False when they don't own it. Raises TRACK_NOT_FOUND.
    """
    _require_premium(decision, track)
    progress = decision.player.progress_in(decision.known_season.id)
    if track not in progress.passes:
        return False
    _note(decision, track, is_owned=False)
    del progress.passes[track]
    return True


def _require_premium(decision: Decision, track: str) -> None:
    require_track(decision.known_season, track)
    if track == FREE_TRACK:
        raise AppError("TRACK_NOT_FOUND", tracks=list(decision.known_season.premium_tracks))


def _note(decision: Decision, track: str, *, is_owned: bool) -> None:
    season_id, user_id = decision.known_season.id, decision.player.id
    granted_at = decision.player.progress_in(season_id).passes[track]
    revoked_at = None if is_owned else decision.now
    decision.changes.passes[user_id, season_id, track] = SeasonPass(user_id, season_id, track, granted_at, revoked_at)
    reference = f"SEASON:{season_id}:{user_id}:{track}"
    decision.log(EventType.SEASON_PASS_PREMIUM, Feature.SEASON_PASS, reference, track=track, is_owned=is_owned)
    decision.announce(Topic.PREMIUM_CHANGED, season_id=season_id, track=track, is_owned=is_owned)
