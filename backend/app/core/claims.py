"""What every token must show, whoever signed it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from app.core.auth import Principal
from app.core.errors import AppError
from app.core.names import is_external_id

MAX_TOKEN_LENGTH = 4096
LEEWAY = timedelta(seconds=10)  # between the clocks of two well-kept servers
LATEST = 253_402_300_799  # the last second of the year 9999: no datetime can hold more
# PyJWT judges everything but the clock: ours is injected, and a cached token needs the same check again
CHECKS: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["exp", "iat", "sub"]}
# headers that would tell us where to find the key: keys are pinned, so whoever sends these is up to something
KEY_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"})


@contextmanager
def invalid_unless_read() -> Iterator[None]:
    """Turns whatever the JWT library finds wrong into TOKEN_INVALID: a forger learns nothing from us."""
    try:
        yield
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise AppError("TOKEN_INVALID") from None


def peek(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims as the token states them, believed by nobody: only to choose the key that must verify it."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise AppError("TOKEN_INVALID")
    with invalid_unless_read():
        unverified = jwt.api_jwt.decode_complete(token, options={"verify_signature": False, "verify_sub": False})
    header: dict[str, Any] = unverified["header"]
    if KEY_HEADERS & header.keys():
        raise AppError("TOKEN_INVALID")
    return header, unverified["payload"]


def subject_of(claims: Mapping[str, Any]) -> str:
    """Whom the token speaks of; raises TOKEN_INVALID when that can't be a name."""
    subject = claims.get("sub")
    if not is_external_id(subject):
        raise AppError("TOKEN_INVALID")
    return str(subject)


def instant_of(claims: Mapping[str, Any], name: str) -> datetime:
    """A NumericDate claim, aware; raises TOKEN_INVALID when it isn't one."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AppError("TOKEN_INVALID")
    if not 0 <= value <= LATEST:  # false for NaN and infinity, too
        raise AppError("TOKEN_INVALID")
    return datetime.fromtimestamp(value, UTC)


def require_in_time(principal: Principal, now: datetime) -> None:
    """Returns while the token lives; raises TOKEN_EXPIRED after its end and TOKEN_INVALID before its beginning."""
    if principal.expires_at + LEEWAY <= now:
        raise AppError("TOKEN_EXPIRED")
    starts_at = max(principal.issued_at, principal.not_before or principal.issued_at)
    if starts_at - LEEWAY > now:
        raise AppError("TOKEN_INVALID")
