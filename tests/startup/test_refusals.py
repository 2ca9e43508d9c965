"""Each thing that makes a start unsafe, turned on alone: exactly that one is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import pytest
from sqlalchemy import event

from app.core import startup
from app.core.database_facts import DatabaseFacts, Moment, judge_database
from app.core.startup import Finding, Level, StartupRefused
from app.core.time_utils import FixedClock, SystemClock
from app.db.schema import HEAD, upgrade
from app.flows.start_up import examine, refuse_unsafe_start
from app.services import House
from tests.architecture.house import ROOT
from tests.db.databases import ask
from tests.startup.conftest import OTHER_STRONG, STRONG, OpenHouse, ProductionServer, production

ONE_BEFORE_HEAD = "0014_audit_log"


def without_seconds(problems: Sequence[str]) -> list[str]:
    """Clocks that are read twice are never quite as far apart again."""
    return [re.sub(r"[0-9.]+ s apart", "apart", problem) for problem in problems]


async def refused(house: House) -> list[str]:
    """The names of what is refused; the refusal itself must say the same."""
    failed = [finding for finding in await examine(house) if finding.level is Level.FAIL]
    if failed:
        with pytest.raises(StartupRefused) as refusal:
            await refuse_unsafe_start(house)
        told = [f"{finding.name}: {finding.detail}" for finding in failed]
        assert without_seconds(refusal.value.problems) == without_seconds(told)
    return [finding.name for finding in failed]


async def finding(house: House, name: str) -> Finding:
    return next(found for found in await examine(house) if found.name == name)


async def test_a_safe_production_on_a_server_has_nothing_to_remark(
    server: ProductionServer, open_house: OpenHouse
) -> None:
    findings = await examine(open_house(production(server.url_of("dojang"), cors_origins=("https://play.example",))))
    assert [found for found in findings if not found.ok] == []
    assert {"database", "schema", "sql_mode", "redo_log", "binlog", "ledger_rights", "clocks"} <= {
        found.name for found in findings
    }


async def test_a_safe_production_on_sqlite_starts_with_a_warning(sqlite_file: str, open_house: OpenHouse) -> None:
    house = open_house(production(sqlite_file))
    await refuse_unsafe_start(house)
    assert [found.name for found in await examine(house) if not found.ok] == ["sqlite"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("jwt_secret", {"jwt_secret": ""}),
        ("jwt_secret", {"jwt_secret": STRONG[:31]}),
        ("jwt_secret", {"jwt_secret": "secret"}),
        ("jwt_secret", {"jwt_secret": "changeme"}),
        ("jwt_secret", {"jwt_secret": "Change-Me-" + STRONG}),
        ("jwt_secret", {"jwt_secret": "qwertzuiopqwert" * 4}),
        ("encryption_key", {"encryption_key": None}),
        ("encryption_key", {"encryption_key": STRONG}),
        ("encryption_key", {"encryption_key": STRONG[:31]}),
        ("jwt_previous_secret", {"jwt_previous_secret": "short", "jwt_previous_kid": "k0"}),
        ("jwt_previous_secret", {"jwt_previous_secret": OTHER_STRONG}),
        ("sqlite", {"web_concurrency": 2}),
        ("sqlite", {"sqlite_in_production": False}),
        ("cors_origins", {"cors_origins": ("*",)}),
        ("cors_origins", {"cors_origins": ("http://play.example",)}),
        ("cors_origins", {"cors_origins": ("https://play.example", "https://*.example")}),
        ("cors_origins", {"cors_origins": ("null",)}),
        ("cors_origins", {"cors_origins": ("https://play.example/",)}),
        ("forwarded_allow_ips", {"forwarded_allow_ips": "*"}),
        ("forwarded_allow_ips", {"forwarded_allow_ips": "10.0.0.5,0.0.0.0/0"}),
        ("forwarded_allow_ips", {"forwarded_allow_ips": "nginx"}),
        ("jwks_allowed_networks", {"jwks_allowed_networks": ("10.20.0.0/16", "0.0.0.0/0")}),
        ("jwks_allowed_networks", {"jwks_allowed_networks": ("::/0",)}),
        ("debug", {"debug": True}),
        ("api_docs", {"docs_enabled": True}),
        ("feature_gate", {"feature_gate_enabled": True}),
    ],
)
async def test_an_unsafe_setting_is_refused(
    name: str, values: dict[str, object], sqlite_file: str, open_house: OpenHouse
) -> None:
    assert await refused(open_house(production(sqlite_file, **values))) == [name]


async def test_strong_secrets_and_exact_origins_are_accepted(sqlite_file: str, open_house: OpenHouse) -> None:
    settings = production(
        sqlite_file,
        jwt_previous_secret=OTHER_STRONG,
        jwt_previous_kid="k0",
        cors_origins=("https://play.example", "https://play.example:8443"),
        jwks_allowed_networks=("10.0.0.0/8", "fd12::/48"),
    )
    assert await refused(open_house(settings)) == []


def test_the_secret_of_the_example_is_refused() -> None:
    example = ROOT / ".env.example"
    if not example.exists():
        pytest.skip("there is no .env.example yet")
    values = dict(line.split("=", 1) for line in example.read_text().splitlines() if line.startswith("JWT_SECRET="))
    assert startup.weakness_of(values.get("JWT_SECRET", ""))


async def test_missing_time_zone_data_is_refused(
    sqlite_file: str, open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(startup, "ZoneInfo", unknown)
    assert await refused(open_house(production(sqlite_file))) == ["time_zone_data"]


async def test_a_database_one_revision_behind_is_refused_with_both_names(tmp_path: Any, open_house: OpenHouse) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'old.db'}"
    upgrade(url, ONE_BEFORE_HEAD)
    house = open_house(production(url))
    assert await refused(house) == ["schema"]
    detail = (await finding(house, "schema")).detail
    assert all(part in detail for part in (ONE_BEFORE_HEAD, HEAD, "./run ops migrate"))


async def test_an_empty_database_is_refused(tmp_path: Any, open_house: OpenHouse) -> None:
    assert await refused(open_house(production(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"))) == ["schema"]


async def test_the_users_root_and_nobody_are_refused(server: ProductionServer, open_house: OpenHouse) -> None:
    """root may change the ledger too, and is told so."""
    assert await refused(open_house(production(f"{server.url}/dojang"))) == ["database_user", "ledger_rights"]


async def test_a_user_without_password_is_refused(server: ProductionServer, open_house: OpenHouse) -> None:
    ask(server.url, "CREATE USER open_door@'%'")
    ask(server.url, "GRANT SELECT ON dojang.* TO open_door@'%'")
    url = f"mysql+aiomysql://open_door@127.0.0.1:{server.port}/dojang"
    assert await refused(open_house(production(url))) == ["database_user"]


@pytest.mark.parametrize(
    ("name", "variable", "unsafe"),
    [
        ("redo_log", "innodb_flush_log_at_trx_commit", 0),
        ("redo_log", "innodb_flush_log_at_trx_commit", 2),
        ("binlog", "sync_binlog", 0),
        ("binlog", "sync_binlog", 100),
    ],
)
async def test_a_server_that_may_lose_commits_is_refused(
    name: str, variable: str, unsafe: int, server: ProductionServer, open_house: OpenHouse
) -> None:
    with changed(server, f"SET GLOBAL {variable} = {unsafe}", f"SET GLOBAL {variable} = 1"):
        assert await refused(open_house(production(server.url_of("dojang")))) == [name]


async def test_a_session_that_bends_values_is_refused(server: ProductionServer, open_house: OpenHouse) -> None:
    house = open_house(production(server.url_of("dojang")))

    def loosen(connection: Any, _entry: object) -> None:
        """What a proxy between us and the server might do."""
        cursor = connection.cursor()
        cursor.execute("SET SESSION sql_mode = ''")
        cursor.close()

    event.listen(house.database.write_engine.sync_engine, "connect", loosen)
    assert await refused(house) == ["sql_mode"]


@pytest.mark.parametrize("apart", [timedelta(minutes=1), timedelta(minutes=-1), timedelta(hours=9)])
async def test_clocks_that_disagree_are_refused(
    apart: timedelta, server: ProductionServer, open_house: OpenHouse
) -> None:
    clock = FixedClock(SystemClock().now() + apart)
    assert await refused(open_house(production(server.url_of("dojang")), clock)) == ["clocks"]


@pytest.mark.parametrize(
    ("seconds", "refuses"), [(0, False), (2, False), (2.1, True), (-0.5, False), (-2.5, False), (-2.6, True)]
)
def test_two_seconds_are_tolerated_beside_the_time_the_reading_took(seconds: float, refuses: bool) -> None:
    """Our own clock was read half a second apart, before and after the database's."""
    after = SystemClock().now()
    moment = Moment(after - timedelta(seconds=0.5), after)
    facts = DatabaseFacts("10.11", HEAD, clock=after + timedelta(seconds=seconds))
    found = judge_database(facts, production("sqlite+aiosqlite://"), head=HEAD, remedy="", read=moment)
    assert ("clocks" in [f.name for f in found if not f.ok]) is refuses


