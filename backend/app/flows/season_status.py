"""The season pass as a player sees it: reads only, never pays anything.

Reads seasons, user_profiles, season_progress and season_claims, and where seasons have them season_passes and
season_counters; while a bridge campaign runs also bridge_campaigns, bridge_keys and game_plays, in the same two
statements, and a third one once a day of the bridge was missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.player import PlayerState
from app.domain.rule_book import RuleBook
from app.domain.season import FREE_TRACK, Level, Progress, Season, Standing, is_open, room_under_cap
from app.domain.season_config import MAX_GRACE_DAYS
from app.domain.season_options import Counters, streak_now
from app.flows.steps.bridge_view import bridge_view, load_missed, mission_games
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.look_each import look_each
from app.flows.steps.streaks import mend_streaks
from app.services import House, Services
from app.services.player_state import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonQuery(PlayerCommand):
    """One player looks at a season: the running one of `program` (default: their own), or the one named.

    A named season is shown while it runs and in its grace period.
    """

    program: str | None = None
    season_id: int | None = None


async def season_status(house: House, queries: Sequence[SeasonQuery]) -> list[Result]:
    """The status of every player: season, progress, levels, today. Two or three statements for all of them."""
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> list[Result]:
        names_one = any(query.season_id is not None for query in queries)
        since = today - timedelta(days=MAX_GRACE_DAYS) if names_one else today
        rules = await keepers.rule_book.seasons_on(today, ended_since=since)
        games = mission_games(rules.bridges, today)
        wanted = Wanted.of(rules, claims=True, games=games, bridges=rules.bridge_ids)
        players = await keepers.player.look((query.user_id for query in queries), wanted)
        await load_missed(keepers, rules, players)
        await mend_streaks(keepers, rules, players)
        results: list[Result] = []
        for query in queries:
            results += look_each(players, [query], partial(_answer, rules=rules, query=query, now=now))
        return results

    return await house.read(work)


def _answer(player: PlayerState, *, rules: RuleBook, query: SeasonQuery, now: datetime) -> bytes:
    """The status; between two seasons the refusal carries the bridge, which needs none."""
    bridge = bridge_view(player, rules.bridge_of(player.host_id), now)
    if query.season_id is None:
        if bridge is not None and not rules.running_seasons(player, query.program):
            raise AppError("NO_ACTIVE_SEASON", event_bridge=bridge)
        return _view(player, rules.running_season(player, query.program), bridge, now)
    for season in rules.open_to(player):
        if season.id == query.season_id and season.is_claimable(rules.today):
            return _view(player, season, bridge, now)
    raise AppError("SEASON_NOT_FOUND")


def _view(player: PlayerState, season: Season, bridge: dict[str, Any] | None, now: datetime) -> bytes:
    progress = player.progress_in(season.id)
    today = kst_date(now)
    rest = to_json(
        {
            "season": _season_view(season, today),
            "progress": {
                "current_level": progress.current_level,
                "current_xp": progress.current_xp,
                "total_stamps": progress.total_stamps,
                "last_stamp_date": progress.last_stamp_date,
                "next_level_xp": season.next_level_xp(progress.current_xp),
            },
            "today": {"date": today, "stamped": progress.last_stamp_date == today},
            "event_bridge": bridge,
            "internal_wins": _internal_wins(season, progress),
            "premium": [{"track": track, "is_owned": track in progress.passes} for track in season.premium_tracks],
            **_options(season, progress, today, now),
            "server_time": kst_text(now),
        }
    )
    return b'%b,"levels":%b}' % (rest[:-1], _levels(season, progress.standing()))


@lru_cache(maxsize=2048)
def _levels(season: Season, standing: Standing) -> bytes:
    """The levels as JSON: half of the answer, and the same for all who stand alike."""
    return to_json([_level_view(season, level, standing) for level in season.levels])


def _season_view(season: Season, today: date) -> dict[str, Any]:
    return {
        "id": season.id,
        "season_name": season.season_name,
        "start_date": season.start_date,
        "end_date": season.end_date,
        "max_level": season.max_level,
        "base_xp_per_stamp": season.base_xp_per_stamp,
        "program": season.program,
        "is_ended": today > season.end_date,
        "last_claim_date": season.last_claim_day,
    }


def _level_view(season: Season, level: Level, standing: Standing) -> dict[str, Any]:
    """The free track's line; what the premium tracks give at this level stands in `tracks`."""
    is_unlocked = level.level <= standing.current_level
    is_claimed = is_unlocked and (level.auto_claim or (FREE_TRACK, level.level) in standing.claimed)
    tracks = [_track_view(level, track, standing) for track in season.premium_tracks if level.grants(track)]
    return {**_fixed_part(level), "is_unlocked": is_unlocked, "is_claimed": is_claimed, "tracks": tracks}


