"""What makes a start unsafe: the settings judged one by one. Each judge says what it found, also when all is well."""

import os
import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network
from typing import NoReturn
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.config.secret_files import SettingsRefused
from app.config.settings import Settings
from app.config.shapes import example_of
from app.core.tokens import NEEDS_A_KID

EXIT_CODE = 78  # EX_CONFIG of sysexits.h: starting again without a change would not help
SECRET_BYTES = 32  # as long as the HMAC of HS256; RFC 7518 3.2 demands it
DIFFERENT_BYTES = 16
# words that stand in placeholders; random text of base64 holds one in fewer than one of 10^9 secrets
GUESSABLE = ("secret", "changeme", "password", "example", "placeholder", "0123456789", "abcdefgh")
WIDEST_PROXY_NETWORK = 2**16
WIDEST_KEY_PREFIX = 8
NOT_MEANT = (
    "DATABASE_URL is not set, or names SQLite: it must name a server, for example"
    f" DATABASE_URL={example_of('database_url')} (or SQLITE_IN_PRODUCTION=true: one process, and you make the backups)"
)
HTTPS_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d+)?")


class Level(StrEnum):
    """How bad a finding is. In production one `fail` is enough to refuse the start."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact and its judgement, in words that hold no secret."""

    name: str
    level: Level
    detail: str

    @property
    def ok(self) -> bool:
        return self.level is Level.OK


class StartupRefused(SettingsRefused):
    """This process must not serve."""


def leave_process(refusal: SettingsRefused) -> NoReturn:
    """Ends the process with code 78 and one line per problem on stderr.

    At once: inside uvicorn's lifespan a SystemExit would become a traceback and code 3.
    """
    sys.stderr.writelines(f"dojang: {problem}\n" for problem in refusal.problems)
    sys.stderr.flush()
    os._exit(EXIT_CODE)


def verdict(name: str, problem: str | None, fine: str, *, level: Level = Level.FAIL) -> Finding:
    """The problem at this level, or what is fine when there is none."""
    return Finding(name, level, problem) if problem else Finding(name, Level.OK, fine)


def judge_settings(settings: Settings) -> list[Finding]:
    """Every judgement that needs nothing but the settings and this machine."""
    return [
        _jwt_secret(settings),
        _previous_jwt_secret(settings),
        _encryption_key(settings),
        _database_user(settings),
        _sqlite(settings),
        _cors_origins(settings),
        _proxies(settings),
        verdict("debug", "DEBUG is on: errors would show code; set DEBUG=false" if settings.debug else None, "off"),
        verdict("api_docs", "DOCS_ENABLED is on: set DOCS_ENABLED=false" if settings.docs_enabled else None, "off"),
        verdict(
            "feature_gate",
            "FEATURE_GATE_ENABLED is on: features would follow the schedule of QA; set FEATURE_GATE_ENABLED=false"
            if settings.feature_gate_enabled
            else None,
            "off",
        ),
        verdict(
            "webhook_allow_private",
            "WEBHOOK_ALLOW_PRIVATE is on: a webhook could reach the inside of your network; set it to false"
            if settings.webhook_allow_private
            else None,
            "off",
        ),
        _jwks_networks(settings),
        _time_zone_data(),
    ]


def _jwt_secret(settings: Settings) -> Finding:
    weakness = weakness_of(settings.jwt_secret.get_secret_value())
    return verdict("jwt_secret", weakness and f"JWT_SECRET {weakness}", "long and varied")


def _previous_jwt_secret(settings: Settings) -> Finding:
    """Tokens signed with it are still believed, so it must be as strong."""
    secret = settings.jwt_previous_secret
    if not secret or not secret.get_secret_value():
        return Finding("jwt_previous_secret", Level.OK, "not set")
    weakness = weakness_of(secret.get_secret_value())
    problem = weakness and f"JWT_PREVIOUS_SECRET {weakness}"
    if settings.jwt_previous_kid in (None, "", settings.jwt_kid):
        problem = NEEDS_A_KID
    return verdict("jwt_previous_secret", problem, "strong")


def _encryption_key(settings: Settings) -> Finding:
    """A key of its own: whoever reads a token's secret must not read the hosts' secrets, and the two rotate apart."""
    key = settings.encryption_key
    if key is None:
        weakness: str | None = "is not set: secrets in the database need a key of their own"
    elif key.get_secret_value() == settings.jwt_secret.get_secret_value():
        weakness = "is JWT_SECRET: secrets in the database need a key of their own"
    else:
        weakness = weakness_of(key.get_secret_value())
    return verdict("encryption_key", weakness and f"ENCRYPTION_KEY {weakness}", "long and varied")


