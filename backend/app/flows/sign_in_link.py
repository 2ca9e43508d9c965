"""One-time sign-in links for operators: made at the machine, used once in a browser.

Reads and locks staff. Writes staff, refresh_tokens, admin_audit_log.
"""

from datetime import timedelta
from typing import Any

from app.core.auth import STAFF_SCOPES
from app.core.errors import invalid, refused_token
from app.core.names import is_external_id
from app.core.security import new_secret, sha256_hex
from app.core.tokens import TokenKeys
from app.domain.staff import StaffMember
from app.flows.steps.know_operator import know_operator
from app.flows.steps.sessions import new_family, open_session, staff_owner
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.utils.random_utils import new_id

CLI = AdminAct("cli", "sign-in link made at the terminal", None)
LINK_LIFE = timedelta(hours=24)


async def issue_sign_in_link(house: House, keys: TokenKeys, *, login: str, scopes: frozenset[str]) -> str:
    """The secret of a link that signs this operator in once, within 24 hours. Audited as `cli`.

    An operator who is new is made with these scopes; one who is there keeps exactly what they have. It is stored as the
    only token of a family of its own. Raises VALIDATION_ERROR for a login or scopes that can't be, and for a scope that
    an operator who is there lacks.
    """
    if not is_external_id(login):
        raise invalid(("login", "1 to 100 printable characters, no space at either end"))
    if not scopes <= STAFF_SCOPES:
        raise invalid(("scope", f"one or more of {', '.join(sorted(STAFF_SCOPES))}"))
    secret, made_at = new_secret(), keys.now()

    async def work(keepers: Services) -> None:
        now = house.clock.now()
        await _require_no_raise(keepers, login, scopes)
        member = await know_operator(keepers, CLI, login, scopes, now=now)
        token = {"family_id": new_id(made_at), "staff_id": member.id, "token_hash": _stored(secret)}
        times = {"created_at": made_at, "expires_at": made_at + LINK_LIFE, "family_expires_at": made_at + LINK_LIFE}
        await keepers.identity.add_refresh_tokens([token | times])
        await keepers.audit.add(CLI, "SIGN_IN_LINK_ISSUED", f"staff:{member.login}", now=now)

    await house.write_identities(work)
    return secret


async def _require_no_raise(keepers: Services, login: str, scopes: frozenset[str]) -> None:
    member = await keepers.identity.lock_staff(login)
    if member is None and not scopes:
        raise invalid(("scope", f"{login} is new: say one or more of {', '.join(sorted(STAFF_SCOPES))}"))
    if member is not None and not scopes <= member.scopes:
        has = ", ".join(sorted(member.scopes))
        raise invalid(("scope", f"{login} has {has}: leave --scope out, or give more with `ops staff create`"))


async def enter_by_link(
    house: House, keys: TokenKeys, secret: str, *, client: str, request_id: str | None
) -> dict[str, Any]:
    """A sign-in for whoever shows an unused link; of several at once exactly one gets in.

    Raises TOKEN_INVALID for anything that is no link, TOKEN_REVOKED for a used one, TOKEN_EXPIRED for an old one. A
    second use ends nothing: the first one's sign-in is a family of its own.
    """
    now = keys.now()

    async def work(keepers: Services) -> dict[str, Any]:
        token = await keepers.identity.refresh_token(_stored(secret))
        if token is None or token.staff_id is None:
            raise refused_token("unknown_link")
        member = await keepers.identity.lock_staff_by_id(token.staff_id)
        if member is None or not member.is_active:
            raise refused_token("operator_signed_out_or_off")
        if token.expires_at <= now:
            raise refused_token("expired", "TOKEN_EXPIRED")
        if not await keepers.identity.use_refresh_token(token.id, seed=new_secret(), now=now):
            raise refused_token("used_link", "TOKEN_REVOKED")
        await _audit(keepers, house, member, request_id)
        owner, family = staff_owner(member, client=client), new_family(house.settings, now)
        return await open_session(keepers, house.settings, keys, owner, family, now=now)

    return await house.write_identities(work)


async def _audit(keepers: Services, house: House, member: StaffMember, request_id: str | None) -> None:
    act = AdminAct(f"staff:{member.login}", "sign-in by one-time link", request_id)
    await keepers.audit.add(act, "STAFF_SIGN_IN", f"staff:{member.login}", now=house.clock.now())


def _stored(secret: str) -> str:
    """Told apart from refresh tokens: neither can be used in the other's place."""
    return sha256_hex(f"link:{secret}")
