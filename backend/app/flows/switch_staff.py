"""Operators looked at, switched off and on again. Locks staff. Writes staff, refresh_tokens, admin_audit_log."""

from collections.abc import Callable

from app.core.auth import ADMIN
from app.core.errors import AppError, invalid
from app.core.tokens import TokenKeys
from app.domain.staff import StaffMember, login_of
from app.flows.steps.edits import Row
from app.services import House, Services
from app.services.audit_service import AdminAct


async def list_staff(house: House) -> list[Row]:
    """Every operator, oldest first: scopes, on or off, with a password or not. Never the password's hash."""

    async def work(keepers: Services) -> list[Row]:
        proven = await keepers.second_factor.confirmed()
        return [_facts(member, proven) for member in await keepers.identity.all_staff()]

    return await house.read(work)


async def switch_staff(house: House, keys: TokenKeys, act: AdminAct, login: str, *, is_active: bool) -> bool:
    """Switches an operator; returns whether that changed anything. Audited if it did.

    Off: every sign-in, link and token of theirs ends with the commit, for good; on again, they sign in anew. Raises
    VALIDATION_ERROR for a login that nobody has, LAST_ADMIN for the last who holds `admin`, OWN_ACCOUNT for oneself.
    """
    unknown = invalid(("login", "nobody has this login"))
    before = await _switch(house, keys, act, lambda one: one.login == login_of(login), unknown, is_active=is_active)
    return before.is_active != is_active


async def switch_staff_by_id(house: House, keys: TokenKeys, act: AdminAct, staff_id: int, *, is_active: bool) -> Row:
    """As `switch_staff`; returns the operator as they stand then. Raises NOT_FOUND for an id that nobody has."""
    unknown = AppError("NOT_FOUND")
    await _switch(house, keys, act, lambda one: one.id == staff_id, unknown, is_active=is_active)
    return next(row for row in await list_staff(house) if row["id"] == staff_id)


async def _switch(
    house: House,
    keys: TokenKeys,
    act: AdminAct,
    is_meant: Callable[[StaffMember], bool],
    unknown: AppError,
    *,
    is_active: bool,
) -> StaffMember:
    """The operator as they stood before."""

    async def work(keepers: Services) -> StaffMember:
        everybody = await keepers.identity.all_staff(locked=True)  # of the last two, each could leave to the other
        member = next(filter(is_meant, everybody), None)
        if member is None:
            raise unknown
        if member.is_active == is_active:
            return member
        if act.actor.startswith("staff:") and login_of(act.actor.removeprefix("staff:")) == member.login:
            raise AppError("OWN_ACCOUNT")
        if _is_admin(member) and not any(_is_admin(one) for one in everybody if one.id != member.id):
            raise AppError("LAST_ADMIN")
        await keepers.identity.change_staff(member.id, is_active=is_active)
        if not is_active:
            await keepers.identity.end_staff_tokens(member.id, now=keys.now())
        action = "STAFF_ENABLED" if is_active else "STAFF_DISABLED"
        before, after = {"is_active": member.is_active}, {"is_active": is_active}
        target = f"staff:{member.login}"
        await keepers.audit.add(act, action, target, before=before, after=after, now=house.clock.now())
        return member

    return await house.write_identities(work)


def _is_admin(member: StaffMember) -> bool:
    return member.is_active and ADMIN in member.scopes


def _facts(member: StaffMember, proven: set[int]) -> Row:
    return {
        "id": member.id,
        "login": member.login,
        "scopes": sorted(member.scopes),
        "is_active": member.is_active,
        "has_password": member.password_hash is not None,
        "has_second_factor": member.id in proven,
    }
