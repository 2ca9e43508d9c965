"""`ops doctor` shows each setting with its source and judges what an account may do, and never shows a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.cli.environment import demo_settings
from app.config.settings import Settings
from app.config.sources import Source, setting_lines
from app.core.database_facts import SessionFacts, judge_session
from app.core.database_rights import IDENTITIES, VALUE, HeldRights, beyond_tables, judge_rights, rights_needed
from app.core.startup import Finding, Level
from app.db.cache import Cache
from app.flows.look_closer import look_closer
from app.services import House
from tests.db.databases import ask
from tests.fixtures import demo_data
from tests.ports import free_port
from tests.startup.conftest import GRANTS, STRONG, OpenHouse, ProductionServer, production

CANARY = "canary-7f3a"


def warned(findings: list[Finding]) -> list[str]:
    return [found.name for found in findings if not found.ok]


async def closer(house: House, redis_url: str | None = None) -> list[Finding]:
    cache = Cache(redis_url)
    try:
        return await look_closer(house, cache, grants_sql=GRANTS.read_text())
    finally:
        await cache.close()


def test_each_setting_names_its_source_and_secrets_are_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("LOG_LEVEL=DEBUG\nJWT_KID=k7\n")
    (tmp_path / "secret").write_text(f"{STRONG}{CANARY}")
    monkeypatch.setenv("JWT_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("jwt_kid", "k8")
    monkeypatch.setenv("DATABASE_URL", f"mysql+aiomysql://dojang:{CANARY}@db:3306/dojang")
    lines = {line.name: line for line in setting_lines(Settings(env="demo"), given={"env"})}
    assert set(lines) == {name.upper() for name in Settings.model_fields}
    assert [lines[name].source for name in ("ENV", "JWT_KID", "JWT_SECRET", "LOG_LEVEL", "DB_READ_POOL")] == [
        Source.GIVEN, Source.ENVIRONMENT, Source.SECRET_FILE, Source.DOTENV, Source.DEFAULT
    ]  # fmt: skip
    assert (lines["JWT_KID"].value, lines["LOG_LEVEL"].value) == ("k8", "DEBUG")
    assert lines["DATABASE_URL"].value == "mysql+aiomysql://dojang:********@db:3306/dojang"
    assert (lines["JWT_SECRET"].value, lines["SENTRY_DSN"].value) == ("********", "–")
    assert CANARY not in str(lines)


def test_no_setting_is_shown_as_python_writes_it() -> None:
    plain = Settings(_env_file=None, env="test")
    told = Settings(
        _env_file=None, env="test", debug=True, cors_origins=("https://a.example", "https://b.example"),
        rate_limits={"POST": 2.0}, jwks_allowed_networks=("10.20.0.0/16",), archive_dir="/var/a",
        embed_ancestors={"main": ("https://a.example",)}, drain_seconds=5,
    )  # fmt: skip
    for settings in (plain, told):
        for line in setting_lines(settings):
            is_list = line.value.startswith("(") or "()" in line.value
            assert not is_list and line.value not in {"True", "False", "None", "{}", "[]"}, line
            assert "'" not in line.value and "Path(" not in line.value, line
    shown = {line.name: line.value for line in setting_lines(plain)}
    assert (shown["DEBUG"], shown["DOCS_ENABLED"], shown["CORS_ORIGINS"], shown["EMBED_ANCESTORS"]) == (
        "off", "on", "none", "none",
    )  # fmt: skip
    shown = {line.name: line.value for line in setting_lines(told)}
    assert shown["CORS_ORIGINS"] == "https://a.example, https://b.example"
    assert (shown["RATE_LIMITS"], shown["JWKS_ALLOWED_NETWORKS"], shown["DB_BUDGET_SECONDS"]) == (
        '{"POST": 2.0}', "10.20.0.0/16", "5",
    )  # fmt: skip


def test_the_doctor_speaks_to_people_and_machines_and_its_exit_code_says_whether_a_start_is_refused(
    tmp_path: Path,
) -> None:
    settings = demo_settings(tmp_path, None)
    command = ["ops", "doctor", "--data", str(tmp_path)]
    refused = CliRunner().invoke(app, command)
    assert refused.exit_code == 1
    assert "fail  schema" in refused.stdout
    demo_data(tmp_path)
    told = CliRunner().invoke(app, [*command, "--json"])
    assert told.exit_code == 0, told.output
    answer = json.loads(told.stdout)
    assert {"name": "ENV", "value": "demo", "source": "given"} in answer["settings"]
    names = [found["name"] for found in answer["findings"]]
    assert {"schema", "session", "worker", "redis"} <= set(names)
    assert len(names) == len(set(names))
    secret = settings.jwt_secret.get_secret_value()
    assert secret not in told.stdout + CliRunner().invoke(app, command).stdout


def as_the_file_says(server: ProductionServer) -> Settings:
    return production(server.url_of(VALUE), identity_database_url=server.url_of(IDENTITIES))


async def test_one_account_for_everything_is_remarked(server: ProductionServer, open_house: OpenHouse) -> None:
    findings = await closer(open_house(production(server.url_of(VALUE))))
    assert {"accounts", "rights_missing"} <= set(warned(findings))
    (missing,) = [found for found in findings if found.name == "rights_missing" and not found.ok]
    assert "INSERT on api_keys" in missing.detail


async def test_a_production_server_set_up_as_the_file_says_has_nothing_to_remark(
    server: ProductionServer, open_house: OpenHouse
) -> None:
    findings = await closer(open_house(as_the_file_says(server)))
    assert warned(findings) == ["worker"], "nobody ever worked here"
    told = {found.name: found.detail for found in findings}
    assert (told["isolation"], told["charset"], told["session_time_zone"]) == ("READ-COMMITTED", "utf8mb4", "+00:00")


async def test_an_account_with_more_rights_than_the_file_gives_is_remarked(
    server: ProductionServer, open_house: OpenHouse
) -> None:
    ask(server.url, "GRANT DELETE ON dojang.user_event_log TO dojang@'%'")
    ask(server.url, "GRANT DROP ON dojang.* TO dojang@'%'")
    try:
        findings = await closer(open_house(as_the_file_says(server)))
    finally:
        ask(server.url, "REVOKE DELETE ON dojang.user_event_log FROM dojang@'%'")
        ask(server.url, "REVOKE DROP ON dojang.* FROM dojang@'%'")
    (beyond,) = [found for found in findings if found.name == "rights_beyond" and not found.ok]
    assert beyond.level is Level.WARN
    assert "DROP on dojang" in beyond.detail
    assert "DELETE on user_event_log" in beyond.detail


async def test_an_account_that_lacks_a_right_is_remarked(server: ProductionServer, open_house: OpenHouse) -> None:
    ask(server.url, "REVOKE UPDATE ON dojang.wallets FROM dojang@'%'")
    try:
        findings = await closer(open_house(as_the_file_says(server)))
    finally:
        ask(server.url, "GRANT UPDATE ON dojang.wallets TO dojang@'%'")
    (missing,) = [found for found in findings if found.name == "rights_missing" and not found.ok]
    assert (missing.level, "UPDATE on wallets" in missing.detail) == (Level.WARN, True)


async def test_a_redis_that_is_away_is_remarked_and_one_that_was_never_there_is_not(
    sqlite_file: str, open_house: OpenHouse
) -> None:
    house = open_house(production(sqlite_file))
    assert "redis" not in warned(await closer(house))
    assert "redis" in warned(await closer(house, f"redis://127.0.0.1:{free_port()}/0"))


@pytest.mark.parametrize(
    ("shown", "beyond"),
    [
        ("GRANT USAGE ON *.* TO `dojang`@`%` IDENTIFIED BY PASSWORD '*A'", ()),
        ("GRANT SELECT, LOCK TABLES ON `dojang`.* TO `dojang`@`%`", ()),
        ("GRANT SELECT, INSERT ON `dojang`.* TO `dojang`@`%`", ("INSERT on dojang",)),
        ("GRANT UPDATE ON `dojang`.`wallets` TO `dojang`@`%`", ()),
        ("GRANT `eraser` TO `dojang`@`%`", ()),
        ("GRANT SELECT, CREATE ON `dojang`.* TO `dojang`@`%`", ("CREATE on dojang",)),
        ("GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION", ("ALL PRIVILEGES on everything",)),
        ("GRANT SELECT ON *.* TO `dojang`@`%`", ("SELECT on everything",)),
    ],
)
def test_rights_beyond_tables_are_read_as_servers_write_them(shown: str, beyond: tuple[str, ...]) -> None:
    assert beyond_tables([shown]) == beyond


def test_the_file_of_grants_is_read() -> None:
    needed = rights_needed(GRANTS.read_text(), VALUE)
    assert {("INSERT", "wallets"), ("UPDATE", "wallets"), ("DELETE", "outbox")} <= needed
    assert ("INSERT", "staff") in rights_needed(GRANTS.read_text(), IDENTITIES) - needed
    many = frozenset(("DELETE", f"t{n}") for n in range(9))
    (missing, beyond) = judge_rights(needed, HeldRights(needed | many, ()), "this account")
    assert missing.ok
    assert beyond.detail.count("DELETE on") == 6
    assert "and 3 more" in beyond.detail


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("isolation", {"transaction_isolation": "REPEATABLE-READ"}),
        ("charset", {"character_set_connection": "latin1"}),
        ("session_time_zone", {"time_zone": "SYSTEM"}),
    ],
)
def test_a_session_that_is_not_as_we_open_it_is_remarked(name: str, values: dict[str, str]) -> None:
    fine = {"tx_isolation": "READ-COMMITTED", "character_set_connection": "utf8mb4", "time_zone": "+00:00"}
    assert warned(judge_session(SessionFacts(fine, "utf8mb4_bin", True))) == []
    assert warned(judge_session(SessionFacts(fine | values, "utf8mb4_bin", False))) == [name]
    assert warned(judge_session(SessionFacts(fine, "utf8mb4_general_ci", True))) == ["collation"]
