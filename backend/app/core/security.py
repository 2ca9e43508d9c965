"""Secrets: how they are made, stored and compared. What is stored never gives the secret back."""

import asyncio
import base64
import hashlib
import hmac
import re
import secrets
from collections import Counter
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import AppError

SECRET_BYTES = 32  # 256 bits: nobody guesses it, so one round of SHA-256 is enough to store it
API_KEY = re.compile(r"dk_[A-Za-z0-9_-]{43}")
RECOVERY_CODES = 10
# base32 without what is read wrongly: 16 letters are 80 bits, so one round of SHA-256 is enough to store them
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
# each hash takes 64 MiB (RFC 9106, second recommendation) and some 50 ms of a core
HASHES_AT_ONCE = 2
HASHES_WAITING = 16
HASHES_WAITING_OF_ONE = 3
# 3 of zxcvbn's 4: "safely unguessable, moderate protection from an offline attack"; it reads at most 72 characters
SAFE_SCORE, LONGEST_GUESSED = 3, 72


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


def new_recovery_codes() -> list[str]:
    """Codes to keep on paper, in groups of four: each signs an operator in once who lost the authenticator."""
    groups = [["".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4)] for _ in range(RECOVERY_CODES)]
    return ["-".join(code) for code in groups]


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


def is_guessable(password: str, *about: str) -> bool:
    """Whether fewer than 10^8 tries would find it (zxcvbn's score below 3): common, a pattern, or one of `about`."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 – its lists take a tenth of a second, for who sets a password

    return int(zxcvbn(password[:LONGEST_GUESSED], user_inputs=list(about))["score"]) < SAFE_SCORE


class Passwords:
    """Hashes and checks passwords with Argon2id, in threads, two at a time; BUSY when too many wait."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turn = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting: Counter[str] = Counter()

    @cached_property
    def _nobody(self) -> str:
        """What an unknown login is checked against, so that it costs what a known one costs."""
        return self._hasher.hash(new_secret())

    async def hash(self, password: str) -> str:
        """The hash to store, with its salt and parameters."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, stored: str | None, *, address: str = "") -> bool:
        """Whether the password fits. Without a stored hash the answer is no, after the same work.

        Raises RATE_LIMITED when too many of this address wait, so that it can't fill the queue of all (BUSY).
        """
        if self._waiting[address] >= HASHES_WAITING_OF_ONE:
            raise AppError("RATE_LIMITED", retry_after_seconds=1)
        if self._waiting.total() >= HASHES_WAITING:
            raise AppError("BUSY", retry_after_seconds=1)
        self._waiting[address] += 1
        try:
            async with self._turn:
                fits = await asyncio.to_thread(self._fits, password, stored)
        finally:
            self._waiting[address] -= 1
            self._waiting += Counter()  # an address of which nobody waits is not remembered
        return fits and stored is not None

    def _fits(self, password: str, stored: str | None) -> bool:
        try:
            return self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
