"""The chain of what operators did: each act's hash holds the one before, and a mark that only this service can make."""

import hashlib
import hmac
from dataclasses import dataclass, field

from app.config.settings import Settings

NO_ACT = "0" * 64  # the chain before the first act


def chained(before: str, document: bytes) -> str:
    """The chain's hash with one more act: SHA-256, as 64 hex digits. Anybody can compute it again."""
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

    def is_ours(self, mark: str, *of: object) -> bool:
        """Whether a key that is set made this mark of these."""
        return any(hmac.compare_digest(mark, _mark(key, of)) for key in self._keys)


def _key(text: str) -> bytes:
    return hashlib.sha256(b"dojang audit marks:" + text.encode()).digest()


def _mark(key: bytes, of: tuple[object, ...]) -> str:
    return hmac.digest(key, "\0".join(map(str, of)).encode(), "sha256").hex()
