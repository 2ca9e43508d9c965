"""Missions, achievements and badges as a player sees them: reads only, never pays anything.

Reads seasons and goal_book, user_profiles, mission_progress, mission_versions (of completions under an older one),
reward_log and badges.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from app.core.time_utils import kst_date, kst_midnight, kst_text
from app.domain.goals import Goals
from app.domain.mission_config import MAX_CLAIM_DAYS
from app.domain.mission_progress import MissionProgress, MissionSheet
from app.domain.missions import Mission, claimable_until, complete_due
from app.domain.player import PlayerState
from app.domain.rule_book import RuleBook
from app.domain.season import Season
from app.domain.spans import Span, last_day_of, span_key
from app.flows.steps.allowed_player import allowed_player
from app.flows.steps.commands import PlayerCommand
from app.flows.steps.goals import load_claimable
from app.services import House, Services
from app.services.player_state import Wanted

View = dict[str, Any]


async def my_missions(house: House, query: PlayerCommand) -> View:
    """Every mission that runs today with the player's progress, and what waits to be claimed of earlier periods."""
    return await _view(house, query, lambda mission: mission.config.span is not Span.ALL, name="missions")


async def my_achievements(house: House, query: PlayerCommand) -> View:
    """Every mission that is completed once for ever, with the player's progress."""
    return await _view(house, query, lambda mission: mission.config.span is Span.ALL, name="achievements")


async def my_badges(house: House, query: PlayerCommand) -> View:
    """The player's badges, the newest first."""

    async def work(keepers: Services) -> View:
        await allowed_player(keepers, query, Wanted())
        known = {badge["code"]: badge for badge in await keepers.badge.all()}
        rows = await keepers.reward.badges_of(await keepers.player.accounts_of(query.user_id))
        return {
            "badges": [_badge_view(row, known.get(row["code"], {})) for row in rows],
            "server_time": kst_text(house.clock.now()),
        }

    return await house.read(work)


async def _view(house: House, query: PlayerCommand, is_shown: Callable[[Mission], bool], *, name: str) -> View:
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> View:
        rules = await keepers.rule_book.seasons_on(today, ended_since=today - timedelta(days=MAX_CLAIM_DAYS))
        player = await allowed_player(keepers, query, Wanted(seasons=tuple(rules.season_ids)))
        await load_claimable(keepers, rules, {player.id: player})
        sheet = player.missions or MissionSheet(frozenset())
        for row in sheet.rows.values():  # a lowered target has completed what is here shown as it can be claimed
            if row.mission_id in rules.goals.by_id:
                complete_due(rules.goals.by_id[row.mission_id], row)
        season = rules.season_if_any(player)
        running = [m for m in rules.goals.missions if is_shown(m) and m.runs_on(today) and m.is_open_to(player.host_id)]
        lines = [_line(rules.goals, mission, sheet, today, season) for mission in running]
        return {
            name: [line for line in lines if line is not None],
            "claimable": _claimable(player, rules, sheet, is_shown, now),
            "server_time": kst_text(now),
        }

    return await house.read(work)


def _line(goals: Goals, mission: Mission, sheet: MissionSheet, today: date, season: Season | None) -> View | None:
    """One mission in its present period; None when it is hidden still, or of a season that doesn't run."""
    config = mission.config
    key = span_key(config.span, today, season)
    if key is None:
        return None
    row = sheet.rows.get((mission.id, key))
    if config.is_hidden and (row is None or row.completed == 0):
        return None
    last_day = last_day_of(key, None if season is None else season.end_date)
    return {
        **_words(mission),
        "period": config.period,
        "period_key": key,
        "metric": config.metric,
        "target": config.target,
        "repeat_max": config.repeat_max,
        "claim": config.claim,
        "requires": list(config.requires),
        **_progress(row),
        "state": _state(mission, row, is_unlocked=goals.is_unlocked(sheet, mission, today, season)),
        "resets_at": None if last_day is None else kst_text(kst_midnight(last_day + timedelta(days=1))),
        "ends_on": config.ends_on,
    }


def _words(mission: Mission) -> View:
    config = mission.config
    return {
        "code": mission.code,
        "title": {"ko": config.title_ko, "en": config.title_en},
        "hint": {"ko": config.hint_ko, "en": config.hint_en},
        "rewards": [grant.view() for grant in mission.grants],
    }


def _progress(row: MissionProgress | None) -> View:
    if row is None:
        return {"progress": 0, "completed": 0, "claimed": 0}
    return {"progress": row.progress, "completed": row.completed, "claimed": row.claimed}


def _state(mission: Mission, row: MissionProgress | None, *, is_unlocked: bool) -> str:
    """CLAIMABLE before anything else; DONE once no more completion is possible in this period."""
    if row is not None and row.is_open:
        return "CLAIMABLE"
    if row is not None and row.completed >= mission.config.repeat_max:
        return "DONE"
    return "OPEN" if is_unlocked else "LOCKED"


def _claimable(
    player: PlayerState, rules: RuleBook, sheet: MissionSheet, is_shown: Callable[[Mission], bool], now: datetime
) -> list[View]:
    """What can be claimed now, of whatever period, the oldest first. The rewards are those of the present version."""
    seasons = {season.id: season for season in rules.seasons}
    found = []
    for row in sorted(sheet.rows.values(), key=lambda row: (row.period_key, row.mission_id)):
        mission = rules.goals.by_id.get(row.mission_id) if row.is_open else None
        if mission is None or not is_shown(mission) or not mission.is_open_to(player.host_id):
            continue
        until = claimable_until(mission, row.period_key, seasons)
        if until is None or now < until:
            found.append({
                **_words(mission),
                "period_key": row.period_key,
                "times": row.completed - row.claimed,
                "claim_until": None if until is None else kst_text(until),
            })  # fmt: skip
    return found


def _badge_view(row: View, badge: View) -> View:
    """A badge that nobody has described yet shows its code."""
    code = row["code"]
    return {
        "code": code,
        "name": {"ko": badge.get("name_ko", code), "en": badge.get("name_en", code)},
        "text": {"ko": badge.get("text_ko", ""), "en": badge.get("text_en", "")},
        "times": row["times"],
        "earned_at": kst_text(row["earned_at"]),
    }
