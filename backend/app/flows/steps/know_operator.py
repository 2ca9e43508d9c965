"""The row of an operator whom somebody at the machine vouches for."""

from datetime import datetime

from app.core.errors import invalid
from app.domain.staff import StaffMember
from app.services import Services
from app.services.audit_service import AdminAct


async def know_operator(
    keepers: Services, act: AdminAct, login: str, wanted: frozenset[str], *, now: datetime
) -> StaffMember:
    """The operator with at least the wanted scopes, made if need be and audited; raises VALIDATION_ERROR for one who

    was switched off.
    """
    member = await keepers.identity.lock_staff(login)
    if member is None:
        member = await keepers.identity.add_staff(login, scopes=wanted, password_hash=None, now=now)
        await keepers.audit.add(act, "STAFF_ADDED", f"staff:{member.login}", after={"scopes": sorted(wanted)}, now=now)
    elif not member.is_active:
        raise invalid(("sub", "this operator was switched off"))
    elif not wanted <= member.scopes:
        scopes = member.scopes | wanted
        await keepers.identity.change_staff(member.id, scopes=scopes)
        before, after = {"scopes": sorted(member.scopes)}, {"scopes": sorted(scopes)}
        await keepers.audit.add(
            act, "STAFF_SCOPES_RAISED", f"staff:{member.login}", before=before, after=after, now=now
        )
    return member
