"""Where each setting of this process comes from, for people: secrets are masked before anybody sees them."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from pydantic_settings import DotEnvSettingsSource

from app.config.secret_files import SECRETS, files_named
from app.config.settings import Settings
from app.config.shapes import text_of

MASK = "********"


class Source(StrEnum):
    """Who said it, in the order in which they are believed."""

    GIVEN = "given"
    ENVIRONMENT = "environment"
    SECRET_FILE = "secret file"
    DOTENV = ".env"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting as it may be shown."""

    name: str
    value: str
    source: Source


def setting_lines(settings: Settings, *, given: Collection[str] = ()) -> list[SettingLine]:
    """Every setting in the order of the class. `given` names those that the caller set itself (a demo's folder)."""
    dotenv = DotEnvSettingsSource(Settings).env_vars
    said = {
        Source.GIVEN: set(given),
        Source.ENVIRONMENT: {name.lower() for name in os.environ},
        Source.SECRET_FILE: set(files_named(dotenv)),
        Source.DOTENV: set(dotenv),
    }
    return [
        SettingLine(name.upper(), _shown(name, getattr(settings, name)), _source_of(name, said))
        for name in Settings.model_fields
    ]


def _source_of(name: str, said: dict[Source, set[str]]) -> Source:
    return next((source for source, names in said.items() if name in names), Source.DEFAULT)


def _shown(name: str, value: object) -> str:
    if value is None or value == "":
        return "–"
    if name.endswith("_url"):
        return _without_password(str(value))
    if name in SECRETS:
        return MASK if str(value) else "–"  # an empty SecretStr shows as an empty text
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return text_of(value) if value != {} else "none"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    who = f"{parts.username or ''}:{MASK}@"
    return urlunsplit(parts._replace(netloc=who + parts.netloc.rpartition("@")[2]))