@pytest.mark.parametrize(
    ("give", "take"),
    [
        ("GRANT DELETE ON dojang.wallet_ledger TO dojang@'%'", "REVOKE DELETE ON dojang.wallet_ledger FROM dojang@'%'"),
        ("GRANT UPDATE ON dojang.wallet_ledger TO dojang@'%'", "REVOKE UPDATE ON dojang.wallet_ledger FROM dojang@'%'"),
        ("GRANT DELETE ON dojang.* TO dojang@'%'", "REVOKE DELETE ON dojang.* FROM dojang@'%'"),
        ("GRANT DELETE ON *.* TO dojang@'%'", "REVOKE DELETE ON *.* FROM dojang@'%'"),
        (
            "CREATE ROLE eraser; GRANT DELETE ON dojang.wallet_ledger TO eraser; GRANT eraser TO dojang@'%'; "
            "SET DEFAULT ROLE eraser FOR dojang@'%'",
            "DROP ROLE eraser",
        ),
    ],
    ids=["delete", "update", "on the whole database", "everywhere", "through a role"],
)
async def test_a_user_who_can_change_the_ledger_is_refused_however_it_got_the_right(
    give: str, take: str, server: ProductionServer, open_house: OpenHouse
) -> None:
    with changed(server, give, take):
        house = open_house(production(server.url_of("dojang")))
        assert await refused(house) == ["ledger_rights"]
        assert "wallet_ledger" in (await finding(house, "ledger_rights")).detail


async def test_a_server_too_small_for_the_pools_is_remarked(server: ProductionServer, open_house: OpenHouse) -> None:
    house = open_house(production(server.url_of("dojang"), web_concurrency=64))
    assert (await finding(house, "connections")).level is Level.WARN
    assert await refused(house) == []


@contextmanager
def changed(server: ProductionServer, change: str, undo: str) -> Iterator[None]:
    for statement in change.split("; "):
        ask(server.url, statement)
    try:
        yield
    finally:
        ask(server.url, undo)
