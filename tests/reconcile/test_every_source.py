"""Who can write into the database and not through the service: whatever they write themselves makes a check fire."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Column, Date

from app.db.base import JsonText, UtcDateTime
from app.games import GAMES_BY_FEATURE
from app.models import metadata
from app.services.reconcile.act_checks import DOCUMENTS
from app.services.reconcile.cause_checks import EXPLAINED_BY
from app.services.reconcile.checks import ALL_CHECKS
from tests.architecture.house import ROOT
from tests.planting import honest
from tests.reconcile.test_each_check_fires import lived_in, paid_out
from tests.world import World

PLAYS = "I15 reward has its play"
CHECKS = EXPLAINED_BY | dict.fromkeys(GAMES_BY_FEATURE, PLAYS)
# what somebody would make up for each source
MADE_UP = {
    "ADMIN": "ADMIN:0197-made-up", "SEED": "SEED:1:POINT", "BOARD": "BOARD:DAILY:1:D2025-12-10",
    "BRIDGE": "BRIDGE:NEW_YEAR:1:POINT", "CODE": "CODE:MADE-UP", "INBOX": "INBOX:7:1", "MISSION": "MISSION:DAILY:1:D1",
    "RULE": "RULE:made-up:0197", "SEASON": "SEASON:1:1:STREAK:100", "TEAM": "TEAM:CUP:1",
    "TRIAL": "TRIAL:1:DICE_TOKEN:2025-12-10:1", **dict.fromkeys(GAMES_BY_FEATURE, "PLAY:0197-made-up"),
}  # fmt: skip
# tables whose rows are parts of a document, what players did, or the service's own notes
PARTS = {
    "season_levels", "season_level_rewards", "season_bonuses", "season_options", "bridge_slots", "mission_versions",
    "host_rule_versions", "feature_schedule", "feature_history", "game_activations", "prize_stock", "prize_stock_log",
    "promo_codes", "coupon_codes", "coupon_batches", "staff_second_factors", "staff_recovery_codes", "goal_book",
    "daily_rankings", "daily_ranking_entries", "leaderboard_marks", "grant_allowances",
    "admin_audit_log", "audit_head", "audit_seals",
}  # fmt: skip
OF_PLAYERS = {
    "user_profiles", "player_aliases", "refresh_tokens", "revoked_sessions", "wallets", "wallet_ledger", "wallet_debts",
    "reward_log", "reversal_reviews", "season_progress", "season_stamp_log", "season_xp_ledger", "season_claims",
    "season_passes", "season_counters", "game_plays", "user_event_log", "idempotency_keys", "entitlements",
    "promo_claims", "inbox_items", "bridge_keys", "bridge_settlements", "mission_progress", "leaderboard_scores",
    "leaderboard_windows", "leaderboard_results", "teams", "team_members", "team_results", "host_events", "rule_hits",
    "rule_marks", "event_revocations", "live_streams",
}  # fmt: skip
NOTES = {
    "outbox", "webhook_deliveries", "webhook_attempts", "rejected_events", "rejected_event_days", "job_runs",
    "job_controls",
}  # fmt: skip
PAIRED = re.compile(r'_SOURCE, \w+_SOURCE = "([A-Z]+)"')
NAMED = re.compile(r'(?:source=|_SOURCE = (?:"[A-Z]+", )?)"([A-Z]+)"')


def test_every_source_has_a_check_that_looks_for_its_cause() -> None:
    """A new source of rewards says here which check explains it."""
    files = [file for room in ("flows", "domain") for file in (ROOT / "backend" / "app" / room).rglob("*.py")]
    texts = [file.read_text() for file in files]
    named = {name for text in texts for name in [*NAMED.findall(text), *PAIRED.findall(text)]}
    assert named == set(EXPLAINED_BY)
    assert set(CHECKS.values()) <= {check.name for check in ALL_CHECKS}


@pytest.mark.parametrize("source", sorted(CHECKS))
async def test_a_reward_that_somebody_wrote_makes_the_check_of_its_source_fire(world: World, source: str) -> None:
    """The whole of it: the reward, its entry in the ledger, the balance."""
    player = await honest(world, lived_in)
    for statement in paid_out(MADE_UP[source], source):
        await world.sql(statement, **({"u": player.id} if ":u" in statement else {}))
    assert list(await world.differences()) == [CHECKS[source]]


async def test_a_further_part_of_a_real_play_is_no_excuse(world: World) -> None:
    player = await honest(world, lived_in)
    [(play,)] = await world.rows("SELECT id FROM game_plays WHERE feature_type = 'ROULETTE'")
    for statement in paid_out(f"PLAY:{play}#2", "ROULETTE"):
        await world.sql(statement, **({"u": player.id} if ":u" in statement else {}))
    assert list(await world.differences()) == [PLAYS]


def test_every_table_of_operators_has_its_acts_checked() -> None:
    """A new table says whether its rows are documents of operators."""
    kinds = [set(DOCUMENTS), PARTS, OF_PLAYERS, NOTES]
    assert set().union(*kinds) == set(metadata.tables)
    assert sum(map(len, kinds)) == len(metadata.tables)


@pytest.mark.parametrize("table", sorted(DOCUMENTS))
async def test_a_document_that_somebody_wrote_is_found(world: World, table: str) -> None:
    await honest(world, lived_in)
    columns = [column for column in metadata.tables[table].columns if not column.nullable and not _is_numbered(column)]
    values = {column.name: _plausible(column) for column in columns}
    names, marks = ", ".join(f"`{name}`" for name in values), ", ".join(f":{name}" for name in values)
    await world.sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", **values)
    assert "I21 row has its act" in await world.differences()


def _is_numbered(column: Column[Any]) -> bool:
    return column.primary_key and column.autoincrement is not False and column.type.python_type is int


def _plausible(column: Column[Any]) -> Any:
    if column.foreign_keys:
        return 1
    if isinstance(column.type, UtcDateTime):
        return "2025-12-10 00:00:00.000000"
    if isinstance(column.type, Date):
        return date(2025, 12, 10).isoformat()
    if isinstance(column.type, type(JsonText)):
        return "{}"
    if column.type.python_type in (int, bool):
        return 1
    return "planted"
