"""Tokens that a host product signs for its own players: verified with the key it pinned, and worth one scope."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from app.core.auth import PLAYER, Principal
from app.core.claims import CHECKS, instant_of, invalid_unless_read, subject_of
from app.core.errors import refused_token

# one family each: which key fits is decided here, never by the token
HOST_ALGORITHMS = frozenset({"HS256", "RS256", "ES256", "EdDSA"})
MIN_SECRET_BYTES = 32
MIN_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class KnownHost:
    """A host, on or off, and how it signs its own player tokens (no algorithm: it doesn't)."""

    id: int
    code: str
    algorithm: str | None
    public_key: str | None = field(repr=False)
    jwks_url: str | None
    issuer: str | None
    audience: str | None
    max_life_seconds: int
    is_active: bool
    # raised when an id of a player of this host changes hands; says nothing about how the host signs
    names_version: int = field(default=0, compare=False)


@lru_cache(maxsize=64)
def parse_key(algorithm: str, text: str) -> Any:
    """The verifying key that a host pinned: a public PEM, or a secret of at least 32 bytes for HS256.

    Raises ValueError saying what is wrong with it: call it when a host's settings are saved.
    """
    if algorithm not in HOST_ALGORITHMS:
        raise ValueError(f"the algorithm must be one of {', '.join(sorted(HOST_ALGORITHMS))}")
    if algorithm == "HS256" and len(text.encode()) < MIN_SECRET_BYTES:
        raise ValueError(f"an HS256 secret must have at least {MIN_SECRET_BYTES} bytes")
    try:
        key = jwt.get_algorithm_by_name(algorithm).prepare_key(text)  # refuses a PEM as an HS256 secret
    except (jwt.PyJWTError, ValueError, TypeError):
        raise ValueError(f"the key is not a key for {algorithm}") from None
    if is_private(key):
        raise ValueError("only the public half of the key belongs here")
    if is_weak(key):
        raise ValueError(f"an RSA key must have at least {MIN_RSA_BITS} bits")
    return key


def is_private(key: Any) -> bool:
    """Whether the key could sign: then it was leaked to us, and is no longer its owner's alone."""
    return hasattr(key, "private_bytes")


def is_weak(key: Any) -> bool:
    """Whether the key is too short to trust."""
    return isinstance(key, RSAPublicKey) and key.key_size < MIN_RSA_BITS


def verify_host_token(token: str, host: KnownHost, key: Any) -> Principal:
    """The player that a host vouches for; raises TOKEN_INVALID otherwise. Its times are the caller's to judge.

    The scope is always `player`, whatever the token claims. Each header and payload counts as a sign-in of its own,
    so that it can be signed out without its host's help, whatever signature it is sent with.
    """
    checks = CHECKS | {"verify_aud": host.audience is not None}
    with invalid_unless_read():
        claims: dict[str, Any] = jwt.decode(
            token, key, [str(host.algorithm)], options=checks, audience=host.audience, issuer=host.issuer
        )
    principal = Principal(
        subject=subject_of(claims),
        scopes=frozenset({PLAYER}),
        host_code=host.code,
        issued_at=instant_of(claims, "iat"),
        expires_at=instant_of(claims, "exp"),
        # what was signed, without its signature: a signature of ES256 has a twin (ADR 207)
        session_id=hashlib.sha256(token.rpartition(".")[0].encode()).hexdigest()[:36],
        not_before=instant_of(claims, "nbf") if "nbf" in claims else None,
    )
    if principal.expires_at - principal.issued_at > timedelta(seconds=host.max_life_seconds):
        raise refused_token("life_too_long")
    return principal
