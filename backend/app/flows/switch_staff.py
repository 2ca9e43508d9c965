"""Operators switched off and on again. Reads and locks staff. Writes staff, refresh_tokens, admin_audit_log."""

from app.core.auth import ADMIN
from app.core.errors import AppError, invalid
from app.core.tokens import TokenKeys
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.identity_service import StaffMember, login_of


async def switch_staff(house: House, keys: TokenKeys, act: AdminAct, login: str, *, is_active: bool) -> bool:
    """Switches an operator; returns whether that changed anything. Audited if it did.

    Off: every sign-in, link and token of theirs ends with the commit, for good; on again, they sign in anew. Raises
    VALIDATION_ERROR for a login that nobody has, LAST_ADMIN for the last one who holds `admin`.
    """

    async def work(keepers: Services) -> bool:
        everybody = await keepers.identity.all_staff(locked=True)  # of the last two, each could leave to the other
        member = next((one for one in everybody if one.login == login_of(login)), None)
        if member is None:
            raise invalid(("login", "nobody has this login"))
        if member.is_active == is_active:
            return False
        if _is_admin(member) and not any(_is_admin(one) for one in everybody if one.id != member.id):
            raise AppError("LAST_ADMIN")
        await keepers.identity.change_staff(member.id, is_active=is_active)
        if not is_active:
            await keepers.identity.end_staff_tokens(member.id, now=keys.now())
        action = "STAFF_ENABLED" if is_active else "STAFF_DISABLED"
        before, after = {"is_active": member.is_active}, {"is_active": is_active}
        target = f"staff:{member.login}"
        await keepers.audit.add(act, action, target, before=before, after=after, now=house.clock.now())
        return True

    return await house.write(work)


def _is_admin(member: StaffMember) -> bool:
    return member.is_active and ADMIN in member.scopes
