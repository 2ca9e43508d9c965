"""What the names in configs stand for, across the tables of many keepers. Reads only; writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.db.statements import Statement
from app.db.transaction import Tx
from app.db.values import json_in, known_day_in

GAMES = Statement("""
    SELECT f.feature_type, f.is_enabled, c.id FROM feature_config f
    LEFT JOIN game_configs c ON c.feature_type = f.feature_type AND c.active_slot = 1
""")
SEASON = Statement("""
    SELECT s.is_active, s.end_date, g.host_id FROM seasons s LEFT JOIN programs g ON g.code = s.program WHERE s.id = ?
""")
TRACKS = Statement("""
    SELECT DISTINCT r.track FROM season_level_rewards r JOIN seasons s ON s.id = r.season_id
    WHERE s.is_active = 1 AND s.end_date >= ?
""")
MISSIONS = Statement("""
    SELECT m.code, m.is_active, m.host_id, v.config FROM missions m
    JOIN mission_versions v ON v.mission_id = m.id AND v.version = m.version
""")
RULES = Statement("""
    SELECT r.host_id, v.config FROM host_rules r JOIN host_rule_versions v ON v.rule_id = r.id WHERE v.active_slot = 1
""")
GOALS = Statement("""
    SELECT v.config FROM missions m JOIN mission_versions v ON v.mission_id = m.id AND v.version = m.version
    WHERE m.is_active = 1
    UNION ALL SELECT config FROM leaderboards WHERE is_active = 1
    UNION ALL SELECT config FROM team_contests WHERE is_active = 1
""")
SLOTS = Statement("""
    SELECT s.mission FROM bridge_slots s JOIN bridge_campaigns b ON b.id = s.campaign_id
    WHERE b.state IN ('DRAFT', 'OPEN') AND s.slot_date >= ?
""")
SEEN = Statement("SELECT id FROM host_events WHERE event_type = ? LIMIT 1")
ENDPOINTS = Statement("SELECT host_id, topics FROM webhook_endpoints WHERE is_active = 1")
GIVEN = Statement("""
    SELECT id FROM reward_log
    WHERE state IN ('GRANTED', 'PENDING', 'FAILED', 'APPROVAL', 'REJECTED', 'REVERSED') AND reward_type = ? AND code = ?
    LIMIT 1
""")
# where rewards stand: (kind of document, its key); the text that names a code is `"code":"<code>"`
ELSEWHERE = Statement("""
    SELECT 'season', season_id FROM season_level_rewards WHERE reward_type = ? AND code = ?
    UNION SELECT 'season', season_id FROM season_bonuses WHERE reward_type = ? AND code = ?
    UNION SELECT 'game', feature_type FROM game_configs WHERE INSTR(config, ?) > 0
    UNION SELECT 'mission', m.code FROM missions m JOIN mission_versions v ON v.mission_id = m.id
        WHERE INSTR(v.config, ?) > 0
    UNION SELECT 'leaderboard', code FROM leaderboards WHERE INSTR(config, ?) > 0
    UNION SELECT 'contest', code FROM team_contests WHERE INSTR(config, ?) > 0
    UNION SELECT 'promo', code FROM promo_campaigns WHERE INSTR(rewards, ?) > 0
    UNION SELECT 'rule', r.code FROM host_rules r JOIN host_rule_versions v ON v.rule_id = r.id
        WHERE INSTR(v.config, ?) > 0
    UNION SELECT 'bridge', b.code FROM bridge_campaigns b JOIN bridge_slots s ON s.campaign_id = b.id
        WHERE INSTR(s.rewards, ?) > 0
""")
TEXTS = 7  # of ELSEWHERE that search a text


@dataclass(frozen=True, slots=True)
class GameStanding:
    """Whether a game can be played: its switch, and whether a config is in force."""

    is_enabled: bool
    has_config: bool


@dataclass(frozen=True, slots=True)
class SeasonStanding:
    """A season that is named. `host_id`: whose program it is; None: everybody's."""

    is_active: bool
    end_date: date
    host_id: int | None


@dataclass(frozen=True, slots=True)
class MissionStanding:
    """A mission that is named."""

    is_active: bool
    host_id: int | None
    requires: tuple[str, ...]


class ReferenceService:
    """Looks up what configs name."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def games(self) -> dict[str, GameStanding]:
        """Every feature with a switch, by type."""
        rows = await self._tx.rows(GAMES)
        return {name: GameStanding(bool(is_enabled), config is not None) for name, is_enabled, config in rows}

    async def season(self, season_id: int) -> SeasonStanding | None:
        """One season, whatever its state."""
        rows = await self._tx.rows(SEASON, (season_id,))
        return SeasonStanding(bool(rows[0][0]), known_day_in(rows[0][1]), rows[0][2]) if rows else None

    async def tracks(self, today: date) -> set[str]:
        """The tracks of active seasons that run or are to come."""
        return {row[0] for row in await self._tx.rows(TRACKS, (today.isoformat(),))}

    async def missions(self) -> dict[str, MissionStanding]:
        """Every mission, by code."""
        return {
            code: MissionStanding(bool(is_active), host_id, tuple(json_in(config).get("requires", ())))
            for code, is_active, host_id, config in await self._tx.rows(MISSIONS)
        }

    async def rules(self) -> list[tuple[int | None, Mapping[str, Any]]]:
        """(host id or None for all hosts, config) of every rule in force."""
        return [(host_id, json_in(config)) for host_id, config in await self._tx.rows(RULES)]

    async def counted_metrics(self) -> set[str]:
        """What missions, leaderboards and contests in force count."""
        return {json_in(row[0])["metric"] for row in await self._tx.rows(GOALS)}

    async def awaited_events(self, today: date) -> set[str]:
        """The host events that days of draft or open bridges still ask for."""
        missions = [json_in(row[0]) for row in await self._tx.rows(SLOTS, (today.isoformat(),))]
        return {mission["host_event_type"] for mission in missions if mission.get("host_event_type")}

    async def is_seen(self, event_type: str) -> bool:
        """Whether any host has ever sent an event of this type."""
        return bool(await self._tx.rows(SEEN, (event_type,)))

    async def takes_topic(self, topic: str, host_id: int | None) -> bool:
        """Whether an endpoint of the host (None: of any host) is told of a topic."""
        rows = await self._tx.rows(ENDPOINTS)
        told = [owner for owner, topics in rows if not (wanted := json_in(topics)) or topic in wanted]
        return bool(told) if host_id is None else host_id in told

    async def is_used_elsewhere(self, reward_type: str, code: str, *, but_by: tuple[str, str | None]) -> bool:
        """Whether anybody ever got this code, or another config than the one of this (kind, key) gives it."""
        if await self._tx.rows(GIVEN, (reward_type, code)):
            return True
        named = (reward_type, code, reward_type, code, *([f'"code":"{code}"'] * TEXTS))
        return any((place, str(of)) != but_by for place, of in await self._tx.rows(ELSEWHERE, named))
