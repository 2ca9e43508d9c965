"""The settings of a process, or every reason why they can't be used: the name, what a value looks like, an example.

No value is ever shown: it may be a secret that stands in the wrong place.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource

from app.config.secret_files import SECRETS, SettingsRefused
from app.config.settings import Settings
from app.config.shapes import example_of, shape_of

# what the deployment's own files read (compose, entrypoint, make-env.sh), beside the settings
OF_THE_DEPLOYMENT = frozenset(
    {"database_host", "database_user", "database_password_file", "db_root_password", "db_owner_password", "db_password"}
    | {"db_identities_password", "identity_database_password_file"}
    | {"dojang_image"}
)
# beginnings that no other software is likely to use: who writes them means us
PREFIXES = (
    "access_ttl", "admin_grant", "approval_", "cors_", "database_", "db_", "dojang_", "drain_", "embed_",
    "encryption_", "event_tol", "host_rate", "host_rejected",
    "feature_gate", "forwarded_allow", "job_lease", "jwks_", "jwt_", "max_admin", "max_body", "max_events",
    "max_upload", "metrics_", "rate_limit", "redis_", "refresh_", "retain_", "reward_unit", "settlement_",
    "sqlite_", "stream_", "web_conc", "webhook_", "worker_metrics",
)  # fmt: skip
_KNOWN = frozenset(Settings.model_fields) | {f"{name}_file" for name in SECRETS} | OF_THE_DEPLOYMENT
_SETTINGS = sorted(_KNOWN - OF_THE_DEPLOYMENT)
# Kubernetes names every service of the namespace: DB_SERVICE_HOST, REDIS_PORT_6379_TCP_ADDR
OF_KUBERNETES = re.compile(r"_(service_host|service_port\w*|port(_\d+_(tcp|udp)\w*)?)$")


def load_settings(given: Mapping[str, object] | None = None) -> Settings:
    """What this process is set to; `given` goes before the environment. Raises SettingsRefused with every problem."""
    given = given or {}
    problems: list[str] = []
    try:
        dotenv = DotEnvSettingsSource(Settings).env_vars
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsRefused([f".env can't be read: {type(error).__name__}; it must be a UTF-8 text file"]) from None
    for place, names in (("the environment", os.environ), (".env", dotenv), ("the demo's folder", given)):
        problems += _strangers(names, place)
    problems += [f"{n.upper()} has no value in .env: write {_line(n)}" for n in _without_value(dotenv)]
    settings = None
    try:
        settings = Settings(**given)  # type: ignore[arg-type]  # the names are settings', the values texts
    except SettingsRefused as refusal:
        problems += refusal.problems
    except ValidationError as error:
        problems += _explained(error)
    if settings is None or problems:
        raise SettingsRefused(problems)
    return settings


@cache
def meant(name: str) -> str | None:
    """The setting that a name of nobody else's seems to mean; None when it is a setting, or not meant for us."""
    name = name.lower()
    if name in _KNOWN or OF_KUBERNETES.search(name):
        return None
    for known in _SETTINGS:
        if _is_near(name, known):
            return known
    if name.removesuffix("_file") in Settings.model_fields:
        return name.removesuffix("_file")
    if not name.startswith(PREFIXES):
        return None
    if name.startswith(("db_", "database_")):
        return "database_url"
    return min(_SETTINGS, key=lambda known: (distance(name, known), known))


def _is_near(name: str, known: str) -> bool:
    """Letters are compared in order only where there are about the same ones at all: a start has no time to waste."""
    slips = 1 if len(known) < 8 else 2
    if abs(len(name) - len(known)) > slips + 3 or (len(known) <= 5 and name[0] != known[0]):
        return False
    one, other = Counter(name.replace("_", "")), Counter(known.replace("_", ""))
    return (one - other).total() <= slips and (other - one).total() <= slips and distance(name, known) <= slips


def distance(one: str, other: str) -> int:
    """Letters to add, leave out, change or swap with the next one, until both are the same. `_` counts for nothing."""
    one, other = one.replace("_", ""), other.replace("_", "")
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _strangers(names: Mapping[str, object], place: str) -> Iterator[str]:
    for name in sorted(names):
        setting = meant(name)
        if setting is not None:
            yield f"{name.upper()} in {place} is no setting: is {_line(setting)} meant? docs/settings.md has all"


def _without_value(dotenv: Mapping[str, str | None]) -> list[str]:
    return [name for name, value in dotenv.items() if value is None and name in Settings.model_fields]


def _line(setting: str) -> str:
    if setting.endswith("_file") and setting not in Settings.model_fields:
        return f"{setting.upper()}=/run/secrets/{setting.removesuffix('_file')}"
    return f"{setting.upper()}={example_of(setting)}"


def _explained(error: ValidationError) -> list[str]:
    """One line for each setting."""
    names = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors(include_input=False))
    return [f"{name.upper()} must be {shape_of(name)}, for example {_line(name)}" for name in names]
