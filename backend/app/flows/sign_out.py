"""Ending a sign-in.

Reads and locks user_profiles and staff, as far as the token speaks for them. Writes refresh_tokens, revoked_sessions,
user_event_log, admin_audit_log.
"""

from dataclasses import replace
from datetime import timedelta

from app.core.auth import STAFF_SCOPES, Principal
from app.core.errors import refused_token
from app.core.tokens import TokenKeys
from app.flows.steps.end_session import end_player_session
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.player_state import Wanted


async def sign_out(
    house: House, keys: TokenKeys, principal: Principal, *, user_id: int | None, request_id: str | None
) -> None:
    """Ends the sign-in that the token came from: its refresh tokens and all its access tokens are dead on return.

    `user_id` is None for a token that speaks for no player. A blocked player may sign out. Raises TOKEN_REVOKED when
    the sign-in was ended before.
    """

    async def work(keepers: Services) -> None:
        if user_id is not None:
            await _end_for_player(keepers, house, keys, principal, user_id=user_id, request_id=request_id)
        if principal.scopes & STAFF_SCOPES:
            await _end_for_staff(keepers, house, keys, principal, request_id)
        else:
            await keepers.identity.revoke_family(str(principal.session_id), now=keys.now())

    await house.write_identities(work)


async def _end_for_player(
    keepers: Services, house: House, keys: TokenKeys, principal: Principal, *, user_id: int, request_id: str | None
) -> None:
    player = (await keepers.player.lock([user_id], Wanted())).get(user_id)
    if player is None or principal.session_id is None:
        raise refused_token("no_sign_in")
    may_leave = replace(player, is_blocked=False)
    may_leave.require_allowed(session_id=principal.session_id, issued_at=principal.issued_at)
    tokens_now = keys.now()
    # a refresh just before may have given a younger token of this sign-in than the one we were shown
    latest = tokens_now + timedelta(seconds=house.settings.access_ttl_seconds)
    await end_player_session(
        keepers,
        user_id,
        principal.session_id,
        tokens_end_at=max(latest, principal.expires_at),
        tokens_now=tokens_now,
        why="SIGNED_OUT",
        request_id=request_id,
        now=house.clock.now(),
    )


async def _end_for_staff(
    keepers: Services, house: House, keys: TokenKeys, principal: Principal, request_id: str | None
) -> None:
    await keepers.identity.lock_staff(principal.subject)
    member = await keepers.identity.standing(principal.subject, principal.session_id)
    if member is None:
        raise refused_token("operator_signed_out_or_off", "TOKEN_REVOKED")
    now, session_id = keys.now(), str(principal.session_id)
    if not await keepers.identity.revoke_family(session_id, now=now):
        await keepers.identity.add_ended_session(member.id, session_id, expires_at=principal.expires_at, now=now)
    act = AdminAct(f"staff:{member.login}", "sign-out", request_id)
    await keepers.audit.add(act, "STAFF_SIGN_OUT", f"staff:{member.login}", now=house.clock.now())
