"""Secrets: how they are made, stored and compared. What is stored never gives the secret back."""

import asyncio
import base64
import hashlib
import hmac
import re
import secrets
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import AppError

SECRET_BYTES = 32  # 256 bits: nobody guesses it, so one round of SHA-256 is enough to store it
API_KEY = re.compile(r"dk_[A-Za-z0-9_-]{43}")
# each hash takes 64 MiB (RFC 9106, second recommendation) and some 50 ms of a core
HASHES_AT_ONCE = 2
HASHES_WAITING = 16


def new_secret() -> str:
    """256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(SECRET_BYTES)


def api_key_of(secret: str, *parts: str) -> str:
    """A key for a host's server, made of the service's own secret: the same parts give the same key, and only here.

    It is stored as SHA-256. The prefix lets secret scanners find a leaked one.
    """
    digest = hmac.digest(secret.encode(), "\0".join(("api-key", *parts)).encode(), "sha256")
    return f"dk_{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def new_webhook_secret() -> str:
    """A signing secret as Standard Webhooks writes it: 256 random bits, base64."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def is_api_key(text: str) -> bool:
    """Whether it has the form of an API key."""
    return API_KEY.fullmatch(text) is not None


def sha256_hex(text: str) -> str:
    """How high-entropy secrets (refresh tokens, API keys) are stored and looked up."""
    return hashlib.sha256(text.encode()).hexdigest()


def successor_of(token: str, seed: str) -> str:
    """The one refresh token that follows `token`: only who holds the token *and* the database's seed can tell it."""
    digest = hmac.digest(token.encode(), f"successor:{seed}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class Passwords:
    """Hashes and checks passwords with Argon2id, in threads, two at a time; BUSY when too many wait."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turn = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting = 0

    @cached_property
    def _nobody(self) -> str:
        """What an unknown login is checked against, so that it costs what a known one costs."""
        return self._hasher.hash(new_secret())

    async def hash(self, password: str) -> str:
        """The hash to store, with its salt and parameters."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether the password fits. Without a stored hash the answer is no, after the same work."""
        if self._waiting >= HASHES_WAITING:
            raise AppError("BUSY", retry_after_seconds=1)
        self._waiting += 1
        try:
            async with self._turn:
                fits = await asyncio.to_thread(self._fits, password, stored)
        finally:
            self._waiting -= 1
        return fits and stored is not None

    def _fits(self, password: str, stored: str | None) -> bool:
        try:
            return self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
