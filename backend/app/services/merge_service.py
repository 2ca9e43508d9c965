"""What of two accounts decides how they become one. Keeper of no table: it reads under the players' locks."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.db.statements import Statement
from app.db.transaction import Tx
from app.db.values import day_in, instant_in, json_in, known_day_in, known_instant_in
from app.domain.bridge_records import BridgeKey
from app.domain.mission_progress import MissionProgress
from app.domain.records import LevelClaim, SeasonPass

# what plays gave has the play in its cause, and no player: it is never the same twice
REWARDS = Statement("""
    SELECT user_id, id, operation_id FROM reward_log WHERE user_id IN ({ids}) AND SUBSTR(operation_id, 1, 5) <> 'PLAY:'
""")
XP = Statement("SELECT user_id, season_id, operation_id, delta FROM season_xp_ledger WHERE user_id IN ({ids})")
PROMOS = Statement("SELECT user_id, campaign_id, operation_id FROM promo_claims WHERE user_id IN ({ids})")
STAMPS = Statement("""
    SELECT user_id, season_id, period_key, event_type, stamp_date, stamp_count FROM season_stamp_log
    WHERE user_id IN ({ids})
""")
CLAIMS = Statement("""
    SELECT user_id, season_id, track, level, is_auto, created_at FROM season_claims
    WHERE user_id IN ({ids}) AND taken_back_at IS NULL
""")
PASSES = Statement("""
    SELECT user_id, season_id, track, granted_at, revoked_at FROM season_passes WHERE user_id IN ({ids})
""")
MISSIONS = Statement("""
    SELECT user_id, mission_id, period_key, updated_at, progress, completed, claimed, version, counted_on, surplus
    FROM mission_progress WHERE user_id IN ({ids})
""")
SCORES = Statement("""
    SELECT s.board_id, s.window_key, s.score, s.reached_at FROM leaderboard_scores s
    LEFT JOIN leaderboard_windows w ON w.board_id = s.board_id AND w.window_key = s.window_key
    WHERE s.user_id = ? AND s.score <> 0 AND w.board_id IS NULL
""")
BOARD_MARKS = Statement("SELECT user_id, board_id, mark FROM leaderboard_marks WHERE user_id IN ({ids})")
MARKS = Statement("SELECT user_id, rule_id, slot, value FROM rule_marks WHERE user_id IN ({ids})")
KEYS = Statement("""
    SELECT k.campaign_id, k.event_type, k.day, k.key_date, k.points, k.created_at FROM bridge_keys k
    WHERE k.user_id = ? AND k.campaign_id IN ({campaigns}) AND k.taken_back_at IS NULL
""")
EVENT_MARKS = Statement("SELECT id, marks FROM host_events WHERE user_id = ? AND marks IS NOT NULL")
RULES = Statement("SELECT id, code FROM host_rules")
# what is being settled: (what, since) of the source's part in it
UNSETTLED = Statement("""
    SELECT 'leaderboard' FROM leaderboard_results WHERE user_id IN ({ids}) AND state = 'WAITING'
    UNION ALL
    SELECT 'bridge' FROM bridge_settlements WHERE user_id IN ({ids}) AND level_state = 'PENDING'
    UNION ALL
    SELECT 'bridge' FROM bridge_keys k JOIN bridge_campaigns c ON c.id = k.campaign_id
    WHERE k.user_id IN ({ids}) AND k.taken_back_at IS NULL AND c.state = 'CLOSING'
    UNION ALL
    SELECT 'team' FROM team_members m JOIN team_contests c ON c.id = m.contest_id
    WHERE m.user_id IN ({ids}) AND c.state = 'FROZEN'
