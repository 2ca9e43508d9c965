"""Secrets that must be read again (of hosts, webhooks, second factors) are stored encrypted: a dump holds none."""

import base64
import hashlib
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.config.settings import Settings

PREFIX = "enc:"


@dataclass(frozen=True, slots=True)
class SecretBox:
    """Encrypts with the current key and reads with any that is set (Fernet: AES-128-CBC with HMAC-SHA256)."""

    _keys: MultiFernet = field(repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> "SecretBox":
        """The keys of this process. Outside production JWT_SECRET stands in for an ENCRYPTION_KEY that is not set."""
        current = settings.encryption_key or settings.jwt_secret
        previous = settings.encryption_previous_key
        texts = [key.get_secret_value() for key in (current, previous) if key is not None]
        return cls(MultiFernet([_fernet(text) for text in texts]))

    def seal(self, text: str) -> str:
        """The text as it is stored."""
        return PREFIX + self._keys.encrypt(text.encode()).decode()

    def open(self, stored: str) -> str:
        """The text behind what is stored; what was stored before there was encryption is returned as it is.

        Raises ValueError when no key that is set was used for it.
        """
        if not stored.startswith(PREFIX):
            return stored
        try:
            return self._keys.decrypt(stored.removeprefix(PREFIX)).decode()
        except InvalidToken:
            raise ValueError("ENCRYPTION_KEY does not open what is stored: is it the one that sealed it?") from None


def _fernet(text: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"dojang secrets at rest:" + text.encode()).digest()))
