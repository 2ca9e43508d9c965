"""Whatever a setting is set to, a process takes it or says the setting, its shape and an example, and no value."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.config.loading import load_settings, meant
from app.config.operations import LIMITABLE
from app.config.secret_files import SECRETS, SettingsRefused
from app.config.settings import Settings
from app.config.settings_ko import KOREAN
from app.config.shapes import example_of
from app.container import Container
from app.main import create_app
from tests.architecture.house import ROOT
from tests.routes.rules import PLAYER, RULES
from tests.startup.conftest import STRONG

CANARY = "canary"
MALFORMED = (
    "", " ", "x", "-1", "0", "1.5", "1e999", "nan", "-inf", "9" * 30, "9" * 5000, "true", "null", "{", "[", '"text"',
    "[1, 2]", '{"a": {"b": 1}}', "[" * 100_000, "https://a.example", "한글", "../x", "mysql+aiomysql://u:canary@h:port/x",
    "mysql+aiomysql://u:canary@h/x?failover=a:b", "redis://:canary@h:port", "https://canary@host/no-number", "\udcff",
)  # fmt: skip
SAID_WRONG = [
    "DATABSE_URL", "DATABASE_URI", "DATABASEURL", "DB_URL", "DB_HOST", "DOJANG_DATABASE_URL", "JWT_SECERT",
    "JWT_SECRETS", "JWT_SECERT_FILE", "JWT_KID_FILE", "EVN", "DEBGU", "REDIS_URI", "REDIS_HOST", "CORS_ORIGIN",
    "EMBED_ANCESTOR", "WEB_CONCURENCY", "LOGLEVEL", "RETAIN_EVENTS_DAYS", "SENTRY_DNS", "RATE_LIMIT", "WEBHOOK_TIMEOUT",
]  # fmt: skip
OF_OTHERS = [
    "PATH", "HOME", "VENV", "NODE_ENV", "LANG", "TERM", "PWD", "USER", "HOSTNAME", "PORT", "TZ", "EDITOR", "PYTHONPATH",
    "CI", "VIRTUAL_ENV", "OTEL_TRACES_SAMPLER", "OTEL_RESOURCE_ATTRIBUTES", "SENTRY_RELEASE", "DEBIAN_FRONTEND",
    "REDIS_PORT", "DB_SERVICE_HOST", "REDIS_PORT_6379_TCP_ADDR", "DOJANG_IMAGE", "DB_ROOT_PASSWORD",
    "DATABASE_HOST", "JWT_SECRET_FILE",
]  # fmt: skip


@pytest.fixture(autouse=True)
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without `.env`, and nothing set but a secret."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("JWT_SECRET", STRONG)
    monkeypatch.setenv("JWT_PREVIOUS_KID", "k0")
    return tmp_path


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_malformed_value_of_every_setting_is_taken_or_explained(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in MALFORMED:
        monkeypatch.setenv(name.upper(), value)
        try:
            settings = load_settings()
            if not isinstance(getattr(settings, name), int | float | None):  # texts are read once more there
                Container(settings)
        except SettingsRefused as refusal:
            (problem,) = refusal.problems
            assert re.match(rf"{name.upper()} must .+, for example .+", problem), problem
            assert CANARY not in problem
            assert len(problem) < 300


@pytest.mark.parametrize("name", ["play_roulete", "PLAY_ROULETTE", "post", "PUT", "admin_me", "*", ""])
def test_a_limit_for_a_call_that_players_do_not_have_is_explained(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_LIMITS", json.dumps({"GET": 20, name: 2}))
    with pytest.raises(SettingsRefused) as refusal:
        load_settings()
    (problem,) = refusal.value.problems
    assert re.match(r"RATE_LIMITS must be .+operation ids of players' calls.+, for example RATE_LIMITS=\{", problem)


def test_every_call_of_a_player_can_be_limited_by_its_name_and_no_other() -> None:
    paths = create_app(Settings(_env_file=None, env="test", jwt_secret=STRONG)).openapi()["paths"]
    of_players = {
        operation["operationId"]
        for path, operations in paths.items()
        for method, operation in operations.items()
        if RULES.get((method.upper(), path)) == PLAYER
    }
    assert of_players | {"GET", "POST", "get_token", "log_out"} == LIMITABLE
    assert {method for (method, _), who in RULES.items() if who == PLAYER} == {"GET", "POST"}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_example_of_every_setting_is_taken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name.upper(), example_of(name))
    load_settings()


@pytest.mark.parametrize(
    "setting",
    [
        "CORS_ORIGINS=https://a.example",
        "EMBED_ANCESTORS={…}",
        "JWT_SECRET_FILE=/nope",
        "DB_WRITE_POOL=many",
        "ENV=prod",
    ],
)
@pytest.mark.parametrize("command", ["ops reconcile", "ops doctor", "ops migrate", "ops rotate-jwt-secret"])
def test_each_command_ends_with_78_and_a_line(setting: str, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, _, value = setting.partition("=")
    monkeypatch.setenv(name, value)
    ended = CliRunner().invoke(app, command.split())
    assert ended.exit_code == 78, ended.output
    assert len(ended.output.splitlines()) == 1, ended.output
    assert re.match(rf"dojang: {name} .+ for example {name}=", ended.output)


@pytest.mark.parametrize("name", SAID_WRONG)
def test_a_name_that_means_a_setting_but_is_none_is_refused_wherever_it_stands(
    name: str, away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = rf"{name} in {{place}} is no setting: is [A-Z_]+=.+ meant\?"
    (away / ".env").write_text(f"{name}={CANARY}\n")
    with pytest.raises(SettingsRefused, match=said.format(place=r"\.env")) as refusal:
        load_settings()
    assert CANARY not in str(refusal.value)
    (away / ".env").unlink()
    monkeypatch.setenv(name, CANARY)
    with pytest.raises(SettingsRefused, match=said.format(place="the environment")):
        load_settings()
    monkeypatch.delenv(name)
    with pytest.raises(SettingsRefused, match=said.format(place="the demo's folder")):
        load_settings({name.lower(): CANARY})


@pytest.mark.parametrize("name", OF_OTHERS)
def test_a_name_of_other_software_is_left_alone(name: str) -> None:
    assert meant(name) is None


def test_no_name_of_the_deployment_s_own_files_is_refused() -> None:
    files = [ROOT / "docker-compose.yml", ROOT / "docker-compose.demo.yml", ROOT / ".env.example"]
    files += [path for path in (ROOT / "docker").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    names = {name for file in files for name in re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", file.read_text())}
    assert len(names) > 30
    assert {name: meant(name) for name in names if meant(name)} == {}


def test_a_misspelt_database_in_production_never_becomes_an_empty_sqlite_file(
    away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENV", "production")
    ended = CliRunner().invoke(app, ["ops", "migrate"])
    assert (ended.exit_code, "DATABASE_URL is not set" in ended.output) == (78, True)
    monkeypatch.setenv("DATABSE_URL", "mysql+aiomysql://u:canary@h/x")
    ended = CliRunner().invoke(app, ["ops", "migrate"])
    assert (ended.exit_code, "DATABSE_URL in the environment is no setting" in ended.output) == (78, True)
    assert not list(away.rglob("*.db"))
    monkeypatch.delenv("DATABSE_URL")
    monkeypatch.setenv("SQLITE_IN_PRODUCTION", "true")
    assert CliRunner().invoke(app, ["ops", "migrate"]).exit_code == 0


def test_a_secret_file_may_stand_in_env_and_one_that_is_none_is_explained(
    away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JWT_SECRET")
    (away / "secret").write_text(f"{STRONG}\n")
    (away / ".env").write_text("JWT_SECRET_FILE=secret\n")
    assert load_settings().jwt_secret.get_secret_value() == STRONG
    (away / "binary").write_bytes(b"\xff\xfe")
    for path in ("/nope", str(away), "/dev/zero", str(away / "binary"), "x" * 5000):
        for name in SECRETS:
            monkeypatch.setenv(f"{name.upper()}_FILE", path)
        with pytest.raises(SettingsRefused) as refusal:
            load_settings()
        assert len(refusal.value.problems) == len(SECRETS), "each file is named"
        assert all(re.match(r"[A-Z_]+_FILE names a file .+, for example ", line) for line in refusal.value.problems)


@pytest.mark.parametrize("text", [b"\xff\xfe", b"JWT_SECRET\n", b"LOG_LEVEL\nDEBUG=yes-no\n"])
def test_an_env_file_that_is_damaged_is_explained(text: bytes, away: Path) -> None:
    (away / ".env").write_bytes(text)
    with pytest.raises(SettingsRefused, match=r"\.env"):
        load_settings()


def test_the_doctor_of_a_fresh_clone_names_the_secret_and_the_way_to_make_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("JWT_SECRET")
    told = CliRunner().invoke(app, ["ops", "doctor"])
    assert told.exit_code == 1
    assert re.search(r"fail +jwt_secret +JWT_SECRET has 0 bytes; 32 are needed: .*openssl rand", told.output)
    assert "./run ops migrate" in told.output


def test_every_setting_is_described_in_both_languages() -> None:
    assert list(KOREAN) == list(Settings.model_fields)
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_example_file_names_settings_and_says_nothing_but_what_they_take(
    away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JWT_SECRET")
    text = (ROOT / ".env.example").read_text()
    lines = re.findall(r"^(?:# )?([A-Z_]+=.*)$", text, re.M)
    assert {line.partition("=")[0].lower() for line in lines} <= set(Settings.model_fields)
    assert "docs/settings.md" in text
    for line in lines:  # each alone, so that one that is commented out is tried too
        if not line.endswith("="):
            (away / ".env").write_text(f"{line}\n")
            load_settings()
