"""Reads whole tables for people's spreadsheets, part by part, each row with whom it is about. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.db.statements import Statement
from app.db.transaction import Tx
from app.db.values import known_instant_in

Row = dict[str, Any]
WHO = "h.code AS host, u.external_id, u.nickname"
JOIN_WHO = "LEFT JOIN user_profiles u ON u.id = x.user_id LEFT JOIN hosts h ON h.id = u.host_id"
SINCE, UNTIL, HOST = "x.created_at >= ?", "x.created_at < ?", "h.code = ?"
SPAN = {"since": SINCE, "until": UNTIL}
# the days of a season, and rewards that name their season themselves: claims come in its grace period, too
OF_SEASON = "SUBSTR(x.operation_id, 1, 7) = 'SEASON:'"


@dataclass(frozen=True, slots=True)
class Source:
    """One table with what is joined to it. `key` orders and pages it, `newest` first or last; `wheres` by filter."""

    columns: str
    tables: str
    wheres: Mapping[str, str] = field(default_factory=dict)
    key: str = "id"
    newest_first: bool = True
    user: str = "x.user_id, "

    def statement(self, filters: Sequence[str], *, is_first: bool) -> Statement:
        """The next part: its values are those of the filters, the key to go on behind (unless first), and the limit."""
        conditions = [self.wheres[name] for name in filters]
        if not is_first:
            conditions.append(f"x.{self.key} {'<' if self.newest_first else '>'} ?")
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        order = f"ORDER BY x.{self.key}{' DESC' if self.newest_first else ''} LIMIT ?"
        named = f"{self.user}{WHO}, " if self.user else ""
        return Statement(f"SELECT {named}{self.columns} FROM {self.tables} {where} {order}")


PLAY_OF_REWARD = "p.id = SUBSTR(x.operation_id, 6, 36) AND SUBSTR(x.operation_id, 1, 5) = 'PLAY:'"
CODES_OF_CAMPAIGN = """(SELECT c.id, c.code, c.campaign_id, COUNT(k.id) AS claims, MAX(k.user_id) AS user_id,
    MAX(k.created_at) AS claimed_at FROM promo_codes c LEFT JOIN promo_claims k ON k.code_id = c.id
    GROUP BY c.id, c.code, c.campaign_id) x"""

SOURCES: dict[str, Source] = {
    "rewards": Source(
        "x.id, x.created_at, x.operation_id, x.source, p.feature_type AS game, p.prize, x.reward_type, x.amount,"
        " x.token_type, x.code, x.state, x.attempts, x.last_error, x.requested_by, x.approved_by, x.updated_at",
        f"reward_log x {JOIN_WHO} LEFT JOIN game_plays p ON {PLAY_OF_REWARD}",
        SPAN
        | {"season_from": f"({SINCE} OR {OF_SEASON})", "season_to": f"({UNTIL} OR {OF_SEASON})"}
        | {"host": HOST, "state": "x.state = ?", "game": "p.feature_type = ?", "user_id": "x.user_id = ?"}
        | {name: f"x.{name} = ?" for name in ("reward_type", "source", "code", "operation_id")},
    ),
    "plays": Source(
        "x.id, x.created_at, x.feature_type AS game, c.version AS config_version, x.play_no, x.prize, x.is_win,"
        " x.token_type, x.cost, r.state AS reward_state",
        f"game_plays x {JOIN_WHO} JOIN game_configs c ON c.id = x.config_id"
        " LEFT JOIN reward_log r ON r.operation_id = CONCAT('PLAY:', x.id)",
        SPAN
        | {"season_from": SINCE, "season_to": UNTIL}
        | {"host": HOST, "game": "x.feature_type = ?", "state": "r.state = ?", "won": "x.is_win = ?"},
    ),
    "ledger": Source(
        "x.id, x.created_at, x.token_type, x.delta, x.balance_after, x.reason, x.operation_id",
        f"wallet_ledger x {JOIN_WHO}",
        SPAN | {"host": HOST, "token_type": "x.token_type = ?", "user_id": "x.user_id = ?"},
    ),
    "audit": Source(
        "x.id, x.created_at, x.actor, x.action, x.target, x.reason, x.`before`, x.`after`, x.request_id",
        "admin_audit_log x",
        SPAN | {"target": "x.target = ?"},
        user="",
    ),
    "players": Source(
        "x.id AS user_id, x.is_blocked, x.created_at",
        "user_profiles x JOIN user_profiles u ON u.id = x.id JOIN hosts h ON h.id = x.host_id",
        SPAN | {"host": HOST},
        newest_first=False,
        user=" ",
    ),
    "coupon_codes": Source(
        "x.id, x.code, x.expires_at, x.batch_id, x.operation_id, x.assigned_at, x.voided_at, o.code AS pool",
        f"coupon_codes x JOIN coupon_pools o ON o.id = x.pool_id {JOIN_WHO}",
        {"pool": "o.code = ?", "host": HOST, "since": "x.assigned_at >= ?", "until": "x.assigned_at < ?"},
        newest_first=False,
    ),
    "promo_codes": Source(
        "x.id, x.code, x.claims, x.claimed_at, m.code AS campaign",
        f"{CODES_OF_CAMPAIGN} JOIN promo_campaigns m ON m.id = x.campaign_id {JOIN_WHO}",
        {"campaign": "m.code = ?"},
        newest_first=False,
    ),
    "promo_claims": Source(
        "x.id, x.unit_no, k.code, x.operation_id, x.created_at, m.code AS campaign",
        "promo_claims x JOIN promo_campaigns m ON m.id = x.campaign_id JOIN promo_codes k ON k.id = x.code_id "
        + JOIN_WHO,
        SPAN | {"campaign": "m.code = ?", "host": HOST},
        key="unit_no",
        newest_first=False,
    ),
    "ranks": Source(
        "x.rank_no, x.score, x.reached_at, x.state",
        f"leaderboard_results x JOIN leaderboards b ON b.id = x.board_id {JOIN_WHO}",
        {"board": "b.code = ?", "window": "x.window_key = ?", "host": HOST, "state": "x.state = ?"},
        key="rank_no",
        newest_first=False,
    ),
    "ranking": Source(
        "x.rank_no AS `rank`, x.display_name, x.score, x.rank_no",
        f"daily_ranking_entries x {JOIN_WHO}",
        {"day": "x.rank_date = ?"},
        key="rank_no",
        newest_first=False,
    ),
    "teams": Source(
        "x.rank_no, x.team_id, t.name, x.score, x.members",
        "team_results x JOIN teams t ON t.id = x.team_id JOIN team_contests n ON n.id = x.contest_id",
        {"contest": "n.code = ?"},
        key="rank_no",
        newest_first=False,
        user="",
    ),
    "settlements": Source(
        "x.id, x.outcome, x.key_count, x.pending_points, x.points_paid, x.level_state, x.level_after, x.xp_added,"
        " s.season_name AS season, x.created_at, g.code AS campaign",
        f"bridge_settlements x JOIN bridge_campaigns g ON g.id = x.campaign_id {JOIN_WHO}"
        " LEFT JOIN seasons s ON s.id = x.season_id",
        SPAN | {"campaign": "g.code = ?", "state": "x.outcome = ?", "host": HOST},
        newest_first=False,
    ),
}
SEASONS = Statement("""
    SELECT s.id, s.season_name, s.start_date, s.end_date, s.is_active, h.code AS host FROM seasons s
    LEFT JOIN programs p ON p.code = s.program LEFT JOIN hosts h ON h.id = p.host_id
    ORDER BY s.is_active DESC, s.id DESC
""")


class ExportService:
    """Reads for exports."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def part(self, name: str, wanted: Mapping[str, Any], *, after: Any, limit: int) -> list[Row]:
        """The next `limit` rows that fit every filter, from behind the key `after` on."""
        source = SOURCES[name]
        statement = source.statement(list(wanted), is_first=after is None)
        values = [*wanted.values(), *([] if after is None else [after]), limit]
        rows = await self._tx.rows(statement, values)
        return [{column: _read(column, value) for column, value in row._mapping.items()} for row in rows]

    async def seasons(self) -> list[Row]:
        """Every season with its days and whose it is; the active ones first."""
        return [dict(row._mapping) for row in await self._tx.rows(SEASONS)]


def _read(column: str, value: Any) -> Any:
    return known_instant_in(value) if column.endswith("_at") and value is not None else value
