"""An operator's sign-ins: listed and ended. Locks staff. Writes refresh_tokens, admin_audit_log."""

from typing import Any

from app.core.errors import AppError
from app.core.tokens import TokenKeys
from app.services import House, Services
from app.services.audit_service import AdminAct


async def staff_sessions(house: House, keys: TokenKeys, login: str) -> list[dict[str, Any]]:
    """The operator's sign-ins that last, newest first. Tokens of the terminal are not among them: they end by time."""

    async def work(keepers: Services) -> list[dict[str, Any]]:
        member = await keepers.identity.staff_member(login)
        return [] if member is None else await keepers.identity.sign_ins_of(member.id, now=keys.now())

    return await house.read(work)


async def end_staff_session(house: House, keys: TokenKeys, act: AdminAct, login: str, session_id: str) -> None:
    """Ends one of the operator's sign-ins: its tokens are refused from the commit on. Audited.

    Raises NOT_FOUND for a sign-in that is not theirs, or has ended.
    """

    async def work(keepers: Services) -> None:
        member = await keepers.identity.lock_staff(login)
        known = [] if member is None else await keepers.identity.sign_ins_of(member.id, now=keys.now())
        if session_id not in {session["id"] for session in known}:
            raise AppError("NOT_FOUND")
        await keepers.identity.revoke_family(session_id, now=keys.now())
        await keepers.audit.add(act, "STAFF_SESSION_ENDED", f"staff:{login}", now=house.clock.now())

    await house.write_identities(work)
