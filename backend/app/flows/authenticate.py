"""Who is asking: from a token or an API key to a Principal, and from there to the player's row.

Reads hosts, api_keys, staff. The players' rows: meet_players.py.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from app.core.auth import HOST, PLAYER, STAFF_SCOPES, Principal
from app.core.claims import LEEWAY, peek, require_in_time
from app.core.errors import AppError, refused_token
from app.core.host_tokens import KnownHost, parse_key, verify_host_token
from app.core.jwks import FRESH, Jwks
from app.core.security import is_api_key, sha256_hex
from app.core.tokens import TokenKeys
from app.flows.lane import Lane
from app.flows.steps.know_player import Arrival
from app.services import House

K = TypeVar("K")
V = TypeVar("V")

# a host that is switched off is noticed within this time by every process; one that is new, or back, or has a new key,
# at once: before a token is refused for its host, the hosts are read again
HOSTS_FRESH = timedelta(seconds=2)
OF_THE_HOST = frozenset({
    *("unknown_host", "unknown_issuer", "host_off", "key", "signature", "algorithm", "audience", "missing_aud"),
    *("issuer", "unknown_key_id", "life_too_long"),
})  # fmt: skip
MAX_TOKENS = 16_384  # some 20 MB; only tokens that verified are kept, so a forger can't push others out
MAX_PLAYERS = 131_072
# how long a process believes whom it knows by an id, unless the host's `names_version` says earlier that one moved
PLAYERS_FRESH = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Seen:
    """A token that verified: whose it is, which host signed it (None: we did), and how long that may be believed."""

    principal: Principal
    signer: KnownHost | None
    good_until: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """Whose an id was, when that was read, and the version of the host's ids that was known before."""

    user_id: int
    read_at: datetime
    names_version: int

    def holds(self, now: datetime, names_version: int) -> bool:
        return self.names_version == names_version and abs(now - self.read_at) <= PLAYERS_FRESH


@dataclass(frozen=True, slots=True)
class HostBook:
    """Every host at one moment, on or off. `began` is when it was asked for, in the machine's own seconds."""

    read_at: datetime
    began: float
    by_code: Mapping[str, KnownHost]
    by_issuer: Mapping[str, KnownHost]

    def is_fresh(self, now: datetime) -> bool:
        return abs(now - self.read_at) < HOSTS_FRESH  # abs: the machine's clock may be set back

    def open_host(self, code: str) -> KnownHost:
        """The host, which is on; raises HOST_DISABLED for one that is off, TOKEN_INVALID for one that nobody knows."""
        host = self.by_code.get(code)
        if host is None:
            raise refused_token("unknown_host")
        return _require_on(host)


