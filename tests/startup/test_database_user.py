"""The database users of docker/mysql-grants.sql can do everything the service does, and nothing to its history."""

from __future__ import annotations

import re
from datetime import datetime

import pymysql
import pytest
from typer.testing import CliRunner

from app.cli import app
from app.core.database_rights import IDENTITIES as OTHER
from app.core.database_rights import VALUE, rights_needed
from app.core.time_utils import KST, FixedClock
from app.models import metadata
from tests.admin.desk import Desk
from tests.architecture.house import ROOT
from tests.db.databases import ask
from tests.fixtures import settings_for
from tests.ops.test_erasure_walk import TELL, begin
from tests.startup.conftest import GRANTS, STRONG, ProductionServer
from tests.world import World, key, open_world

HISTORY = {
    "wallet_ledger", "wallet_debts", "season_xp_ledger", "season_stamp_log", "game_plays", "game_activations",
    "feature_history", "user_event_log", "idempotency_keys", "admin_audit_log", "prize_stock_log",
    "programs", "promo_codes", "promo_claims", "mission_versions", "team_results", "host_events", "host_rules",
    "rule_hits", "event_revocations", "audit_seals", "game_configs", "host_rule_versions",
}  # fmt: skip
# of which one column changes: what is in force, the head of the log
IN_ONE_COLUMN = {"game_configs", "host_rule_versions", "audit_head"}
IDENTITIES = {
    "hosts", "api_keys", "staff", "staff_second_factors", "staff_recovery_codes", "refresh_tokens", "revoked_sessions",
}  # fmt: skip
# what a sign-in writes beside them
WITH_A_SIGN_IN = {"user_profiles", "user_event_log", "idempotency_keys", "admin_audit_log"}
# what identities change by; `turn_names` writes one column, and `forget_…` what is over: the value account may
WRITES_OF = {
    "identity": ("add_", "change_", "end_staff", "use_refresh", "revoke_"),
    "second_factor": ("begin", r"confirm\(", "use_", "remove"),
}
ADMIN = "VALUES ('mallory', 'admin', 1, 1, '2025-12-10')"
DENIED = "1142|1143|1419"  # 1419: triggers on a server with a binlog
SERVICES = ROOT / "backend" / "app" / "services"
KEEPERS_OF_IDENTITIES = {"identity_service", "second_factor_service"}
# for the tables' owner at a terminal: they shorten and clean history, which no request may (ADR 181, 182)
FOR_THE_OWNER = {"history_service": {"retain_history"}, "privacy_service": {"erase_player", "export_player"}}
TABLES = set(metadata.tables)


def granted(right: str, account: str = VALUE) -> set[str]:
    """The tables that the file gives an account this right on."""
    return {table for held, table in rights_needed(GRANTS.read_text(), account) if held == right}


def test_every_table_is_history_or_may_change_or_is_of_identities() -> None:
    """A new table needs a decision: add it to the file, and to HISTORY if it never changes."""
    may_change = granted("UPDATE") | granted("DELETE")
    assert may_change | HISTORY | IDENTITIES | {"audit_head"} == TABLES
    assert may_change & HISTORY == set()
    assert granted("INSERT") == TABLES - IDENTITIES - {"audit_head"}


def test_each_account_adds_what_the_other_may_not() -> None:
    assert granted("INSERT", OTHER) == IDENTITIES | WITH_A_SIGN_IN
    assert granted("UPDATE", OTHER) | granted("DELETE", OTHER) == IDENTITIES | {"user_profiles"}
    # of identities the value account may end what is over, and nothing else
    assert (granted("UPDATE") | granted("DELETE")) & IDENTITIES == {"refresh_tokens", "revoked_sessions"}
    assert granted("UPDATE") & IDENTITIES == set()


def used(pattern: str, *, of_identities: bool = False) -> set[str]:
    """The tables that a keeper writes in this way."""
    files = [
        file
        for file in SERVICES.glob("*.py")
        if file.stem not in FOR_THE_OWNER and (file.stem in KEEPERS_OF_IDENTITIES) is of_identities
    ]
    return {name for file in files for name in re.findall(pattern, file.read_text())} & TABLES


