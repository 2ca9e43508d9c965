"""What a setting's value looks like, in words, and an example of it: for refusals and for the reference."""

import json
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.config.settings import Settings

Words = dict[str, str]  # by language
# what the type alone does not say
SPECIAL: dict[str, Words] = {
    "database_url": {
        "en": "an address that begins with mysql+aiomysql://, mariadb+aiomysql:// or sqlite+aiosqlite://",
        "ko": "mysql+aiomysql://, mariadb+aiomysql://, sqlite+aiosqlite:// 중 하나로 시작하는 주소",
    },
    "identity_database_url": {
        "en": "an address that begins with mysql+aiomysql:// or mariadb+aiomysql://",
        "ko": "mysql+aiomysql:// 또는 mariadb+aiomysql://로 시작하는 주소",
    },
    "audit_seals_url": {"en": "an address that begins with https://", "ko": "https://로 시작하는 주소"},
    "audit_seals_file": {"en": "the path of a file", "ko": "파일의 경로"},
    "redis_url": {
        "en": "an address that begins with redis:// or rediss://",
        "ko": "redis:// 또는 rediss://로 시작하는 주소",
    },
    "otel_exporter_otlp_endpoint": {
        "en": "an address that begins with http:// or https://, without a query",
        "ko": "http:// 또는 https://로 시작하고 URL 쿼리 문자열이 없는 주소",
    },
    "sentry_dsn": {"en": "an address that Sentry gives", "ko": "Sentry가 발급한 주소"},
    "cors_origins": {"en": "a JSON list of origins", "ko": "오리진의 JSON 목록"},
    "embed_ancestors": {
        "en": "a JSON object: host codes with their lists of origins",
        "ko": "JSON 객체: 호스트 코드와 오리진 목록",
    },
    "reward_unit_points": {
        "en": "a JSON object: TOKEN, XP, COUPON, ITEM, BADGE, ENTITLEMENT or HOST, or one with `:CODE`, with points",
        "ko": "JSON 객체: TOKEN, XP, COUPON, ITEM, BADGE, ENTITLEMENT, HOST 또는 `:CODE`를 붙인 이름과 포인트",
    },
    "rate_limits": {
        "en": "a JSON object: GET, POST or operation ids of players' calls (docs/api/openapi.json) with calls a second,"
        " above 0",
        "ko": "JSON 객체: GET, POST 또는 플레이어 호출의 operation id(docs/api/openapi.json)와 초당 호출 수(0 초과)",
    },
    "jwks_allowed_networks": {"en": "a JSON list of networks", "ko": "네트워크의 JSON 목록"},
    "metrics_address": {"en": "an IP address", "ko": "IP 주소"},
    "archive_dir": {"en": "a folder", "ko": "폴더"},
    "demo_data": {"en": "a folder", "ko": "폴더"},
}


def shape_of(name: str, language: str = "en") -> str:
    """What a value of the setting looks like."""
    if name in SPECIAL:
        return SPECIAL[name][language]
    field = Settings.model_fields[name]
    kind, limits = _kind_and_limits(field)
    if get_origin(kind) is Literal:
        one_of = ", ".join(get_args(kind))
        return f"one of {one_of}" if language == "en" else f"{one_of} 중 하나"
    if kind is bool:
        return "true or false" if language == "en" else "true 또는 false"
    if kind in (int, float):
        return _number(kind, limits, language)
    if kind is SecretStr:
        return "a text that nobody can guess" if language == "en" else "추측할 수 없는 문자열"
    longest = limits.get("max_length")
    return f"a text of 1 to {longest} characters" if language == "en" else f"1~{longest}자 문자열"


def example_of(name: str) -> str:
    """A value as it stands in the environment: a made-up one, or the default."""
    field = Settings.model_fields[name]
    return text_of(field.examples[0] if field.examples else field.get_default(call_default_factory=True))


def text_of(value: object) -> str:
    """A value as it is written in the environment."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list | tuple):
        return json.dumps(value)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _kind_and_limits(field: FieldInfo) -> tuple[Any, dict[str, Any]]:
    """The type without `None`, and its bounds by name."""
    kind: Any = field.annotation
    marks = list(field.metadata)
    if get_origin(kind) in (Union, UnionType):
        kind = next(one for one in get_args(kind) if one is not NoneType)
    if hasattr(kind, "__metadata__"):
        marks += kind.__metadata__
        kind = kind.__origin__
    limits: dict[str, Any] = {}
    for mark in marks:
        inner = mark.metadata if isinstance(mark, FieldInfo) else [mark]
        limits |= {key: getattr(one, key) for one in inner for key in BOUNDS if hasattr(one, key)}
    return kind, limits


BOUNDS = ("ge", "gt", "le", "max_length")


def _number(kind: type, limits: dict[str, Any], language: str) -> str:
    most, least = text_of(limits["le"]), text_of(limits.get("ge", limits.get("gt")))
    is_above = "gt" in limits
    if language == "en":
        number = "a whole number" if kind is int else "a number"
        return f"{number} above {least}, up to {most}" if is_above else f"{number} from {least} to {most}"
    number = "정수" if kind is int else "숫자"
    return f"{least} 초과 {most} 이하의 {number}" if is_above else f"{least}~{most} {number}"
