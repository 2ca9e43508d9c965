"""Every setting of the service, read once at start-up from the environment (and `.env`).

A secret may also come from a file: `JWT_SECRET_FILE=/run/secrets/jwt` stands for `JWT_SECRET`.
"""

import os
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, IPvAnyAddress, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

# a person can't press faster
PRODUCTION_RATE_LIMITS = {"GET": 20.0, "POST": 10.0}
SECRETS = ("jwt_secret", "jwt_previous_secret", "database_url", "redis_url", "sentry_dsn")


UnitName = Annotated[
    str, StringConstraints(pattern=r"^(TOKEN|XP|COUPON|ITEM|BADGE|ENTITLEMENT|HOST)(:[A-Z][A-Z0-9_]{0,49})?$")
]


class Settings(BaseSettings):
    """The settings of one process. Immutable; unknown variables of the environment are ignored."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    env: Literal["development", "test", "demo", "production"] = "development"
    debug: bool = False
    docs_enabled: bool = True

    database_url: str = Field(
        default="sqlite+aiosqlite:///.dojang/dojang.db", pattern=r"^(sqlite\+aiosqlite|(mysql|mariadb)\+aiomysql)://"
    )
    # processes x (write + read pool) + workers + 10 must stay below the server's max_connections (default 151)
    db_write_pool: int = Field(default=6, ge=1, le=200)
    # measured: 200 players of mixed traffic on one process ran out of 4 (7 of 31,000 reads waited over 2 s)
    db_read_pool: int = Field(default=12, ge=1, le=200)
    db_pool_timeout_seconds: float = Field(default=3.0, gt=0)
    # one request's budget for a transaction with all its retries; nginx gives up after 15 s
    db_budget_seconds: float = Field(default=5.0, gt=0)
    redis_url: str | None = None

    jwt_secret: SecretStr = SecretStr("")
    jwt_kid: str = "k1"
    jwt_previous_secret: SecretStr | None = None
    jwt_previous_kid: str | None = None
    jwt_issuer: str = "dojang"
    jwt_audience: str = "dojang"
    access_ttl_seconds: int = Field(default=15 * 60, ge=60)
    refresh_ttl_seconds: int = Field(default=7 * 24 * 3600, ge=3600)
    refresh_family_ttl_seconds: int = Field(default=30 * 24 * 3600, ge=3600)

    feature_gate_enabled: bool = False
    # what a player gets from one cause without a second person; everything counts, by what it is worth in POINT
    approval_threshold_points: int = Field(default=10_000, ge=0)
    # what a unit of other rewards is worth in POINT, of a kind or of one code: {"TOKEN": 20, "COUPON:COFFEE": 5000}
    reward_unit_points: dict[UnitName, Annotated[int, Field(ge=0, le=10**9)]] = Field(default_factory=dict)
    admin_grant_max: int = Field(default=1_000_000, ge=1)
    # per operator, token and KST day; none = ten grants of the largest size
    admin_grant_daily_max: int | None = Field(default=None, ge=1)
    # per operator and KST day, everything together by what it is worth in POINT
    admin_grant_daily_points: int = Field(default=10_000_000, ge=1)

    cors_origins: tuple[str, ...] = ()
    # which origins may frame the small board, by host code: {"main": ["https://lms.example"]}
    embed_ancestors: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    max_body_bytes: int = Field(default=64 * 1024, ge=1024)
    # of POST /api/events and /api/players alone: 1,000 events of 2 KB
    max_events_body_bytes: int = Field(default=2 * 1024 * 1024, ge=1024)
    # of operators' calls and forms: a season of a hundred levels, in Korean, as a form encodes it
    max_admin_body_bytes: int = Field(default=1024 * 1024, ge=1024)
    # of operators' files (paths that end in /upload): 200,000 codes of 60 bytes; kept on disk while they are read
    max_upload_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    # how long after its own time an event is still taken
    event_tolerance_hours: int = Field(default=48, ge=1, le=24 * 31)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"
    access_log: bool = True
    # players a settlement's transaction: some ten rows each, a fraction of a second under lock
    settlement_chunk: int = Field(default=500, ge=1, le=2_000)
    # how long a worker that gives no sign of life keeps its job; it prolongs the lease three times as often
    job_lease_seconds: int = Field(default=30, ge=1, le=3600)
    # live streams of one process: each is a socket and some kilobytes
    stream_connections: int = Field(default=1_000, ge=1, le=10_000)
    # a stream ends after this time and is opened again, so that a player who was blocked hears no more
    stream_seconds: int = Field(default=600, ge=1, le=3600)
    # Calls a second of one player, by operation id or by method; each operation has a bucket of its own. `{}` turns
    # them all off, and so does None outside production: whoever tries the service sends a thousand plays of one player.
    rate_limits: dict[str, Annotated[float, Field(gt=0, le=1e9)]] | None = None
    # what comes in this time may also come at once
    rate_limit_burst_seconds: float = Field(default=2.0, gt=0, le=60)
    # From SIGTERM until no more connections are accepted: /health/ready already says 503, so that whoever balances
    # looks elsewhere, and answers close their connections. None = 5 in production, else 0.
    drain_seconds: float | None = Field(default=None, ge=0, le=60)
    # networks inside where key servers of hosts (JWKS) stand, ["10.20.0.0/16"]; else keys come from the internet alone
    jwks_allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    # opens this machine and its network to webhooks, and lets them go unencrypted: for tests and demos only
    webhook_allow_private: bool = False
    # below the lease of a try; the specification advises 15 to 30 s
    webhook_timeout_seconds: float = Field(default=15.0, gt=0, le=30)
    # what the nightly job deletes when it is this many days over
    retain_runs_days: int = Field(default=7, ge=1)
    # long enough for an operator to ask the host about them; the document may hold what a player did
    retain_rejected_events_days: int = Field(default=90, ge=1)
    # what was handed on lives on in the deliveries; those can be replayed as long as they are there
    retain_announcements_days: int = Field(default=7, ge=4)
    retain_deliveries_days: int = Field(default=30, ge=4)
    # what only `ops retain` deletes, with the rights of the tables' owner; none = kept for ever
    retain_event_log_days: int | None = Field(default=None, ge=30)
    retain_answers_days: int | None = Field(default=None, ge=30)
    retain_event_data_days: int | None = Field(default=None, ge=30)
    # where rows are written before they are deleted; none = nowhere
    archive_dir: Path | None = None
    demo_data: Path | None = None
    sentry_dsn: SecretStr | None = None
    # where traces go, as OTLP over HTTP (http://collector:4318); none = nowhere
    otel_service_name: str = "dojang"
    otel_exporter_otlp_endpoint: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
    web_concurrency: int = Field(default=1, ge=1, le=64)
    # the addresses or networks, separated by commas, whose X-Forwarded-* headers are believed: nginx's, nobody else's
    forwarded_allow_ips: str = "127.0.0.1"
    # Where a process shows what it counted: a port of its own, never the players'. Each of WEB_CONCURRENCY processes
    # takes the next free one from here on. None = nowhere.
    metrics_port: int | None = Field(default=None, ge=1, le=65_535)
    metrics_address: IPvAnyAddress = IPv4Address("127.0.0.1")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, SecretFiles(settings_cls), dotenv_settings)

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
    def drain_wait_seconds(self) -> float:
        """Five seconds are above nginx's keep-alive: every idle connection ends before ours would be cut."""
        if self.drain_seconds is not None:
            return self.drain_seconds
        return 5.0 if self.env == "production" else 0.0

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


class SecretFiles(PydanticBaseSettingsSource):
    """Reads `<NAME>_FILE` for the settings that are secrets, so that none has to stand in the environment."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{field_name.upper()}_FILE")
        value = Path(path).read_text(encoding="utf-8").strip() if path and field_name in SECRETS else None
        return value, field_name, False

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(None, name)[0] for name in SECRETS}
        return {name: value for name, value in values.items() if value is not None}
