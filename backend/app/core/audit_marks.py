"""The chain of what operators did: each act's hash holds the one before, and a mark that only this service can make."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from pydantic_core import to_json

from app.config.settings import Settings

CHAINED = ("actor", "action", "target", "reason", "before", "after", "request_id", "created_at")
NO_ACT = "0" * 64  # the chain before the first act


def chained(before: str, act: Mapping[str, Any]) -> str:
    """The chain's hash with one more act: SHA-256, as 64 hex digits. Anybody can compute it again.

    Every column is in it, as JSON so that none can borrow from the next.
    """
    *texts, created_at = (act[name] for name in CHAINED)
    document = to_json([*texts, created_at.astimezone(UTC).isoformat(timespec="microseconds")])
    return hashlib.sha256(before.encode() + document).hexdigest()


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks the chain with the current key and knows the marks of any that is set (HMAC-SHA256, 64 hex digits).

    The key never reaches the database: who can only write there can make a chain, and no mark.
    """

    _keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Marks":
        """Made of ENCRYPTION_KEY and the one before it; outside production JWT_SECRET stands in for one not set."""
        texts = [settings.encryption_key or settings.jwt_secret, settings.encryption_previous_key]
        return cls(tuple(_key(text.get_secret_value()) for text in texts if text is not None))

    def make(self, *of: object) -> str:
        """The mark of these, in this order."""
        return _mark(self._keys[0], of)

    def is_ours(self, mark: str | None, *of: object) -> bool:
        """Whether a key that is set made this mark of these."""
        return mark is not None and any(hmac.compare_digest(mark, _mark(key, of)) for key in self._keys)


def _key(text: str) -> bytes:
    return hashlib.sha256(b"dojang audit marks:" + text.encode()).digest()


def _mark(key: bytes, of: tuple[object, ...]) -> str:
    return hmac.digest(key, "\0".join(map(str, of)).encode(), "sha256").hex()
