"""Signing an operator in by password.

Reads and locks staff. Writes staff (failures, lock), refresh_tokens, admin_audit_log.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from app.core.errors import AppError
from app.core.security import Passwords
from app.core.tokens import TokenKeys
from app.flows.steps.sessions import new_family, open_session, staff_owner
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.identity_service import StaffMember

MAX_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
# every refusal takes at least this long: whether a login exists, is locked or has no password can't be timed
REFUSAL_SECONDS = 0.4


async def staff_sign_in(
    house: House, keys: TokenKeys, passwords: Passwords, *, login: str, password: str, request_id: str | None
) -> dict[str, Any]:
    """Tokens for the operator; INVALID_CREDENTIALS for anyone else, whatever is wrong with them.

    Five wrong passwords in a row lock the login for 15 minutes, exactly, however many come at once: the right one is
    refused meanwhile. The password is checked before the transaction, so no row is locked while hashing.
    """
    answer_at = asyncio.get_running_loop().time() + REFUSAL_SECONDS
    known = await house.read(lambda keepers: keepers.identity.staff_member(login))
    stored = known.password_hash if known else None
    is_right = await passwords.verify(password, stored)
    answer = None
    if known is not None:

        async def work(keepers: Services) -> dict[str, Any] | None:
            member = await keepers.identity.lock_staff(login)
            if member is None or not member.is_active or member.password_hash != stored:
                return None
            return await _decide(keepers, house, keys, member, is_right=is_right, request_id=request_id)

        answer = await house.write(work)
    if answer is None:
        await asyncio.sleep(answer_at - asyncio.get_running_loop().time())
        raise AppError("INVALID_CREDENTIALS")
    return answer


async def _decide(
    keepers: Services, house: House, keys: TokenKeys, member: StaffMember, *, is_right: bool, request_id: str | None
) -> dict[str, Any] | None:
    now = keys.now()
    if member.locked_until is not None and member.locked_until > now:
        return None
    if not is_right:
        await _count_failure(keepers, member, request_id=request_id, now=now)
        return None
    family = new_family(house.settings, now)
    await keepers.identity.change_staff(member.id, failed_sign_ins=0, locked_until=None)
    await _audit(keepers, member, "STAFF_SIGN_IN", request_id=request_id, now=now)
    return await open_session(keepers, house.settings, keys, staff_owner(member), family, now=now)


async def _count_failure(keepers: Services, member: StaffMember, *, request_id: str | None, now: datetime) -> None:
    failures = member.failed_sign_ins + 1
    if failures < MAX_FAILURES:
        await keepers.identity.change_staff(member.id, failed_sign_ins=failures)
        await _audit(keepers, member, "STAFF_SIGN_IN_REFUSED", request_id=request_id, now=now)
        return
    await keepers.identity.change_staff(member.id, failed_sign_ins=0, locked_until=now + LOCKED_FOR)
    await _audit(keepers, member, "STAFF_LOCKED", request_id=request_id, now=now)


async def _audit(keepers: Services, member: StaffMember, action: str, *, request_id: str | None, now: datetime) -> None:
    act = AdminAct(f"staff:{member.login}", "sign-in by password", request_id)
    await keepers.audit.add(act, action, f"staff:{member.login}", now=now)
