"""Every setting of the service, read once at start-up from the environment (and `.env`).

A secret may also come from a file: `JWT_SECRET_FILE=/run/secrets/jwt` stands for `JWT_SECRET`. What each setting says
is also its line in docs/settings.md; a process takes its settings by `loading.load_settings`, which explains mistakes.
"""

import json
import re
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, IPvAnyAddress, SecretStr, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from app.config.fields import (
    LONGEST_DAYS,
    PRODUCTION_HOST_RATE,
    KeyId,
    LimitName,
    Name,
    NamedFile,
    UnitName,
    amount,
    kept_by_retain,
    limit_of_a_host,
    require_address,
    seals_file,
    seals_url,
)  # fmt: skip
from app.config.secret_files import SecretFiles

# a person can't press faster, and signs in, out or makes a team more rarely
PRODUCTION_RATE_LIMITS = {"GET": 20.0, "POST": 10.0, "get_token": 5.0, "log_out": 2.0, "make_team": 0.5}


class Settings(BaseSettings):
    """The settings of one process. Immutable; unknown variables of the environment are ignored here."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, hide_input_in_errors=True,
        enable_decoding=False,
    )  # fmt: skip

    env: Literal["development", "test", "demo", "production"] = Field(
        "development", description="What the service is for. `production` refuses to start with an unsafe setting."
    )
    debug: bool = Field(False, description="Errors show code. Production refuses it.")
    docs_enabled: bool = Field(True, description="Pages that describe the API to everybody. Production refuses them.")

    database_url: str = Field(
        "sqlite+aiosqlite:///.dojang/dojang.db",
        pattern=r"^(sqlite\+aiosqlite|(mysql|mariadb)\+aiomysql)://",
        description="The database. Other servers of a cluster: `?failover=host:port`, several times.",
        examples=["mysql+aiomysql://dojang:PASSWORD@127.0.0.1:3306/dojang"],
    )
    identity_database_url: str | None = Field(
        None, pattern=r"^(mysql|mariadb)\+aiomysql://",
        description="The same database for the account that may write operators, keys and sign-ins.",
        examples=["mysql+aiomysql://dojang_identities:PASSWORD@127.0.0.1:3306/dojang"],
    )  # fmt: skip
    sqlite_in_production: bool = Field(
        False, description="Production runs on SQLite: one process, and you make the backups. Else it is refused."
    )
    # processes x (write + read pool) + workers + 10 must stay below the server's max_connections (default 151)
    db_write_pool: int = Field(6, ge=1, le=200, description="Connections that write, for each process.")
    # measured: 200 players of mixed traffic on one process ran out of 4 (7 of 31,000 reads waited over 2 s)
    db_read_pool: int = Field(12, ge=1, le=200, description="Connections that read, for each process.")
    db_pool_timeout_seconds: float = Field(
        3.0, gt=0, le=600, description="How long a request waits for a free connection."
    )
    # nginx gives up after 15 s
    db_budget_seconds: float = Field(
        5.0, gt=0, le=600, description="The time of one request for a transaction with all its retries."
    )
    redis_url: str | None = Field(
        None,
        pattern=r"^(rediss?://[^\s]+)?$",
        description="Redis, for faster live news. Everything works without it.",
        examples=["redis://127.0.0.1:6379/0"],
    )

    jwt_secret: SecretStr = Field(
        SecretStr(""),
        description="Signs our tokens. At least 32 random bytes: `openssl rand -base64 48` makes one.",
        examples=["THE-OUTPUT-OF-openssl-rand-base64-48"],
    )
    jwt_kid: KeyId = Field("k1", description="The key id of `JWT_SECRET`.")
    jwt_previous_secret: SecretStr | None = Field(
        None,
        description="The secret before, while secrets are rotated: its tokens are still accepted.",
        examples=["THE-SECRET-BEFORE"],
    )
    jwt_previous_kid: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="The key id of `JWT_PREVIOUS_SECRET`.", examples=["k0"]
    )
    encryption_key: SecretStr | None = Field(
        None,
        description="Encrypts secrets in the database. Production needs one; elsewhere `JWT_SECRET` stands in.",
        examples=["THE-OUTPUT-OF-openssl-rand-base64-48"],
    )
    encryption_previous_key: SecretStr | None = Field(None, description="The key before, while keys are rotated.")
    jwt_issuer: Name = Field("dojang", description="`iss` of our tokens.")
    jwt_audience: Name = Field("dojang", description="`aud` of our tokens.")
    access_ttl_seconds: int = Field(15 * 60, ge=60, le=86_400, description="How long an access token is valid.")
    refresh_ttl_seconds: int = Field(
        7 * 86_400, ge=3600, le=366 * 86_400, description="How long a refresh token is valid."
    )
    refresh_family_ttl_seconds: int = Field(
        30 * 86_400, ge=3600, le=366 * 86_400, description="How long one sign-in lasts with all its refreshes."
    )

    feature_gate_enabled: bool = Field(False, description="Features follow the schedule of QA. Production refuses it.")
    approval_threshold_points: int = amount(10_000, "Of a cause: worth more waits for a second operator.", least=0)
    reward_unit_points: dict[UnitName, Annotated[int, Field(ge=0, le=10**9)]] = Field(
        default_factory=dict, examples=['{"TOKEN": 20, "COUPON:COFFEE": 5000}'],
        description="What a unit of other rewards is worth in POINT, of a kind or of one code.",
    )  # fmt: skip
    admin_grant_max: int = amount(1_000_000, "The largest single gift of an operator.")
    admin_grant_daily_max: int | None = amount(
        None, "What one operator may give of a token in a KST day. Not set: ten of the largest gifts.",
        example=5_000_000,
    )  # fmt: skip
    admin_grant_daily_points: int = amount(10_000_000, "The same of everything together, by its worth in POINT.")

    cors_origins: tuple[str, ...] = Field(
        (), description="Whose browsers may call the API.", examples=['["https://shop.example"]']
    )
    embed_ancestors: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Which origins may frame the small board, by the host's code.",
        examples=['{"main": ["https://lms.example"]}'],
    )
    max_body_bytes: int = Field(64 * 1024, ge=1024, le=2**30, description="The largest body of a request.")
    # 1,000 events of 2 KB
    max_events_body_bytes: int = Field(
        2 * 1024 * 1024, ge=1024, le=2**30,
        description="The largest body of `POST /api/events` and `POST /api/players`.",
    )  # fmt: skip
    # a season of a hundred levels, in Korean, as a form encodes it
    max_admin_body_bytes: int = Field(
        1024 * 1024, ge=1024, le=2**30, description="The largest body of an operator's call or form."
    )
    # 200,000 codes of 60 bytes; kept on disk while they are read
    max_upload_bytes: int = Field(
        16 * 1024 * 1024, ge=1024, le=2**30, description="The largest file that an operator uploads."
    )
    event_tolerance_hours: int = Field(48, ge=1, le=744, description="How late after its time a host's event is taken.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least level of the log.")
    log_format: Literal["json", "console"] = Field("json", description="How log lines look.")
    access_log: bool = Field(True, description="A log line for each request.")
    # some ten rows each, a fraction of a second under lock
    settlement_chunk: int = Field(500, ge=1, le=2_000, description="Players of one transaction of a settlement.")
    # the worker prolongs the lease three times as often
    job_lease_seconds: int = Field(30, ge=1, le=3600, description="How long a silent worker keeps its job.")
    # each is a socket and some kilobytes
    stream_connections: int = Field(1_000, ge=1, le=10_000, description="Live streams of one process.")
    stream_connections_total: int = Field(4_000, ge=1, le=10**6, description="Live streams of all processes together.")
    stream_seconds: int = Field(600, ge=1, le=3600, description="After this a live stream ends and is opened again.")
    # whoever tries the service sends a thousand plays of one player
    rate_limits: dict[LimitName, Annotated[float, Field(gt=0, le=1e9)]] | None = Field(
        None,
        description="Calls a second of one player, by operation id or method. `{}`: no limits. Not set: 20 GET, 10"
        " POST, 5 get_token, 2 log_out and 0.5 make_team in production, no limits elsewhere.",
        examples=['{"GET": 20, "POST": 10, "play_roulette": 2}'],
    )
    rate_limit_burst_seconds: float = Field(2, gt=0, le=60, description="What may come in this time may come at once.")
    host_rate_limit: float | None = limit_of_a_host()
    host_rejected_events_a_day: int = Field(
        10_000, ge=0, le=10**9, description="Refused events kept of one host and KST day; the rest is counted."
    )
    # /health/ready already says 503, so that whoever balances looks elsewhere, and answers close their connections
    drain_seconds: float | None = Field(
        None, ge=0, le=60,
        description="How long a stopping process still accepts connections. Not set: 5 in production, else 0.",
        examples=[5],
    )  # fmt: skip
    jwks_allowed_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        (),
        description="Private networks of hosts' key servers (JWKS). Not set: keys come from the internet only.",
        examples=['["10.20.0.0/16"]'],
    )
    webhook_allow_private: bool = Field(
        False, description="Webhooks may reach this machine and its network, unencrypted. Production refuses it."
    )
    # below the lease of a try; the specification advises 15 to 30 s
    webhook_timeout_seconds: float = Field(15.0, gt=0, le=30, description="How long a webhook waits for its answer.")
    audit_seals_file: NamedFile | None = seals_file()
    audit_seals_url: str | None = seals_url()
    retain_runs_days: int = Field(7, ge=1, le=LONGEST_DAYS, description="How long runs of jobs are kept.")
    # long enough for an operator to ask the host about them; the document may hold what a player did
    retain_rejected_events_days: int = Field(
        90, ge=1, le=LONGEST_DAYS, description="How long refused events of hosts are kept."
    )
    # what was handed on lives on in the deliveries
    retain_announcements_days: int = Field(
        7, ge=4, le=LONGEST_DAYS, description="How long news that was handed on is kept."
    )
    retain_deliveries_days: int = Field(
        30, ge=4, le=LONGEST_DAYS, description="How long deliveries of webhooks are kept, and can be replayed."
    )
    retain_event_log_days: int | None = kept_by_retain("the events of players", 730)
    retain_answers_days: int | None = kept_by_retain("answers to idempotency keys", 400)
    retain_event_data_days: int | None = kept_by_retain("the data of hosts' events", 400)
    archive_dir: Path | None = Field(
        None, description="Where rows are written before they are deleted. Not set: nowhere.",
        examples=["/var/lib/dojang/archive"],
    )  # fmt: skip
    demo_data: Path | None = Field(None, description="The folder of a demo; `./run demo` sets it.", examples=[".demo"])
    sentry_dsn: SecretStr | None = Field(
        None, description="Where errors are reported.", examples=["https://KEY@sentry.example/1"]
    )  # fmt: skip
    otel_service_name: Name = Field("dojang", description="The service's name in traces.")
    otel_exporter_otlp_endpoint: str | None = Field(
        None, pattern=r"^https?://[^\s?#]+$", description="Where traces go, as OTLP over HTTP. Not set: nowhere.",
        examples=["http://127.0.0.1:4318"],
    )  # fmt: skip
    web_concurrency: int = Field(1, ge=1, le=64, description="Processes of the API.")
    forwarded_allow_ips: str = Field(
        "127.0.0.1",
        min_length=1,
        max_length=2000,
        description="Addresses or networks, separated by commas, whose X-Forwarded-* headers are believed: nginx's.",
    )
    metrics_port: int | None = Field(
        None, ge=1, le=65_535,
        description="Where a process shows what it counted: a port of its own, never the players'. Each of"
        " WEB_CONCURRENCY processes takes the next free one. Not set: nowhere.", examples=[9000],
    )  # fmt: skip
    metrics_address: IPvAnyAddress = Field(IPv4Address("127.0.0.1"), description="The address of `METRICS_PORT`.")

    @field_validator(
        "cors_origins", "embed_ancestors", "rate_limits", "jwks_allowed_networks", "reward_unit_points", mode="before"
    )
    @classmethod
    def _read_json(cls, value: object) -> object:
        """A text that is no JSON stays a text, which no such setting takes."""
        try:
            return json.loads(value) if isinstance(value, str) else value
        except (ValueError, RecursionError):
            return value

    @field_validator("*", mode="before")
    @classmethod
    def _is_text(cls, value: object) -> object:
        """Raises ValueError on bytes of the environment that are no UTF-8."""
        if isinstance(value, str):
            value.encode()
        return value

    @field_validator("database_url", "identity_database_url", "redis_url")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        return require_address(value)

    @field_validator("sentry_dsn")
    @classmethod
    def _is_of_sentry(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"https?://[^@\s]+@[^/\s]+(/\S*)?/\d+", value.get_secret_value()):
            raise ValueError("not an address of Sentry")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        dotenv = dotenv_settings.env_vars if isinstance(dotenv_settings, DotEnvSettingsSource) else {}
        return (init_settings, env_settings, SecretFiles(settings_cls, dotenv), dotenv_settings)

    @property
    def daily_grant_cap(self) -> int:
        return self.admin_grant_daily_max or 10 * self.admin_grant_max

    @property
    def limits_per_player(self) -> dict[str, float]:
        """What is in force."""
        if self.rate_limits is not None:
            return self.rate_limits
        return PRODUCTION_RATE_LIMITS if self.env == "production" else {}

    @property
    def limit_per_host(self) -> float | None:
        """What is in force, in calls a second."""
        return self.host_rate_limit or (PRODUCTION_HOST_RATE if self.env == "production" else None)

    @property
    def drain_wait_seconds(self) -> float:
        """Five seconds are above nginx's keep-alive: every idle connection ends before ours would be cut."""
        if self.drain_seconds is not None:
            return self.drain_seconds
        return 5.0 if self.env == "production" else 0.0

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")
