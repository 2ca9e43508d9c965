"""An operator's account, made at the machine. Reads and locks staff. Writes staff, refresh_tokens, admin_audit_log."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from app.core.auth import STAFF_SCOPES
from app.core.errors import invalid
from app.core.names import is_external_id
from app.core.security import Passwords, is_guessable
from app.core.tokens import TokenKeys
from app.domain.staff import StaffMember
from app.flows.steps.know_operator import know_operator
from app.services import House, Services
from app.services.audit_service import AdminAct

# NIST SP 800-63B: length is what counts; an operator's account is worth more than the eight characters it asks for
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1000


@dataclass(frozen=True, slots=True)
class StaffMade:
    """The operator as they stand, and what this changed: nothing, when all was so before."""

    login: str
    scopes: list[str]
    is_new: bool
    has_new_password: bool


async def create_staff(
    house: House,
    keys: TokenKeys,
    passwords: Passwords,
    act: AdminAct,
    *,
    login: str,
    scopes: frozenset[str],
    password: str | None,
) -> StaffMade:
    """The operator with at least these scopes and, where one is given, this password. A second run changes nothing.

    A password that differs ends every sign-in of the operator. Audited. Raises VALIDATION_ERROR naming the argument.
    """
    _check(login, scopes, password)
    known = await house.read(lambda keepers: keepers.identity.staff_member(login))
    stored = known.password_hash if known else None
    # hashed before the transaction: no row is locked meanwhile
    fits = password is None or await passwords.verify(password, stored)
    fresh = None if fits or password is None else await passwords.hash(password)

    async def work(keepers: Services) -> StaffMade:
        now = house.clock.now()
        is_new = await keepers.identity.staff_member(login) is None
        member = await know_operator(keepers, act, login, scopes, now=now)
        if fresh is not None:
            await _set_password(keepers, act, member, fresh, is_new=is_new, now=now, tokens_now=keys.now())
        return StaffMade(member.login, sorted(member.scopes | scopes), is_new, fresh is not None)

    return await house.write_identities(work)


async def _set_password(
    keepers: Services,
    act: AdminAct,
    member: StaffMember,
    password_hash: str,
    *,
    is_new: bool,
    now: datetime,
    tokens_now: datetime,
) -> None:
    await keepers.identity.change_staff(member.id, password_hash=password_hash)
    if not is_new:
        await keepers.identity.end_staff_tokens(member.id, now=tokens_now)
    await keepers.audit.add(act, "STAFF_PASSWORD_SET", f"staff:{member.login}", now=now)


def _check(login: str, scopes: frozenset[str], password: str | None) -> None:
    if not is_external_id(login) or unicodedata.normalize("NFKC", login) != login:
        raise invalid(("login", "1 to 100 printable characters of normal width, no space at either end"))
    if not scopes or not scopes <= STAFF_SCOPES:
        raise invalid(("scope", f"one or more of {', '.join(sorted(STAFF_SCOPES))}"))
    if password is None:
        return
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise invalid(("password", f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"))
    if is_guessable(password, login):
        raise invalid(("password", "too easy to guess: a common password, a name, or a pattern of keys"))