def weakness_of(secret: str) -> str | None:
    """Why a signing secret could be guessed; None when nothing speaks against it."""
    raw = secret.encode()
    plain = re.sub(r"[^a-z0-9]", "", secret.lower())
    if any(word in plain for word in GUESSABLE):
        return "holds a word of an example: make one with `openssl rand -base64 48`"
    if len(raw) < SECRET_BYTES:
        return f"has {len(raw)} bytes; {SECRET_BYTES} are needed: make one with `openssl rand -base64 48`"
    if len(set(raw)) < DIFFERENT_BYTES:
        few = len(set(raw))
        return f"has only {few} different bytes; {DIFFERENT_BYTES} are needed: make one with `openssl rand -base64 48`"
    return None


def _database_user(settings: Settings) -> Finding:
    if settings.is_sqlite:
        return Finding("database_user", Level.OK, "SQLite has none")
    login = urlsplit(settings.database_url)
    user = unquote(login.username or "")
    problem = None
    if user in ("", "root"):
        problem = f"DATABASE_URL signs in as '{user}': use the user of docker/mysql-grants.sql"
    elif not login.password:
        problem = f"DATABASE_URL has no password for '{user}': write DATABASE_URL={example_of('database_url')}"
    return verdict("database_user", problem, user)


def _sqlite(settings: Settings) -> Finding:
    """SQLite must be meant: a small installation runs well on one process with backups of its own."""
    if not settings.is_sqlite:
        return Finding("sqlite", Level.OK, "not used")
    if settings.env == "production" and not settings.sqlite_in_production:
        return Finding("sqlite", Level.FAIL, NOT_MEANT)
    if settings.web_concurrency > 1:
        detail = f"WEB_CONCURRENCY is {settings.web_concurrency}: SQLite has one writer, use 1 or a MySQL server"
        return Finding("sqlite", Level.FAIL, detail)
    return Finding("sqlite", Level.WARN, "in use: one process, and backups are yours to make")


def require_meant_database(settings: Settings) -> None:
    """Returns when this database may be filled; raises StartupRefused on a SQLite that production was not told of."""
    if _sqlite(settings).detail == NOT_MEANT:
        raise StartupRefused([NOT_MEANT])


def _cors_origins(settings: Settings) -> Finding:
    refused = [origin for origin in settings.cors_origins if not HTTPS_ORIGIN.fullmatch(origin)]
    problem = (
        f"CORS_ORIGINS must be exact https:// origins, for example {example_of('cors_origins')}" if refused else None
    )
    return verdict("cors_origins", problem, ", ".join(settings.cors_origins) or "none")


def _proxies(settings: Settings) -> Finding:
    """Whoever is believed may say that a request came over https, and from anywhere. Beyond a /16 it is no list."""
    refused = [part for part in settings.forwarded_allow_ips.split(",") if not _is_narrow_network(part.strip())]
    problem = f"FORWARDED_ALLOW_IPS must name nginx's addresses or network, for example 10.0.0.5: {', '.join(refused)}"
    return verdict("forwarded_allow_ips", problem if refused else None, settings.forwarded_allow_ips)


def _jwks_networks(settings: Settings) -> Finding:
    """Whoever sets a host's key address could call everything in them. /8 is the largest private network there is."""
    named = ", ".join(map(str, settings.jwks_allowed_networks))
    wide = [str(network) for network in settings.jwks_allowed_networks if network.prefixlen < WIDEST_KEY_PREFIX]
    problem = (
        "JWKS_ALLOWED_NETWORKS must name the networks of key servers, /8 or narrower, for example"
        f" {example_of('jwks_allowed_networks')}: {', '.join(wide)}"
    )
    return verdict("jwks_allowed_networks", problem if wide else None, named or "none")


def _is_narrow_network(part: str) -> bool:
    try:
        return ip_network(part).num_addresses <= WIDEST_PROXY_NETWORK
    except ValueError:
        return False


def _time_zone_data() -> Finding:
    try:
        ZoneInfo("Asia/Seoul")
    except ZoneInfoNotFoundError:
        return Finding("time_zone_data", Level.FAIL, "Asia/Seoul is unknown: install the tzdata package")
    return Finding("time_zone_data", Level.OK, "Asia/Seoul is known")
