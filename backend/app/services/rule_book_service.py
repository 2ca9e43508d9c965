"""Reads the operator's rules: switches, active game configs and seasons. Writes nothing.

Its statements join tables of several keepers because a play may only afford one round trip for all of them.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from app.core.errors import AppError
from app.core.names import stored_names
from app.db.statements import Statement
from app.db.transaction import Tx
from app.db.values import json_in, known_day_in, known_instant_in
from app.domain.bridge import Campaign, CampaignState, Policy
from app.domain.bridge_config import slot_from
from app.domain.definitions import Definitions, remember
from app.domain.goals import NO_GOALS, Goals, goals_from
from app.domain.grants import Grant, grant_from
from app.domain.rule_book import ActiveSetup, FeatureState, RuleBook
from app.domain.season import Level, Season
from app.domain.season_options import OVERFLOW, STREAK, Milestone, Overflow, StreakRules
from app.games import GAMES_BY_FEATURE

IN_FORCE = """
    SELECT f.feature_type, f.is_enabled,
           EXISTS (SELECT 1 FROM feature_schedule d WHERE d.feature_type = f.feature_type AND d.schedule_date = ?),
           c.id, c.version, s.id, s.version, b.id, b.version, g.version
    FROM feature_config f
    LEFT JOIN game_configs c ON c.feature_type = f.feature_type AND c.active_slot = 1
    LEFT JOIN seasons s ON s.is_active = 1 AND s.start_date <= ? AND s.end_date >= ?
    LEFT JOIN goal_book g ON g.id = 1
    LEFT JOIN bridge_campaigns b
        ON f.feature_type = 'BRIDGE' AND b.state IN ('OPEN', 'CLOSING') AND b.start_date <= ?
    WHERE f.feature_type IN ({features})
"""
# a share lock: a stop that was committed is seen, and one that is being made waits for the batches under way
LOCKED = Statement(IN_FORCE + " LOCK IN SHARE MODE")
UNLOCKED = Statement(IN_FORCE)
SEASONS = Statement("""
    SELECT 'SEASON', id, version FROM seasons WHERE is_active = 1 AND start_date <= ? AND end_date >= ?
    UNION ALL
    SELECT 'BRIDGE', id, version FROM bridge_campaigns WHERE state IN ('OPEN', 'CLOSING') AND start_date <= ?
    UNION ALL
    SELECT 'GOALS', id, version FROM goal_book
""")
SEASON_VERSION = Statement("SELECT version FROM seasons WHERE id = ?")
BRIDGE_VERSION = Statement("SELECT id, version FROM bridge_campaigns WHERE code = ?")
BRIDGE = Statement("""
    SELECT id, code, program, host_id, start_date, end_date, required_keys, points_per_key, policy, settles_at,
           target_season_id, state, version
    FROM bridge_campaigns WHERE id = ?
""")
SLOTS = Statement("""
    SELECT day, slot_date, event_type, mission, rewards FROM bridge_slots WHERE campaign_id = ? ORDER BY day
""")
SEASON = Statement("""
    SELECT s.id, s.season_name, s.program, s.start_date, s.end_date, s.max_level, s.base_xp_per_stamp, s.is_active,
           s.grace_days, s.internal_win_threshold, s.stamp_on_play, s.version,
           g.host_id, o.season_id, o.daily_xp_cap, o.play_stamps_per_day, o.overflow_every_xp, o.overflow_max_times,
           o.streak
    FROM seasons s LEFT JOIN programs g ON g.code = s.program LEFT JOIN season_options o ON o.season_id = s.id
    WHERE s.id = ?
""")
# a share lock: an edit that was committed is seen, and one that is being made waits
CHOSEN = Statement("SELECT id, version FROM seasons WHERE id IN ({ids}) ORDER BY id LOCK IN SHARE MODE")
BONUSES = Statement("""
    SELECT kind, threshold, reward_type, reward_amount, token_type, code, needs_approval
    FROM season_bonuses WHERE season_id = ? ORDER BY kind, threshold, item_no
""")
LEVELS = Statement(
    "SELECT level, required_xp, auto_claim, label_ko, label_en FROM season_levels WHERE season_id = ? ORDER BY level"
)
REWARDS = Statement("""
    SELECT level, track, reward_type, reward_amount, token_type, code, needs_approval
    FROM season_level_rewards WHERE season_id = ? ORDER BY level, track, item_no