def _track_view(level: Level, track: str, standing: Standing) -> dict[str, Any]:
    is_owned = track in standing.passes
    return {
        "track": track,
        **level.main_grant(track).view(),
        "rewards": [grant.view() for grant in level.grants(track)],
        "is_owned": is_owned,
        "is_claimed": (track, level.level) in standing.claimed,
        "is_claimable": is_owned and is_open(level, standing, track),
    }


def _fixed_part(level: Level) -> dict[str, Any]:
    """What a level shows to everyone."""
    return {
        "level": level.level,
        "required_xp": level.required_xp,
        **level.main_grant().view(),
        "auto_claim": int(level.auto_claim),
        "is_auto_claim": level.auto_claim,
        "reward_label": level.label_ko,
        "reward_labels": {"ko": level.label_ko, "en": level.label_en},
        "rewards": [grant.view() for grant in level.grants()],
        "track": FREE_TRACK,
    }


def _internal_wins(season: Season, progress: Progress) -> dict[str, int]:
    threshold = season.internal_win_threshold
    return {
        "total": progress.internal_wins,
        "threshold": threshold,
        "remaining": max(0, threshold - progress.internal_wins),
    }


def _options(season: Season, progress: Progress, today: date, now: datetime) -> dict[str, Any]:
    """What the season has beyond levels; null for each that it hasn't."""
    if not season.has_options:
        return {"daily_xp": None, "overflow": None, "streak": None}
    counters = progress.counted_on(today, now)
    return {
        "daily_xp": _daily_xp(season, counters),
        "overflow": _overflow(season, counters),
        "streak": _streak(season, counters, today),
    }


def _daily_xp(season: Season, counters: Counters) -> dict[str, int] | None:
    cap = season.daily_xp_cap
    if cap is None:
        return None
    return {"cap": cap, "earned": counters.earned_xp, "remaining": room_under_cap(season, counters, cap)}


def _overflow(season: Season, counters: Counters) -> dict[str, Any] | None:
    overflow = season.overflow
    if overflow is None:
        return None
    is_over = counters.overflow_bonuses >= overflow.max_times
    next_xp = season.levels[-1].required_xp + overflow.every_xp * (counters.overflow_bonuses + 1)
    return {
        "every_xp": overflow.every_xp,
        "bonuses": counters.overflow_bonuses,
        "max_bonuses": overflow.max_times,
        "next_bonus_xp": None if is_over else next_xp,
        "rewards": [grant.view() for grant in overflow.grants],
    }


def _streak(season: Season, counters: Counters, today: date) -> dict[str, Any] | None:
    rules = season.streak
    if rules is None:
        return None
    begun = counters.streak_on is not None
    return {
        "days": streak_now(rules, counters, today),
        "best": max(counters.streak_best, counters.streak_days),
        "freezes": counters.streak_freezes if begun else rules.freezes_at_start,
        "freeze_cap": rules.freeze_cap,
        "is_paused_today": today in rules.paused_days,
        "milestones": [
            {
                "days": milestone.days,
                "rewards": [grant.view() for grant in milestone.grants],
                "is_reached": milestone.days <= counters.streak_best,
            }
            for milestone in rules.milestones
        ],
    }
