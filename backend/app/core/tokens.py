"""Our own access tokens: signed and verified with keys that only we hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt

from app.config.secret_files import SettingsRefused
from app.config.settings import Settings
from app.core.auth import SCOPES, STAFF_SCOPES, Principal
from app.core.claims import CHECKS, instant_of, invalid_unless_read, subject_of
from app.core.errors import refused_token
from app.core.time_utils import Clock, SystemClock
from app.utils.random_utils import new_id

ALGORITHM = "HS256"
TOKEN_TYPE = "at+jwt"  # RFC 9068
MIN_SECRET_BYTES = 32  # RFC 7518 §3.2: no shorter than the hash
NEEDS_A_KID = "JWT_PREVIOUS_KID must be a key id other than JWT_KID, for example JWT_PREVIOUS_KID=k0"
OUR_HEADERS = frozenset({"alg", "kid", "typ"})


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """The secrets of our tokens by key id (`by_kid`): the current one signs, the previous one still verifies.

    `clock` is the machine's own clock, never the business clock: a token's life is a promise about real time, and the
    demo's clock can be moved by days without signing everyone out. Refresh tokens are judged by the same clock.
    """

    current_kid: str
    by_kid: Mapping[str, str] = field(repr=False)
    issuer: str
    audience: str
    clock: Clock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        for kid, secret in self.by_kid.items():
            if len(secret.encode()) < MIN_SECRET_BYTES:
                name = "JWT_SECRET" if kid == self.current_kid else "JWT_PREVIOUS_SECRET"
                how = "what `openssl rand -base64 48` prints"
                raise SettingsRefused([f"{name} must have at least {MIN_SECRET_BYTES} bytes, for example {how}"])

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock | None = None) -> "TokenKeys":
        """The keys of this process. Raises SettingsRefused on a short secret or two secrets under one key id."""
        by_kid = {settings.jwt_kid: settings.jwt_secret.get_secret_value()}
        if settings.jwt_previous_secret:  # an empty variable is the usual way to say that there is none
            kid = settings.jwt_previous_kid
            if not kid or kid in by_kid:
                raise SettingsRefused([NEEDS_A_KID])
            by_kid[kid] = settings.jwt_previous_secret.get_secret_value()
        return cls(settings.jwt_kid, by_kid, settings.jwt_issuer, settings.jwt_audience, clock or SystemClock())

    @property
    def secrets(self) -> list[str]:
        """Every secret, the current one first."""
        return sorted(self.by_kid.values(), key=lambda secret: secret != self.by_kid[self.current_kid])

    def now(self) -> datetime:
        """The present instant on the clock that tokens live by."""
        return self.clock.now()

    def sign(self, principal: Principal) -> str:
        """A token that says what the principal is. Without a `session_id` its own id stands for the sign-in."""
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": principal.subject,
            "host": principal.host_code,
            "scope": " ".join(sorted(principal.scopes)),
            # with microseconds: "sign out everywhere" and a new sign-in may fall into the same second
            "iat": principal.issued_at.timestamp(),
            "exp": int(principal.expires_at.timestamp()),
            "jti": new_id(principal.issued_at),
        }
        if principal.session_id is not None:
            claims["sid"] = principal.session_id
        if principal.scopes & STAFF_SCOPES:
            claims["ver"] = principal.staff_version
        headers = {"kid": self.current_kid, "typ": TOKEN_TYPE}
        return jwt.encode(claims, self.by_kid[self.current_kid], ALGORITHM, headers)

    def verify(self, token: str, header: Mapping[str, Any]) -> Principal:
        """The bearer of a token that we signed; raises TOKEN_INVALID otherwise. Its times are the caller's to judge."""
        secret = self.by_kid.get(str(header.get("kid")))
        if secret is None:
            raise refused_token("unknown_key_id")
        if header.keys() != OUR_HEADERS or header["typ"] != TOKEN_TYPE:
            raise refused_token("header")
        with invalid_unless_read():
            claims: dict[str, Any] = jwt.decode(
                token, secret, [ALGORITHM], options=CHECKS, audience=self.audience, issuer=self.issuer
            )
        return _principal(claims)


def _principal(claims: Mapping[str, Any]) -> Principal:
    scopes = frozenset(_text(claims, "scope").split())
    version = claims.get("ver")
    if not scopes or not scopes <= SCOPES or (scopes & STAFF_SCOPES and not isinstance(version, int)):
        raise refused_token("scope")
    return Principal(
        subject=subject_of(claims),
        scopes=scopes,
        host_code=_text(claims, "host"),
        issued_at=instant_of(claims, "iat"),
        expires_at=instant_of(claims, "exp"),
        session_id=_text(claims, "sid") if "sid" in claims else _text(claims, "jti"),
        staff_version=version,
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise refused_token(f"missing_{name}")
    return value


def can_sign(settings: Settings) -> bool:
    """Do these settings hold secrets that tokens can be signed and verified with?"""
    try:
        TokenKeys.from_settings(settings)
    except SettingsRefused:
        return False
    return True
