"""The database user of docker/mysql-grants.sql can do everything the service does, and nothing to its history."""

from __future__ import annotations

import re
from datetime import datetime

import pymysql
import pytest
from typer.testing import CliRunner

from app.cli import app
from app.core.time_utils import KST, FixedClock
from app.models import metadata
from tests.architecture.house import ROOT
from tests.db.databases import ask
from tests.fixtures import settings_for
from tests.startup.conftest import STRONG, ProductionServer, statements
from tests.world import key, open_world

HISTORY = {
    "wallet_ledger", "wallet_debts", "season_xp_ledger", "season_stamp_log", "game_plays", "game_activations",
    "feature_history", "user_event_log", "idempotency_keys", "admin_audit_log", "prize_stock_log",
    "programs", "promo_codes", "promo_claims", "mission_versions", "team_results", "host_events", "host_rules",
    "rule_hits", "event_revocations", "audit_seals",
}  # fmt: skip
DENIED = "1142|1419"  # 1419: triggers on a server with a binlog
SERVICES = ROOT / "backend" / "app" / "services"
# for the tables' owner at a terminal: they shorten and clean history, which no request may (ADR 181, 182)
FOR_THE_OWNER = {"history_service": {"retain_history"}, "privacy_service": {"erase_player", "export_player"}}


def granted(right: str) -> set[str]:
    """The tables that the file gives this right on."""
    words = [statement.split() for statement in statements(2)]
    return {table.removeprefix("dojang.") for verb, right_given, _, table, *_ in words if right_given == right}


def test_every_table_is_either_history_or_may_change() -> None:
    """A new table needs a decision: add it to the file or to HISTORY."""
    assert granted("UPDATE") | granted("DELETE") | HISTORY == set(metadata.tables)
    assert (granted("UPDATE") | granted("DELETE")) & HISTORY == set()


def used(pattern: str) -> set[str]:
    """The tables that a keeper changes in this way."""
    files = [file for file in SERVICES.glob("*.py") if file.stem not in FOR_THE_OWNER]
    names = {name for file in files for name in re.findall(pattern, file.read_text())}
    return names & set(metadata.tables)


def test_every_change_that_a_keeper_makes_is_granted() -> None:
    updated = used(r"(?:\bupdate\(|\bUPDATE |Upsert\(\s*)(\w+)")
    deleted = used(r"(?:\bdelete\(|\bDELETE FROM )(\w+)")
    assert {"wallets", "seasons"} <= updated <= granted("UPDATE")
    assert {"season_levels"} <= deleted <= granted("DELETE")


@pytest.mark.parametrize("keeper", sorted(FOR_THE_OWNER))
def test_what_only_the_owner_may_do_is_asked_for_at_the_terminal_alone(keeper: str) -> None:
    name = keeper.removesuffix("_service")
    rooms = SERVICES.parent
    users = {file.stem for file in rooms.rglob("*.py") if re.search(rf"keepers\.{name}\b", file.read_text())}
    assert users == FOR_THE_OWNER[keeper]
    flows = re.compile(rf"app\.flows\.({'|'.join(users)})\b")
    assert {file.parent.name for file in rooms.rglob("*.py") if flows.search(file.read_text())} == {"cli"}


def test_the_serving_account_shortens_no_history_and_erases_nobody(
    server: ProductionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner does, and is told so; what the refused one began is undone."""
    add = (
        "INSERT INTO user_profiles (host_id, external_id, is_blocked, event_key_count, event_pending_points, version,"
        " created_at) SELECT MIN(id), 'erase-me', 0, 0, 0, 1, '2025-12-10' FROM hosts"
    )
    monkeypatch.setenv("RETAIN_EVENT_LOG_DAYS", "30")
    monkeypatch.setenv("JWT_SECRET", STRONG)
    monkeypatch.setenv("ENCRYPTION_KEY", STRONG[::-1])
    monkeypatch.setenv("DATABASE_URL", server.url_of("dojang"))
    assert CliRunner().invoke(app, ["ops", "seed"]).exit_code == 0
    ask(server.url_of("dojang"), add)
    [(user_id,)] = ask(server.url_of("dojang"), "SELECT MAX(id) FROM user_profiles")
    commands = (["retain", "--reason", "r"], ["player", "erase", "--id", str(user_id), "--reason", "r"])
    acts = "SELECT COUNT(*) FROM admin_audit_log WHERE action IN ('HISTORY_DELETED', 'PLAYER_ERASED')"
    for user, code, done in (("dojang", 1, 0), ("dojang_owner", 0, 2)):
        monkeypatch.setenv("DATABASE_URL", server.url_of(user))
        for command in commands:
            ended = CliRunner().invoke(app, ["ops", *command])
            assert (ended.exit_code, "tables' owner" in ended.output) == (code, bool(code)), ended.output
        assert ask(server.url_of(user), acts) == [(done,)]


@pytest.mark.parametrize("table", sorted(HISTORY))
def test_history_can_be_neither_changed_nor_removed(table: str, server: ProductionServer) -> None:
    url = server.url_of("dojang")
    column = next(iter(metadata.tables[table].columns)).name
    for statement in (
        f"DELETE FROM {table} WHERE 1 = 0",
        f"UPDATE {table} SET {column} = {column} WHERE 1 = 0",
        f"REPLACE INTO {table} SELECT * FROM {table} WHERE 1 = 0",
        f"TRUNCATE {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE {table} ADD extra INT",
        f"CREATE TRIGGER t BEFORE INSERT ON {table} FOR EACH ROW SET @x = 1",
    ):
        with pytest.raises(pymysql.err.OperationalError, match=DENIED):
            ask(url, statement)


@pytest.mark.parametrize("statement", ["CREATE TABLE mine (id INT)", "GRANT SELECT ON dojang.* TO dojang_owner@'%'"])
def test_the_serving_user_makes_no_tables_and_gives_no_rights(statement: str, server: ProductionServer) -> None:
    with pytest.raises(pymysql.err.OperationalError, match="denied"):
        ask(server.url_of("dojang"), statement)


async def test_the_service_runs_as_this_user(server: ProductionServer) -> None:
    """Signing in, paying, playing, stamping, with the locks that these take."""
    clock = FixedClock(datetime(2025, 12, 10, 12, tzinfo=KST))
    async with open_world(settings_for(server.url_of("dojang")), clock) as world:
        player = await world.player("kim", ROULETTE_COIN=5)
        for _ in range(3):
            await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
        for _ in range(2):
            await world.ok("POST", "/api/season-pass/stamp", headers=player.headers | key())
            clock.advance(days=1)
        await world.ok("GET", "/api/season-pass/status", headers=await world.token("kim"))
        ledger = ask(server.url_of("dojang"), "SELECT COUNT(*) FROM wallet_ledger")
    assert ledger[0][0] > 3
