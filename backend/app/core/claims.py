"""What every token must show, whoever signed it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import structlog

from app.core.auth import Principal
from app.core.errors import AppError, refused_token
from app.core.names import is_external_id

log = structlog.get_logger()
MAX_TOKEN_LENGTH = 4096
LEEWAY = timedelta(seconds=10)  # between the clocks of two well-kept servers
LATEST = 253_402_300_799  # the last second of the year 9999: no datetime can hold more
# PyJWT judges everything but the clock: ours is injected, and a cached token needs the same check again
CHECKS: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["exp", "iat", "sub"]}
# headers that would tell us where to find the key: keys are pinned, so whoever sends these is up to something
# what the JWT library finds, in the log's words
REASONS: dict[type[jwt.PyJWTError], str] = {
    jwt.InvalidAudienceError: "audience",
    jwt.InvalidIssuerError: "issuer",
    jwt.InvalidSignatureError: "signature",
    jwt.InvalidAlgorithmError: "algorithm",
    jwt.InvalidKeyError: "key",
}
KEY_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"})


def note_refused_token(refusal: AppError) -> None:
    """Writes down why a token or key was refused; the request's id leads from the answer to this line."""
    if refusal.reason is not None:
        log.info("token_refused", code=refusal.code, reason=refusal.reason)


@contextmanager
def invalid_unless_read() -> Iterator[None]:
    """Turns whatever the JWT library finds wrong into TOKEN_INVALID: a forger learns nothing from us, the log all."""
    try:
        yield
    except jwt.MissingRequiredClaimError as error:
        raise refused_token(f"missing_{error.claim}") from None
    except jwt.PyJWTError as error:
        raise refused_token(REASONS.get(type(error), "unreadable")) from None
    except (ValueError, TypeError, RecursionError):
        raise refused_token("unreadable") from None


def peek(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims as the token states them, believed by nobody: only to choose the key that must verify it."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise refused_token("too_long")
    with invalid_unless_read():
        unverified = jwt.api_jwt.decode_complete(token, options={"verify_signature": False, "verify_sub": False})
    header: dict[str, Any] = unverified["header"]
    if KEY_HEADERS & header.keys():
        raise refused_token("header")
    return header, unverified["payload"]


def subject_of(claims: Mapping[str, Any]) -> str:
    """Whom the token speaks of; raises TOKEN_INVALID when that can't be a name."""
    subject = claims.get("sub")
    if not is_external_id(subject):
        raise refused_token("subject")
    return str(subject)


def instant_of(claims: Mapping[str, Any], name: str) -> datetime:
    """A NumericDate claim, aware; raises TOKEN_INVALID when it isn't one."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused_token(f"no_instant_{name}")
    if not 0 <= value <= LATEST:  # false for NaN and infinity, too
        raise refused_token(f"no_instant_{name}")
    return datetime.fromtimestamp(value, UTC)


def require_in_time(principal: Principal, now: datetime) -> None:
    """Returns while the token lives; raises TOKEN_EXPIRED after its end and TOKEN_INVALID before its beginning."""
    if principal.expires_at + LEEWAY <= now:
        raise refused_token("expired", "TOKEN_EXPIRED")
    starts_at = max(principal.issued_at, principal.not_before or principal.issued_at)
    if starts_at - LEEWAY > now:
        raise refused_token("not_yet")
