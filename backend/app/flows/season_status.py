"""The season pass as a player sees it: reads only, never pays anything.

Reads seasons, user_profiles, season_progress and season_claims; while a bridge campaign runs also bridge_campaigns,
bridge_keys and game_plays, in the same two statements.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.player import PlayerState
from app.domain.rule_book import RuleBook
from app.domain.season import FREE_TRACK, Level, Progress, Season
from app.flows.steps.bridge_view import bridge_view, mission_games
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.look_each import look_each
from app.services import House, Services
from app.services.player_service import Wanted


async def season_status(house: House, queries: Sequence[PlayerCommand]) -> list[Result]:
    """The status of every player: season, progress, levels, today. Two statements, however many ask at once."""
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> list[Result]:
        rules = await keepers.rule_book.seasons_on(today)
        wanted = Wanted(
            seasons=tuple(rules.season_ids),
            claims=True,
            bridges=rules.bridge_ids,
            games=mission_games(rules.bridges, today),
        )
        players = await keepers.player.look((query.user_id for query in queries), wanted)
        return look_each(players, queries, lambda player: _status(player, rules, now))

    return await house.read(work)


def _status(player: PlayerState, rules: RuleBook, now: datetime) -> bytes:
    """The status; between two seasons the refusal carries the bridge, which needs none."""
    bridge = bridge_view(player, rules.bridge_of(player.host_id), now)
    if bridge is not None and not rules.running_seasons():
        raise AppError("NO_ACTIVE_SEASON", event_bridge=bridge)
    return _view(player, rules.running_season(), bridge, now)


def _view(player: PlayerState, season: Season, bridge: dict[str, Any] | None, now: datetime) -> bytes:
    progress = player.progress_in(season.id)
    today = kst_date(now)
    return to_json(
        {
            "season": _season_view(season),
            "progress": {
                "current_level": progress.current_level,
                "current_xp": progress.current_xp,
                "total_stamps": progress.total_stamps,
                "last_stamp_date": progress.last_stamp_date,
                "next_level_xp": season.next_level_xp(progress.current_xp),
            },
            "levels": [_level_view(level, progress) for level in season.levels],
            "today": {"date": today, "stamped": progress.last_stamp_date == today},
            "event_bridge": bridge,
            "internal_wins": _internal_wins(season, progress),
            "server_time": kst_text(now),
        }
    )


def _season_view(season: Season) -> dict[str, Any]:
    return {
        "id": season.id,
        "season_name": season.season_name,
        "start_date": season.start_date,
        "end_date": season.end_date,
        "max_level": season.max_level,
        "base_xp_per_stamp": season.base_xp_per_stamp,
    }


def _level_view(level: Level, progress: Progress) -> dict[str, Any]:
    is_unlocked = level.level <= progress.current_level
    is_claimed = is_unlocked and (level.auto_claim or (FREE_TRACK, level.level) in progress.claimed)
    return {**_fixed_part(level), "is_unlocked": is_unlocked, "is_claimed": is_claimed}


def _fixed_part(level: Level) -> dict[str, Any]:
    """What a level shows to everyone."""
    return {
        "level": level.level,
        "required_xp": level.required_xp,
        **level.main_grant().view(),
        "auto_claim": int(level.auto_claim),
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
