"""An access token made at the terminal, for whoever operates the machine.

Reads hosts and staff. Writes staff and admin_audit_log when the token carries staff scopes.
"""

from datetime import timedelta

from app.core.auth import PLAYER, SCOPES, STAFF_SCOPES, Principal
from app.core.errors import invalid
from app.core.names import is_external_id
from app.core.tokens import TokenKeys
from app.flows.steps.know_operator import know_operator
from app.flows.steps.sessions import STAFF_HOST
from app.services import House, Services
from app.services.audit_service import AdminAct

CLI = AdminAct("cli", "token issued at the terminal", None)
MAX_TTL_SECONDS = 366 * 24 * 3600


async def issue_token(
    house: House,
    keys: TokenKeys,
    *,
    subject: str,
    scopes: frozenset[str] = frozenset({PLAYER}),
    host: str = STAFF_HOST,
    ttl_seconds: int,
) -> str:
    """A signed token for the subject, who may be both player and operator.

    Staff scopes need a staff row: it is made, or given the missing scopes, and every such token is audited as `cli`.
    The player's row is made by the token's first request. Raises VALIDATION_ERROR naming the argument: an unknown
    scope or host, an operator who was switched off.
    """
    _check(subject, scopes, ttl_seconds)

    async def work(keepers: Services) -> int | None:
        wanted = scopes & STAFF_SCOPES
        known = {one.code: one for one in await keepers.identity.known_hosts()}
        is_operator_alone = scopes == wanted  # no switch of a host keeps them out
        if host not in known or not (known[host].is_active or is_operator_alone):
            raise invalid(("host", "there is no active host with this code"))
        if not wanted:
            return None
        member = await know_operator(keepers, CLI, subject, wanted, now=house.clock.now())
        await keepers.audit.add(
            CLI, "TOKEN_ISSUED", f"staff:{member.login}", after={"scopes": sorted(scopes)}, now=house.clock.now()
        )
        return member.token_version

    version = await house.write_identities(work)
    now = keys.now()
    bearer = Principal(subject, scopes, host, now, now + timedelta(seconds=ttl_seconds), staff_version=version)
    return keys.sign(bearer)


def _check(subject: str, scopes: frozenset[str], ttl_seconds: int) -> None:
    if not is_external_id(subject):
        raise invalid(("sub", "1 to 100 printable characters, no space at either end"))
    if not scopes or not scopes <= SCOPES:
        raise invalid(("scope", f"one or more of {', '.join(sorted(SCOPES))}"))
    if not 1 <= ttl_seconds <= MAX_TTL_SECONDS:
        raise invalid(("ttl", f"1 to {MAX_TTL_SECONDS} seconds"))
