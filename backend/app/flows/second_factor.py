"""An operator's own second factor: begun, confirmed, taken away.

Locks staff. Writes staff_second_factors, staff_recovery_codes, admin_audit_log.
"""

from dataclasses import dataclass, field

from app.core.errors import AppError, invalid, refused_token
from app.core.security import new_recovery_codes
from app.core.tokens import TokenKeys
from app.domain.staff import StaffMember
from app.flows.steps.second_factor import accept_code, new_totp_secret, stored_code, totp_uri
from app.services import House, Services
from app.services.audit_service import AdminAct


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator is given: the secret to type, or the address behind a QR code. Shown once."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecondFactorState:
    """Whether the operator is asked for a code, and how many recovery codes are unused."""

    is_on: bool
    recovery_codes_left: int


async def second_factor_state(house: House, login: str) -> SecondFactorState:
    """How the operator's second factor stands."""

    async def work(keepers: Services) -> SecondFactorState:
        member = await keepers.identity.staff_member(login)
        factor = None if member is None else await keepers.second_factor.find(member.id)
        if factor is None or factor.confirmed_at is None:
            return SecondFactorState(False, 0)
        return SecondFactorState(True, await keepers.second_factor.codes_left(factor.staff_id))

    return await house.read(work)


async def begin_second_factor(house: House, keys: TokenKeys, act: AdminAct) -> Enrolment:
    """A new secret for the operator's authenticator; it counts once a code of it was shown.

    Raises SECOND_FACTOR_ON while one is asked for: it must be taken away first, by a code of it.
    """
    secret = new_totp_secret()

    async def work(keepers: Services) -> Enrolment:
        member = await _locked(keepers, act)
        factor = await keepers.second_factor.find(member.id)
        if factor is not None and factor.confirmed_at is not None:
            raise AppError("SECOND_FACTOR_ON")
        await keepers.second_factor.begin(member.id, house.secret_box.seal(secret), now=keys.now())
        return Enrolment(secret, totp_uri(secret, member.login))

    return await house.write_identities(work)


async def confirm_second_factor(house: House, keys: TokenKeys, act: AdminAct, code: str) -> list[str]:
    """Has the authenticator asked for from now on; returns the recovery codes, which are shown this once. Audited.

    Raises VALIDATION_ERROR at `code` for a wrong one, SECOND_FACTOR_ON when one is on, NOT_FOUND when none was begun.
    """
    codes = new_recovery_codes()

    async def work(keepers: Services) -> list[str]:
        member = await _locked(keepers, act)
        factor = await keepers.second_factor.find(member.id)
        if factor is None:
            raise AppError("NOT_FOUND")
        if factor.confirmed_at is not None:
            raise AppError("SECOND_FACTOR_ON")
        if not await accept_code(keepers, house.secret_box, factor, code, now=keys.now()):
            raise invalid(("code", "not the code that the authenticator shows now"))
        await keepers.second_factor.confirm(member.id, [stored_code(one) for one in codes], now=keys.now())
        await _audit(keepers, house, act, "SECOND_FACTOR_ON", member)
        return codes

    return await house.write_identities(work)


async def drop_second_factor(house: House, keys: TokenKeys, act: AdminAct, code: str) -> None:
    """Takes the operator's own second factor away, against a code of it or a recovery code. Audited.

    Raises VALIDATION_ERROR at `code` for a wrong one, NOT_FOUND when there is none.
    """

    async def work(keepers: Services) -> None:
        member = await _locked(keepers, act)
        factor = await keepers.second_factor.find(member.id)
        if factor is None or factor.confirmed_at is None:
            raise AppError("NOT_FOUND")
        if not await accept_code(keepers, house.secret_box, factor, code, now=keys.now()):
            raise invalid(("code", "neither a code of the authenticator nor an unused recovery code"))
        await keepers.second_factor.remove(member.id)
        await _audit(keepers, house, act, "SECOND_FACTOR_OFF", member)

    await house.write_identities(work)


async def remove_second_factor(house: House, act: AdminAct, staff_id: int) -> None:
    """Takes another operator's lost second factor away. Audited.

    Raises NOT_FOUND for an unknown operator or one without, OWN_ACCOUNT for oneself: an own one needs a code.
    """

    async def work(keepers: Services) -> None:
        member = await keepers.identity.lock_staff_by_id(staff_id)
        if member is None:
            raise AppError("NOT_FOUND")
        if act.actor == f"staff:{member.login}":
            raise AppError("OWN_ACCOUNT")
        if not await keepers.second_factor.remove(member.id):
            raise AppError("NOT_FOUND")
        await _audit(keepers, house, act, "SECOND_FACTOR_REMOVED", member)

    await house.write_identities(work)


async def _locked(keepers: Services, act: AdminAct) -> StaffMember:
    """The operator who acts, and on whose own account."""
    member = await keepers.identity.lock_staff(act.actor.removeprefix("staff:"))
    if member is None:
        raise refused_token("operator_signed_out_or_off", "TOKEN_REVOKED")
    return member


async def _audit(keepers: Services, house: House, act: AdminAct, action: str, member: StaffMember) -> None:
    await keepers.audit.add(act, action, f"staff:{member.login}", now=house.clock.now())