""")


@dataclass(frozen=True, slots=True)
class StampMark:
    """A stamp that stands in a season."""

    season_id: int
    period_key: str
    event_type: str
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class Account:
    """What one account had and has, as far as it decides what is merged."""

    rewards: dict[str, int] = field(default_factory=dict)  # operation → reward id
    xp: dict[str, tuple[int, int]] = field(default_factory=dict)  # operation → (season, XP)
    promos: dict[int, str] = field(default_factory=dict)  # campaign → operation
    stamps: list[StampMark] = field(default_factory=list)
    claims: list[LevelClaim] = field(default_factory=list)
    passes: list[SeasonPass] = field(default_factory=list)
    missions: dict[tuple[int, str], MissionProgress] = field(default_factory=dict)
    board_marks: dict[int, str] = field(default_factory=dict)
    rule_marks: dict[tuple[int, str], int] = field(default_factory=dict)


class MergeService:
    """Reads two accounts."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def accounts(self, *ids: int) -> tuple[Account, ...]:
        """These accounts, which must be locked, in this order."""
        found = {user_id: Account() for user_id in ids}

        async def each(statement: Statement, note: Callable[..., None]) -> None:
            for user_id, *row in await self._tx.rows(statement, ids, ids=len(ids)):
                note(found[user_id], user_id, *row)

        await each(REWARDS, lambda one, _, id_, operation: one.rewards.update({operation: id_}))
        await each(XP, lambda one, _, season, operation, delta: one.xp.update({operation: (season, delta)}))
        await each(PROMOS, lambda one, _, campaign, operation: one.promos.update({campaign: operation}))
        await each(STAMPS, lambda one, _, *row: one.stamps.append(_stamp(*row)))
        await each(CLAIMS, lambda one, *row: one.claims.append(_claim(*row)))
        await each(PASSES, lambda one, *row: one.passes.append(_pass(*row)))
        await each(MISSIONS, lambda one, *row: one.missions.update({(row[1], row[2]): _progress(*row)}))
        await each(BOARD_MARKS, lambda one, _, board, mark: one.board_marks.update({board: mark}))
        await each(MARKS, lambda one, _, rule, slot, value: one.rule_marks.update({(rule, slot): value}))
        return tuple(found[user_id] for user_id in ids)

    async def rule_operations(self, user_id: int, slots: Collection[tuple[int, str]]) -> set[str]:
        """What rules gave the player for the events that filled these slots: see `host_events.marks`."""
        if not slots:
            return set()
        codes = {str(row[0]): (row[0], row[1]) for row in await self._tx.rows(RULES)}
        return {
            f"RULE:{codes[rule][1]}:{event_id}"
            for event_id, marks in await self._tx.rows(EVENT_MARKS, (user_id,))
            for rule, writes in json_in(marks).items()
            for slot, *_ in writes
            if (codes[rule][0], slot) in slots
        }

    async def unsettled(self, source: int, target: int) -> list[str]:
        """What of either account is being settled now."""
        return sorted({row[0] for row in await self._tx.rows(UNSETTLED, (source, target) * 4, ids=2)})

    async def open_scores(self, user_id: int) -> list[tuple[int, str, int, datetime]]:
        """(board, window, score, when) of the windows that were not closed."""
        rows = await self._tx.rows(SCORES, (user_id,))
        return [(board, window, score, known_instant_in(at)) for board, window, score, at in rows]

    async def keys(self, user_id: int, campaigns: list[int]) -> list[BridgeKey]:
        """The player's keys of these campaigns."""
        rows = await self._tx.rows(KEYS, (user_id, *campaigns), campaigns=len(campaigns)) if campaigns else ()
        return [
            BridgeKey(campaign, user_id, event, day, known_day_in(on), points, "", known_instant_in(at))
            for campaign, event, day, on, points, at in rows
        ]


def _stamp(season_id: int, key: str, event_type: str, day: Any, count: int) -> StampMark:
    return StampMark(season_id, key, event_type, known_day_in(day), count)


def _claim(user_id: int, season_id: int, track: str, level: int, *paid: Any) -> LevelClaim:
    is_auto, at = paid
    return LevelClaim(user_id, season_id, track, level, bool(is_auto), known_instant_in(at))


def _pass(user_id: int, season_id: int, track: str, since: Any, until: Any) -> SeasonPass:
    return SeasonPass(user_id, season_id, track, known_instant_in(since), instant_in(until))


def _progress(user_id: int, mission_id: int, key: str, at: Any, *counts: Any) -> MissionProgress:
    progress, completed, claimed, version, on, surplus = counts
    return MissionProgress(
        user_id, mission_id, key, known_instant_in(at), progress, completed, claimed, version, day_in(on), surplus
    )
