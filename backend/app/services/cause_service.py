"""What stood behind rewards: plays, codes, events, counted metrics. Keeper of no table: it reads any."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from app.db.statements import Statement
from app.db.transaction import Tx
from app.db.values import instant_out

PLAYS = Statement("SELECT DISTINCT feature_type, config_id, stock_prize_id FROM game_plays WHERE id IN ({ids})")
CAMPAIGNS = Statement("""
    SELECT DISTINCT c.code FROM promo_claims k JOIN promo_campaigns c ON c.id = k.campaign_id
    WHERE k.operation_id IN ({ids})
""")
HOSTS = Statement("""
    SELECT DISTINCT h.code FROM host_events e JOIN hosts h ON h.id = e.host_id WHERE e.id IN ({ids})
""")
XP = Statement("""
    SELECT operation_id FROM season_xp_ledger WHERE user_id = ? AND season_id = ? AND created_at <= ? ORDER BY id
""")
# of the player, and of everybody in a team with them
COUNTED = Statement("""
    SELECT DISTINCT r.code, h.code FROM rule_hits x
    JOIN host_rules r ON r.id = x.rule_id JOIN host_events e ON e.id = x.event_id JOIN hosts h ON h.id = e.host_id
    WHERE INSTR(x.effects, '"COUNT"') > 0 AND (x.user_id = ? OR x.user_id IN (
        SELECT other.user_id FROM team_members own JOIN team_members other ON other.team_id = own.team_id
        WHERE own.user_id = ?
    ))
""")
AT_ONCE = 1_000


class CauseService:
    """Reads what operation ids alone do not say."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def plays(self, play_ids: Collection[str]) -> list[tuple[str, int, int | None]]:
        """(game, version, prize with stock that was won) of these plays, each once."""
        return [(row[0], row[1], row[2]) for row in await self._each(PLAYS, play_ids)]

    async def campaigns(self, operation_ids: Collection[str]) -> list[str]:
        """The campaigns whose codes gave these; a part of a bundle has `#2`, `#3`, … behind its operation id."""
        wholes = {one.rpartition("#")[0] for one in operation_ids if "#" in one}
        return [row[0] for row in await self._each(CAMPAIGNS, {*operation_ids, *wholes})]

    async def hosts(self, event_keys: Collection[str]) -> list[str]:
        """The hosts who told of these events."""
        return [row[0] for row in await self._each(HOSTS, event_keys)]

    async def counting_rules(self, user_id: int) -> list[tuple[str, str]]:
        """(rule, host) of everything that hosts' events counted for a player or their teams."""
        return [(row[0], row[1]) for row in await self._tx.rows(COUNTED, (user_id, user_id))]

    async def xp(self, user_id: int, season_id: int, *, until: datetime) -> list[str]:
        """The operations that gave a player XP in a season until then."""
        return [row[0] for row in await self._tx.rows(XP, (user_id, season_id, instant_out(until)))]

    async def _each(self, statement: Statement, ids: Collection[str]) -> list[Any]:
        unique = sorted(ids)
        found: list[Any] = []
        for first in range(0, len(unique), AT_ONCE):
            some = unique[first : first + AT_ONCE]
            found += await self._tx.rows(statement, some, ids=len(some))
        return found
