"""Refreshing a sign-in: the refresh token is spent and its one successor takes its place.

Reads and locks user_profiles or staff. Writes refresh_tokens; on a reuse also revoked_sessions and user_event_log or
admin_audit_log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.core.errors import AppError, refused_token
from app.core.security import new_secret, sha256_hex, successor_of
from app.core.tokens import TokenKeys
from app.domain.player import PlayerState
from app.flows.steps.end_session import end_player_session
from app.flows.steps.sessions import Family, Owner, open_session, player_owner, session_answer, staff_owner
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.identity_service import RefreshToken
from app.services.player_state import Wanted

# two tabs, or a client that never got the first answer, may spend a token twice within this time
GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Refresh:
    """One attempt: the token shown, what we know of it, and the moment on the tokens' clock."""

    shown: str
    token: RefreshToken
    now: datetime


async def refresh_sign_in(
    house: House,
    keys: TokenKeys,
    refresh_token: str,
    *,
    is_staff: bool,
    admit: Callable[[int], None],
    request_id: str | None,
) -> dict[str, Any]:
    """New tokens for a live refresh token, which is thereby spent. Operators and players have a door each (`is_staff`).

    Spent twice within 10 seconds, it gives the same successor again while that one is unused, so parallel refreshes
    all go on and a family never has two live tokens. Any other second use means that two parties hold the token: the
    whole family and its access tokens are revoked (TOKEN_REVOKED). Raises TOKEN_INVALID for a token we never gave
    or that belongs to the other door, TOKEN_EXPIRED, USER_BLOCKED, HOST_DISABLED. `admit` is told whose token it is,
    before anything is locked; what it raises is raised.
    """
    now = keys.now()

    async def work(keepers: Services) -> dict[str, Any] | AppError:
        known = await _known_token(keepers, refresh_token)
        if (known.staff_id is not None) is not is_staff:
            raise refused_token("other_kind_of_account")
        admit(known.user_id or known.staff_id or 0)
        owner = await _locked_owner(keepers, known)
        token = await _known_token(keepers, refresh_token)  # again: it may have been spent while we waited for the lock
        _require_live(token, now)
        attempt = Refresh(refresh_token, token, now)
        seed = new_secret()
        if await keepers.identity.use_refresh_token(token.id, seed=seed, now=now):
            family = Family(token.family_id, token.family_expires_at, successor_of(refresh_token, seed))
            return await open_session(keepers, house.settings, keys, owner, family, now=now)
        family_again = await _same_successor(keepers, attempt)
        if family_again is not None:
            return session_answer(house.settings, keys, owner, family_again, now=now)
        await _revoke_family(keepers, house, attempt, owner, request_id)
        # returned, not raised: the revocation must be committed
        return refused_token("used_refresh_token", "TOKEN_REVOKED")

    answer = await house.write_identities(work)
    if isinstance(answer, AppError):
        raise answer
    return answer


async def _known_token(keepers: Services, shown: str) -> RefreshToken:
    token = await keepers.identity.refresh_token(sha256_hex(shown))
    if token is None:
        raise refused_token("unknown_refresh_token")
    return token


def _require_live(token: RefreshToken, now: datetime) -> None:
    if token.revoked_at is not None:
        raise refused_token("signed_out", "TOKEN_REVOKED")
    if min(token.expires_at, token.family_expires_at) <= now:
        raise refused_token("expired", "TOKEN_EXPIRED")


async def _locked_owner(keepers: Services, token: RefreshToken) -> Owner:
    """Whose token it is, locked: all refreshes of one owner queue here, so what follows is exact."""
    if token.user_id is not None:
        player = (await keepers.player.lock([token.user_id], Wanted())).get(token.user_id)
        hosts = {host.id: host for host in await keepers.identity.known_hosts()}
        if player is None or player.host_id not in hosts:
            raise refused_token("unknown_host")
        if not hosts[player.host_id].is_active:
            # nothing is spent: when the host is on again, this token goes on
            raise refused_token("host_off", "HOST_DISABLED")
        _require_allowed(player, token)
        return player_owner(player, hosts[player.host_id].code)
    member = None if token.staff_id is None else await keepers.identity.lock_staff_by_id(token.staff_id)
    if member is None or not member.is_active:
        raise refused_token("operator_signed_out_or_off", "TOKEN_REVOKED")
    return staff_owner(member)


def _require_allowed(player: PlayerState, token: RefreshToken) -> None:
    """A refresh token counts as issued when it was made, so "sign out everywhere" ends its family with it.

    So does becoming part of another player's account: the host signs them in as the other.
    """
    if player.merged_into is not None:
        raise refused_token("merged", "TOKEN_REVOKED")
    player.require_allowed(session_id=token.family_id, issued_at=token.created_at)


async def _same_successor(keepers: Services, attempt: Refresh) -> Family | None:
    """The family with the successor given before, if this is a double use in good faith; else None."""
    spent = attempt.token
    if spent.used_at is None or spent.successor_seed is None or attempt.now - spent.used_at > GRACE:
        return None
    successor = successor_of(attempt.shown, spent.successor_seed)
    given = await keepers.identity.refresh_token(sha256_hex(successor))
    if given is None or given.used_at is not None:
        return None
    return Family(spent.family_id, spent.family_expires_at, successor)


async def _revoke_family(
    keepers: Services, house: House, attempt: Refresh, owner: Owner, request_id: str | None
) -> None:
    await keepers.identity.revoke_family(attempt.token.family_id, now=attempt.now)
    if owner.user_id is not None:
        await end_player_session(
            keepers,
            owner.user_id,
            attempt.token.family_id,
            tokens_end_at=attempt.now + timedelta(seconds=house.settings.access_ttl_seconds),
            tokens_now=attempt.now,
            why="REFRESH_TOKEN_REUSED",
            request_id=request_id,
            now=house.clock.now(),
        )
        return
    act = AdminAct(f"staff:{owner.subject}", "refresh token reused", request_id)
    await keepers.audit.add(act, "STAFF_SIGN_IN_REVOKED", f"staff:{owner.subject}", now=house.clock.now())