@pytest.mark.parametrize(("account", "of_identities"), [(VALUE, False), (OTHER, True)])
def test_every_write_of_a_keeper_is_granted_to_its_account(account: str, of_identities: bool) -> None:
    updated = used(r"(?:\bupdate\(|\bUPDATE |Upsert\(\s*)(\w+)", of_identities=of_identities) - IN_ONE_COLUMN
    deleted = used(r"(?:\bdelete\(|\bDELETE FROM )(\w+)", of_identities=of_identities)
    added = used(r"(?:\b(\w+)\.insert\(\))", of_identities=of_identities)
    added |= used(r"(?:Insert|Upsert|Accumulate)\(\s*(\w+)", of_identities=of_identities)
    assert updated <= granted("UPDATE", account)
    assert deleted <= granted("DELETE", account) | (granted("DELETE", VALUE) if of_identities else set())
    assert added <= granted("INSERT", account)
    assert ({"hosts", "staff"} if of_identities else {"wallets", "seasons"}) <= updated & added


@pytest.mark.parametrize("keeper", ["identity", "second_factor"])
def test_flows_write_identities_with_their_account(keeper: str) -> None:
    """Each flow that calls a writing method of these keepers runs it where it is allowed."""
    writes = WRITES_OF[keeper]
    for file in (SERVICES.parent / "flows").glob("*.py"):
        text = file.read_text()
        if re.search(rf"keepers\.{keeper}\.({'|'.join(writes)})", text):
            assert "write_identities(" in text or "of_identities=True" in text, file.name


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
    monkeypatch.setenv("IDENTITY_DATABASE_URL", server.url_of(OTHER))
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


@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT INTO staff (login, scopes, is_active, token_version, created_at) {ADMIN}",
        "UPDATE staff SET scopes = 'admin'",
        "INSERT INTO api_keys (host_id, name, key_hash, created_at) VALUES (1, 'mine', 'x', '2025-12-10')",
        "UPDATE refresh_tokens SET token_hash = 'mine'",
        "UPDATE hosts SET jwt_issuer = 'mine'",
        "UPDATE audit_head SET unmarked_through = 1000",
        "INSERT INTO audit_head VALUES (2, 'x', 0, 0)",
    ],
)
def test_the_account_of_value_makes_nobody_an_operator(statement: str, server: ProductionServer) -> None:
    with pytest.raises(pymysql.err.OperationalError, match=DENIED):
        ask(server.url_of(VALUE), statement)


@pytest.mark.parametrize("table", sorted(TABLES - IDENTITIES - WITH_A_SIGN_IN))
def test_the_account_of_identities_writes_no_value(table: str, server: ProductionServer) -> None:
    column = next(iter(metadata.tables[table].columns)).name
    for statement in (
        f"INSERT INTO {table} SELECT * FROM {table} WHERE 1 = 0",
        f"UPDATE {table} SET {column} = {column} WHERE 1 = 0",
        f"DELETE FROM {table} WHERE 1 = 0",
    ):
        with pytest.raises(pymysql.err.OperationalError, match=DENIED):
            ask(server.url_of(OTHER), statement)


async def test_the_service_runs_as_these_two(server: ProductionServer) -> None:
    """Operators, keys and sign-ins of all kinds; then value, with the locks that it takes; and all is explained."""
    clock = FixedClock(datetime(2025, 12, 10, 12, tzinfo=KST))
    urls = {"identity_database_url": server.url_of(OTHER), "encryption_key": STRONG[::-1]}
    settings = settings_for(server.url_of(VALUE), **urls)
    async with open_world(settings, clock) as world:
        life = await begin(world)
        await sign_ins(world, life.desk)
        for _ in range(3):
            await world.ok("POST", "/api/roulette/play", headers=life.person.headers | key())
        for told in TELL.values():
            await told(life)
        assert not await world.differences()
        ledger = ask(server.url_of(VALUE), "SELECT COUNT(*) FROM wallet_ledger")
    assert ledger[0][0] > 3


async def sign_ins(world: World, desk: Desk) -> None:
    """A host is made and gets a key, its player comes, refreshes and leaves."""
    await desk.ok("POST", "/hosts", {"code": "lms", "name": "LMS"})
    made = await desk.ok("POST", "/hosts/lms/keys", {"name": "server"})
    signed_in = await world.ok(
        "POST", "/api/auth/token", json={"external_id": "park"}, headers={"X-API-Key": made["key"]}
    )
    again = await world.ok("POST", "/api/auth/token", json={"refresh_token": signed_in["refresh_token"]})
    bearer = {"Authorization": f"Bearer {again['access_token']}"}
    assert (await world.client.post("/api/auth/logout", headers=bearer)).is_success
    await desk.ok("POST", f"/hosts/keys/{made['id']}/revoke")