""")
GOALS = Statement("""
    SELECT 'MISSION', m.id, m.host_id, m.version, m.is_active, v.config FROM missions m
    JOIN mission_versions v ON v.mission_id = m.id AND v.version = m.version
    UNION ALL
    SELECT 'BOARD', id, host_id, version, is_active, config FROM leaderboards
    UNION ALL
    SELECT 'CONTEST', id, NULL, version, is_active, config FROM team_contests
    UNION ALL
    SELECT 'CLOSED', id, NULL, version, 1, CAST(closed_through AS CHAR(30)) FROM goal_book
""")
CONFIG = Statement("SELECT config FROM game_configs WHERE id = ?")


class RuleBookService:
    """The rules in force, read in the caller's transaction."""

    def __init__(self, tx: Tx, definitions: Definitions, *, is_gated: bool) -> None:
        self._tx, self._definitions, self._is_gated = tx, definitions, is_gated

    async def in_force(
        self, features: Iterable[str], today: date, *, ended_since: date | None = None, locked: bool = True
    ) -> RuleBook:
        """The rules of these features and the active seasons of `today`, share-locked until the commit.

        `ended_since` adds active seasons that ended on or after that day (claims in their grace period).
        """
        names = sorted(features)
        since = ended_since or today
        params = (today.isoformat(), today.isoformat(), since.isoformat(), today.isoformat(), *names)
        statement = LOCKED if locked else UNLOCKED
        rows = await self._tx.rows(statement, params, features=len(names))
        states: dict[str, FeatureState] = {}
        seasons: dict[int, Season] = {}
        bridges: dict[int, Campaign] = {}
        goals = NO_GOALS
        for (
            name,
            is_enabled,
            is_scheduled,
            config_id,
            version,
            season_id,
            season_version,
            bridge_id,
            seen,
            book,
        ) in rows:
            if name not in states:
                active = await self._active(name, config_id, version)
                states[name] = FeatureState(name, bool(is_enabled), bool(is_scheduled), active)
            if season_id is not None and season_id not in seasons:
                seasons[season_id] = await self.season(season_id, season_version)
            if bridge_id is not None and bridge_id not in bridges:
                bridges[bridge_id] = await self.bridge(bridge_id, seen)
            if book is not None and book != goals.version:
                goals = await self.goals(book)
        return RuleBook(states, tuple(seasons.values()), today, self._is_gated, tuple(bridges.values()), goals)

    async def seasons_on(self, today: date, *, ended_since: date | None = None) -> RuleBook:
        """The running seasons and unsettled bridge campaigns alone, without a lock: for reads.

        `ended_since` as with `in_force`.
        """
        since = ended_since or today
        rows = await self._tx.rows(SEASONS, (today.isoformat(), since.isoformat(), today.isoformat()))
        seasons = [await self.season(id_, version) for kind, id_, version in rows if kind == "SEASON"]
        bridges = [await self.bridge(id_, version) for kind, id_, version in rows if kind == "BRIDGE"]
        goals = [await self.goals(version) for kind, _, version in rows if kind == "GOALS"]
        return RuleBook({}, tuple(seasons), today, bridges=tuple(bridges), goals=goals[0] if goals else NO_GOALS)

    async def goals(self, version: int) -> Goals:
        """Every goal as of one version: from the cache, else read."""
        found = self._definitions.goals.get(version)
        if found is None:
            found = goals_from(version, await self._tx.rows(GOALS))
            remember(self._definitions.goals, version, found)
        return found

    async def chosen(self, season_ids: Iterable[int], today: date) -> RuleBook:
        """These seasons, whatever their dates and state, share-locked until the commit: for what operators do in them.

        Unknown ids are missing from the answer.
        """
        ids = sorted(set(season_ids))
        rows = await self._tx.rows(CHOSEN, ids, ids=len(ids))
        return RuleBook({}, tuple([await self.season(id_, version) for id_, version in rows]), today)

    async def active_season(self, season_id: int) -> Season | None:
        """A season whether it runs today or not; None when it is a draft or retired."""
        rows = await self._tx.rows(SEASON_VERSION, (season_id,))
        season = await self.season(season_id, rows[0][0]) if rows else None
        return season if season is not None and season.is_active else None

    async def bridge_named(self, code: str) -> Campaign:
        """One bridge campaign as it stands; raises BRIDGE_NOT_FOUND."""
        rows = await self._tx.rows(BRIDGE_VERSION, (code,))
        if not rows:
            raise AppError("BRIDGE_NOT_FOUND")
        return await self.bridge(*rows[0])

    async def bridge(self, campaign_id: int, version: int) -> Campaign:
        """One bridge campaign in one version: from the cache, else read."""
        campaign = self._definitions.bridges.get((campaign_id, version))
        if campaign is None:
            campaign = await self._read_bridge(campaign_id)
            remember(self._definitions.bridges, (campaign.id, campaign.version), campaign)
        return campaign

    async def _read_bridge(self, campaign_id: int) -> Campaign:
        # the head first, as with seasons
        row = (await self._tx.rows(BRIDGE, (campaign_id,)))[0]
        (id_, code, program, host_id, start, end, required, points, policy, settles_at, target, state, version) = row
        return Campaign(
            id=id_,
            code=code,
            program=program,
            host_id=host_id,
            start_date=known_day_in(start),
            end_date=known_day_in(end),
            required_keys=required,
            points_per_key=points,
            policy=Policy(policy),
            settles_at=known_instant_in(settles_at),
            target_season_id=target,
            state=CampaignState(state),
            version=version,
            slots=tuple(
                slot_from(day, known_day_in(on), event_type, json_in(mission), json_in(rewards))
                for day, on, event_type, mission, rewards in await self._tx.rows(SLOTS, (campaign_id,))
            ),
        )

    async def season(self, season_id: int, version: int) -> Season:
        """One season in one version: from the cache, else read."""
        season = self._definitions.seasons.get((season_id, version))
        if season is None:
            season = await self._read_season(season_id)
            remember(self._definitions.seasons, (season.id, season.version), season)
        return season

    async def _read_season(self, season_id: int) -> Season:
        # the head first: an edit in between is kept under the version before it, which nobody asks for again
        rows = await self._tx.rows(SEASON, (season_id,))
        if not rows:
            raise AppError("SEASON_NOT_FOUND")
        rewards: dict[int, dict[str, list[Any]]] = {}
        for level, track, *reward in await self._tx.rows(REWARDS, (season_id,)):
            rewards.setdefault(level, {}).setdefault(track, []).append(_grant(reward))
        levels = tuple(
            Level(level, xp, bool(auto), ko, en, {t: tuple(g) for t, g in rewards.get(level, {}).items()})
            for level, xp, auto, ko, en in await self._tx.rows(LEVELS, (season_id,))
        )
        (id_, name, program, start, end, max_level, base_xp, is_active, grace, wins, on_play, version) = rows[0][:12]
        host_id, options_id, xp_cap, play_stamps, every_xp, max_times, streak = rows[0][12:]
        bonuses = {} if options_id is None else await self._bonuses(season_id)
        return Season(
            id=id_,
            season_name=name,
            program=program,
            start_date=known_day_in(start),
            end_date=known_day_in(end),
            max_level=max_level,
            base_xp_per_stamp=base_xp,
            is_active=bool(is_active),
            grace_days=grace,
            internal_win_threshold=wins,
            stamp_on_play=bool(on_play),
            version=version,
            levels=levels,
            host_id=host_id,
            has_options=options_id is not None,
            daily_xp_cap=xp_cap,
            play_stamps_per_day=play_stamps,
            overflow=every_xp and Overflow(every_xp, max_times, bonuses.get((OVERFLOW, 0), ())),
            streak=streak and _streak_rules(json_in(streak), bonuses),
        )

    async def _bonuses(self, season_id: int) -> dict[tuple[str, int], tuple[Grant, ...]]:
        found: dict[tuple[str, int], tuple[Grant, ...]] = {}
        for kind, threshold, *reward in await self._tx.rows(BONUSES, (season_id,)):
            found[kind, threshold] = (*found.get((kind, threshold), ()), _grant(reward))
        return found

    async def _active(self, feature_type: str, config_id: int | None, version: int) -> ActiveSetup | None:
        """The parsed active version; None when there is none or when what is stored can't be played."""
        if config_id is None or feature_type not in GAMES_BY_FEATURE:
            return None
        if config_id not in self._definitions.setups:
            rows = await self._tx.rows(CONFIG, (config_id,))
            try:
                with stored_names():
                    setup = GAMES_BY_FEATURE[feature_type].parse(json_in(rows[0][0]))
            except AppError:
                return None
            remember(self._definitions.setups, config_id, setup)
        return ActiveSetup(config_id, version, self._definitions.setups[config_id])


def _grant(values: Sequence[Any]) -> Grant:
    names = ("reward_type", "reward_amount", "token_type", "code", "needs_approval")
    return grant_from(dict(zip(names, values, strict=True)))


def _streak_rules(document: dict[str, Any], bonuses: dict[tuple[str, int], tuple[Grant, ...]]) -> StreakRules:
    return StreakRules(
        freezes_at_start=document["freezes_at_start"],
        freeze_every_days=document["freeze_every_days"],
        freeze_cap=document["freeze_cap"],
        paused_days=frozenset(known_day_in(day) for day in document["paused_days"]),
        milestones=tuple(Milestone(days, grants) for (kind, days), grants in bonuses.items() if kind == STREAK),
    )
