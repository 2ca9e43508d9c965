"""Secrets that stand in files: `<NAME>_FILE` names the file of the setting `<NAME>`, so that no secret has to stand in

the environment.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

SECRETS = (
    "jwt_secret",
    "jwt_previous_secret",
    "encryption_key",
    "encryption_previous_key",
    "database_url",
    "identity_database_url",
    "redis_url",
    "sentry_dsn",
)
LARGEST_BYTES = 64 * 1024


class SettingsRefused(ValueError):
    """These settings can't be used. `problems` has one line each, all of them at once, and holds no value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class SecretFiles(PydanticBaseSettingsSource):
    """Reads `<NAME>_FILE`, of the environment or else of `.env`, for the settings that are secrets."""

    def __init__(self, settings_cls: type[BaseSettings], dotenv: Mapping[str, str | None]) -> None:
        super().__init__(settings_cls)
        self._files = files_named(dotenv)

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = self._files.get(field_name)
        return (None if path is None else _read(field_name, path)), field_name, False

    def __call__(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        problems: list[str] = []
        for name in self._files:
            try:
                values[name] = self.get_field_value(None, name)[0]
            except SettingsRefused as refusal:
                problems += refusal.problems
        if problems:
            raise SettingsRefused(problems)
        return values


def files_named(dotenv: Mapping[str, str | None]) -> dict[str, str]:
    """The file of each secret that has one. The environment goes before `.env`; an empty name is none."""
    named = dict(dotenv) | {name.lower(): value for name, value in os.environ.items()}
    return {name: path for name in SECRETS if (path := named.get(f"{name}_file"))}


def _read(name: str, path: str) -> str:
    setting = f"{name.upper()}_FILE"
    how = f"it must name a text file of up to {LARGEST_BYTES // 1024} kB, for example {setting}=/run/secrets/{name}"
    try:
        with Path(path).open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
        if len(raw) > LARGEST_BYTES:
            raise SettingsRefused([f"{setting} names a file that is too large: {how}"])
        return raw.decode().strip()
    except OSError as error:
        raise SettingsRefused([f"{setting} names a file that can't be read ({error.strerror}): {how}"]) from None
    except UnicodeDecodeError:
        raise SettingsRefused([f"{setting} names a file that is no UTF-8 text: {how}"]) from None