@dataclass(slots=True)
class Authenticator:
    """Verifies bearers for one process. What it remembers is bounded, and each memory is checked against its end.

    Whether a player is blocked or signed out is not asked here: flows read that with the player's row.
    """

    house: House
    keys: TokenKeys
    jwks: Jwks
    arrivals: Lane[Arrival, int]
    _hosts: HostBook | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _seen: dict[str, Seen] = field(default_factory=dict)
    _players: dict[tuple[str, str], Known] = field(default_factory=dict)

    async def principal(self, token: str) -> Principal:
        """The bearer of an access token, ours or a host's.

        Raises TOKEN_INVALID, TOKEN_EXPIRED, HOST_DISABLED, and JWKS_UNAVAILABLE while its host's keys can't be had.
        """
        arrived, hosts = time.monotonic(), await self._current_hosts()
        try:
            return await self._judged(token, hosts)
        except AppError as refusal:
            if refusal.reason not in OF_THE_HOST:
                raise
            newer = await self._hosts_read_after(arrived)
            if newer.by_code == hosts.by_code:
                raise
        return await self._judged(token, newer)

    async def _judged(self, token: str, hosts: HostBook) -> Principal:
        remembered = self._remembered(token, hosts)
        seen = remembered or await self._verified(token, hosts)
        principal = seen.principal
        require_in_time(principal, self.keys.now())
        if principal.scopes & {PLAYER, HOST}:
            hosts.open_host(principal.host_code)
        if remembered is None:
            _remember(self._seen, token, seen, MAX_TOKENS)
        return principal

    def _remembered(self, token: str, hosts: HostBook) -> Seen | None:
        """What was verified before, unless the host that signed it has changed how it signs since then."""
        seen = self._seen.get(token)
        if seen is None or seen.good_until < self.keys.now():
            return None
        is_unchanged = seen.signer is None or hosts.by_code.get(seen.signer.code) == seen.signer
        return seen if is_unchanged else None

    async def _verified(self, token: str, hosts: HostBook) -> Seen:
        header, claims = peek(token)
        issuer = claims.get("iss")
        if issuer == self.keys.issuer:  # first: no host can take our name and have its own key verify it
            ours = self.keys.verify(token, header)
            return Seen(ours, None, ours.expires_at + LEEWAY)
        host = hosts.by_issuer.get(issuer) if isinstance(issuer, str) else None
        if host is None or host.algorithm is None:
            raise refused_token("unknown_issuer")
        _require_on(host)  # before its keys: of a host that is off nothing is asked any more
        theirs = verify_host_token(token, host, await self._host_key(host, header))
        # a published key may be withdrawn: tokens must meet the published set again
        return Seen(theirs, host, theirs.expires_at + LEEWAY if host.public_key else self.keys.now() + FRESH)

    async def _host_key(self, host: KnownHost, header: Mapping[str, Any]) -> Any:
        algorithm = str(host.algorithm)
        if host.public_key is not None:
            try:
                return parse_key(algorithm, self.house.secret_box.open(host.public_key))
            except ValueError:
                raise refused_token("key") from None
        if host.jwks_url is None or algorithm == "HS256":  # a published secret is none
            raise refused_token("key")
        return await self.jwks.key(host.jwks_url, algorithm=algorithm, key_id=header.get("kid"))

    async def player_id(self, principal: Principal, *, request_id: str | None = None) -> int:
        """The id of the player's row, which is made at their first request. An id that they had before names them."""
        key = (principal.host_code, principal.subject)
        now, host = self.keys.now(), await self.host(principal.host_code)
        known = self._players.get(key)
        if known is None or not known.holds(now, host.names_version):
            arrival = Arrival(host.id, principal.subject, principal.session_id, request_id)
            known = Known(await self.arrivals.submit(arrival), now, host.names_version)
            _remember(self._players, key, known, MAX_PLAYERS)
        return known.user_id

    async def staff(self, principal: Principal) -> Principal:
        """The operator as they stand now, read at each call: only scopes that token *and* row have count.

        Raises SCOPE_REQUIRED for a token without staff scopes, TOKEN_REVOKED when the operator was switched off,
        signed out, or had their tokens ended.
        """
        if not principal.scopes & STAFF_SCOPES:
            raise AppError("SCOPE_REQUIRED", required=sorted(STAFF_SCOPES))
        member = await self.house.read(
            lambda keepers: keepers.identity.standing(principal.subject, principal.session_id)
        )
        if member is None or not member.is_active or member.token_version != principal.staff_version:
            raise refused_token("operator_signed_out_or_off", "TOKEN_REVOKED")
        return replace(principal, scopes=principal.scopes - (STAFF_SCOPES - member.scopes))

    async def api_key(self, key: str) -> Principal:
        """The host whose server shows this key, read at each call.

        Raises TOKEN_INVALID, TOKEN_REVOKED when the key was ended, HOST_DISABLED.
        """
        holder = None
        if is_api_key(key):
            key_hash = sha256_hex(key)
            holder = await self.house.read(lambda keepers: keepers.identity.api_key_holder(key_hash))
        if holder is None:
            raise refused_token("unknown_api_key" if is_api_key(key) else "no_api_key")
        if holder.is_revoked:
            raise refused_token("api_key_ended", "TOKEN_REVOKED")
        if not holder.is_host_active:
            raise refused_token("host_off", "HOST_DISABLED")
        now = self.keys.now()
        return Principal(holder.host_code, frozenset({HOST}), holder.host_code, now, now)

    async def host(self, code: str) -> KnownHost:
        """A host that is on; raises HOST_DISABLED for one that is off, TOKEN_INVALID for one that nobody knows."""
        arrived, hosts = time.monotonic(), await self._current_hosts()
        known = hosts.by_code.get(code)
        if known is None or not known.is_active:
            hosts = await self._hosts_read_after(arrived)
        return hosts.open_host(code)

    async def is_disabled(self, code: str) -> bool:
        """Whether there is such a host, and it is off."""
        host = (await self._current_hosts()).by_code.get(code)
        return host is not None and not host.is_active

    async def _current_hosts(self) -> HostBook:
        if self._hosts is not None and self._hosts.is_fresh(self.keys.now()):
            return self._hosts
        async with self._turn:  # of all that wait here, the first reads for everyone
            if self._hosts is None or not self._hosts.is_fresh(self.keys.now()):
                self._hosts = await self._read_hosts()
            return self._hosts

    async def _hosts_read_after(self, arrived: float) -> HostBook:
        """Every host as of this instant or later. Whoever makes names up causes one reading at a time, for all."""
        async with self._turn:
            if self._hosts is None or self._hosts.began < arrived:
                self._hosts = await self._read_hosts()
            return self._hosts

    async def _read_hosts(self) -> HostBook:
        now, began = self.keys.now(), time.monotonic()
        known = await self.house.read(lambda keepers: keepers.identity.known_hosts())
        by_issuer = {host.issuer: host for host in known if host.issuer}
        return HostBook(now, began, {host.code: host for host in known}, by_issuer)


def _require_on(host: KnownHost) -> KnownHost:
    if not host.is_active:
        raise refused_token("host_off", "HOST_DISABLED")
    return host


def _remember(memory: dict[K, V], key: K, value: V, at_most: int) -> None:
    """Keeps a value; the oldest goes when the memory is full."""
    if len(memory) >= at_most:
        del memory[next(iter(memory))]
    memory[key] = value
