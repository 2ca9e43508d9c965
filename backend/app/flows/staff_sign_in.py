"""Signing an operator in by password and, where they have one, a second factor.

Reads and locks staff. Writes staff_second_factors, staff_recovery_codes, refresh_tokens, admin_audit_log.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import AppError
from app.core.security import Passwords
from app.core.sign_in_delays import SignInDelays
from app.core.tokens import TokenKeys
from app.domain.staff import StaffMember, login_of
from app.flows.steps.second_factor import accept_code
from app.flows.steps.sessions import new_family, open_session, staff_owner
from app.services import House, Services
from app.services.audit_service import AdminAct

# every refusal takes at least this long: whether a login exists, or has no password, can't be timed
REFUSAL_SECONDS = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSignIn:
    """One try. `address` is where it comes from, `client` what is kept of it where it succeeds."""

    login: str
    password: str = field(repr=False)
    code: str | None = field(default=None, repr=False)
    address: str
    client: str
    request_id: str | None


class StaffDoor:
    """Signs operators in: what it remembers of wrong tries is this process's own."""

    def __init__(self, house: House, keys: TokenKeys, passwords: Passwords) -> None:
        self._house, self._keys, self._passwords = house, keys, passwords
        self._delays = SignInDelays()

    async def sign_in(self, asked: StaffSignIn) -> dict[str, Any]:
        """Tokens for the operator; INVALID_CREDENTIALS for anyone else, whatever is wrong with them.

        SECOND_FACTOR_REQUIRED where the password is right and a code is missing. After three wrong tries of a login
        from one address each further one waits, twice as long each time (RATE_LIMITED): nobody else does, and no login
        is ever locked. The password is checked before the transaction, so no row is locked while hashing.
        """
        answer_at = asyncio.get_running_loop().time() + REFUSAL_SECONDS
        login = login_of(asked.login)
        self._delays.require_turn(asked.address, login, self._keys.now())
        try:
            answer = await self._try(asked, login)
        except AppError as refusal:
            if refusal.code == "INVALID_CREDENTIALS":
                self._delays.note_failure(asked.address, login, self._keys.now())
                await asyncio.sleep(answer_at - asyncio.get_running_loop().time())
            raise
        self._delays.forget(asked.address, login)
        return answer

    async def _try(self, asked: StaffSignIn, login: str) -> dict[str, Any]:
        known = await self._house.read(lambda keepers: keepers.identity.staff_member(login))
        stored = known.password_hash if known else None
        is_right = await self._passwords.verify(asked.password, stored, address=asked.address)
        if known is None:
            raise AppError("INVALID_CREDENTIALS")

        async def work(keepers: Services) -> dict[str, Any] | AppError:
            member = await keepers.identity.lock_staff(login)
            if member is None or not member.is_active or member.password_hash != stored:
                return AppError("INVALID_CREDENTIALS")
            return await self._decide(keepers, member, asked, is_right=is_right)

        answer = await self._house.write_identities(work)
        if isinstance(answer, AppError):  # returned, not raised: what was noted of it must be committed
            raise answer
        return answer

    async def _decide(
        self, keepers: Services, member: StaffMember, asked: StaffSignIn, *, is_right: bool
    ) -> dict[str, Any] | AppError:
        now = self._keys.now()
        factor = await keepers.second_factor.find(member.id) if is_right else None
        is_asked = factor is not None and factor.confirmed_at is not None
        if is_asked and not asked.code:
            return AppError("SECOND_FACTOR_REQUIRED")
        if is_asked and factor is not None:
            is_right = await accept_code(keepers, self._house.secret_box, factor, asked.code or "", now=now)
        action = "STAFF_SIGN_IN" if is_right else "STAFF_SIGN_IN_REFUSED"
        act = AdminAct(f"staff:{member.login}", f"sign-in by password from {asked.address}", asked.request_id)
        await keepers.audit.add(act, action, f"staff:{member.login}", now=now)
        if not is_right:
            return AppError("INVALID_CREDENTIALS")
        owner, family = staff_owner(member, client=asked.client), new_family(self._house.settings, now)
        return await open_session(keepers, self._house.settings, self._keys, owner, family, now=now)
