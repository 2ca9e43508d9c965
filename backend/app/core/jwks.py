"""The published keys of hosts (RFC 7517): fetched when needed, kept for a while, never fetched in a storm."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import jwt
import structlog

from app.core.addresses import LOOPBACK, AddressRefused, AddressUnknown, Network, checked_address
from app.core.checked_request import checked_request, place_of
from app.core.errors import AppError, refused_token
from app.core.host_tokens import is_private, is_weak
from app.core.time_utils import Clock

FRESH = timedelta(minutes=10)
# while a host's key server is away its keys go on counting so long; a withdrawn key lives no longer than this
USABLE = timedelta(hours=1)
# an unknown key id may mean that the host has just changed its keys, or that somebody makes ids up: the first ones are
# looked for at once, and somebody who goes on costs a fetch in three seconds
FETCHES_AT_ONCE = 10
BETWEEN_FETCHES = timedelta(seconds=3)
AFTER_A_FAILURE = timedelta(seconds=5)
FETCH_SECONDS = 3
MAX_BYTES = 64 * 1024
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
log = structlog.get_logger()


@dataclass(slots=True)
class _KeySet:
    """What is known of one address."""

    keys: Sequence[dict[str, Any]] = ()
    fetched_at: datetime | None = None
    tried_at: datetime | None = None
    # fetches that may still be made at once, as of the last one
    left: float = FETCHES_AT_ONCE
    fetches: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Jwks:
    """Verifying keys by address and key id. They come from the open internet, and from `networks` inside."""

    def __init__(self, clock: Clock, *, allow_plain_loopback: bool = False, networks: Sequence[Network] = ()) -> None:
        self._clock, self._allow_plain_loopback = clock, allow_plain_loopback
        self._networks = (*networks, *LOOPBACK) if allow_plain_loopback else tuple(networks)
        self._sets: dict[str, _KeySet] = {}

    async def key(self, url: str, *, algorithm: str, key_id: str | None) -> Any:
        """The key that a token names, made for the pinned algorithm. Without a name there must be exactly one key.

        Raises TOKEN_INVALID when the host publishes no such key, JWKS_UNAVAILABLE when its keys can't be had now.
        """
        known = self._sets.setdefault(url, _KeySet())
        key = self._usable_key(known, FRESH, algorithm, key_id)
        if key is not None:
            return key
        arrived = known.fetches
        async with known.turn:  # of all that wait here, the first fetches for everyone
            key = self._usable_key(known, FRESH, algorithm, key_id)
            if key is None and known.fetches == arrived and self._may_fetch(known):
                await self._fetch(url, known)
        key = key or self._usable_key(known, USABLE, algorithm, key_id)
        if key is not None:
            return key
        if not self._is_younger(known, USABLE):
            raise AppError("JWKS_UNAVAILABLE", retry_after_seconds=AFTER_A_FAILURE.seconds)
        raise refused_token("unknown_key_id")

    def _usable_key(self, known: _KeySet, at_most: timedelta, algorithm: str, key_id: str | None) -> Any:
        if not self._is_younger(known, at_most):
            return None
        fitting = [jwk for jwk in known.keys if key_id is None or jwk.get("kid") == key_id]
        return _verifying_key(fitting[0], algorithm) if len(fitting) == 1 else None

    def _is_younger(self, known: _KeySet, at_most: timedelta) -> bool:
        # abs: the machine's clock may be set back
        return known.fetched_at is not None and abs(self._clock.now() - known.fetched_at) <= at_most

    def _may_fetch(self, known: _KeySet) -> bool:
        if known.tried_at is None:
            return True
        if known.fetched_at is None or known.fetched_at < known.tried_at:
            return abs(self._clock.now() - known.tried_at) > AFTER_A_FAILURE
        return self._left(known) >= 1

    def _left(self, known: _KeySet) -> float:
        """How many fetches may be made at once now."""
        passed = timedelta() if known.tried_at is None else abs(self._clock.now() - known.tried_at)
        return min(FETCHES_AT_ONCE, known.left + passed / BETWEEN_FETCHES)

    async def _fetch(self, url: str, known: _KeySet) -> None:
        known.left, known.tried_at = self._left(known) - 1, self._clock.now()
        known.fetches += 1
        try:
            known.keys = _keys_in(await self._download(url))
            known.fetched_at = known.tried_at
        except (OSError, TimeoutError, ValueError, RecursionError) as error:
            log.warning("jwks_fetch_failed", host=urlsplit(url).hostname, error=type(error).__name__)

    def may_call(self, url: str) -> bool:
        """Whether keys may come in this way: what came over an open line could be anyone's. Every fetch asks again."""
        parts = urlsplit(url)
        is_plain_loopback = parts.scheme == "http" and parts.hostname in LOOPBACK_NAMES
        return parts.scheme == "https" or (self._allow_plain_loopback and is_plain_loopback)

    async def leads_inside(self, url: str) -> bool:
        """Whether the name leads to an address that must not be called. Ask when a host's settings are saved.

        A name that leads nowhere yet does no harm: every fetch looks it up again, and calls what it found then.
        """
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                await self._address(url)
        except (AddressUnknown, TimeoutError):
            return False
        except AddressRefused:
            return True
        return False

    async def _address(self, url: str) -> str:
        return await checked_address(*place_of(url), networks=self._networks)

    async def _download(self, url: str) -> bytes:
        """The document: no redirects, 64 kB and three seconds at most.

        Raises AddressRefused, ConnectionError when it can't be had, ValueError for an answer that is none.
        """
        import httpx  # noqa: PLC0415 – 0.1 s of every start, for the few hosts that publish their keys

        if not self.may_call(url):
            raise AddressRefused("keys that came over an open line could be anyone's")
        body = bytearray()
        try:
            async with (
                asyncio.timeout(FETCH_SECONDS),
                checked_request(
                    "GET",
                    url,
                    address=await self._address(url),
                    tls=self._tls,
                    timeout_seconds=FETCH_SECONDS,
                    headers={"accept": "application/json", "user-agent": "Dojang-Keys/1"},
                ) as response,
            ):
                if response.status_code != httpx.codes.OK:
                    raise ValueError("not 200")
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise ValueError("too long")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ConnectionError(type(error).__name__) from error
        return bytes(body)

    @cached_property
    def _tls(self) -> Any:
        """Made once: it reads the certificates of all authorities."""
        import httpx  # noqa: PLC0415 – see _download

        return httpx.create_ssl_context()


def _keys_in(document: bytes) -> list[dict[str, Any]]:
    """The signing keys of a key set, as they were published."""
    read = json.loads(document)
    keys = read.get("keys") if isinstance(read, dict) else None
    if not isinstance(keys, list):
        raise ValueError("no key set")
    return [jwk for jwk in keys if isinstance(jwk, dict) and jwk.get("use", "sig") == "sig" and jwk.get("kty") != "oct"]


def _verifying_key(jwk: dict[str, Any], algorithm: str) -> Any:
    """The key for the pinned algorithm, or None when it is one for another, could sign, or is too short."""
    try:
        key = jwt.PyJWK(jwk, algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    return None if is_private(key) or is_weak(key) else key
