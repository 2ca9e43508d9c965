"""Hosts: added, switched, and told how they sign their players' tokens. Locks and writes hosts; audits each."""

from app.core.errors import AppError, invalid
from app.core.host_tokens import parse_key
from app.core.jwks import Jwks
from app.core.tokens import TokenKeys
from app.domain.host_signing import HostFields, SigningFields
from app.flows.steps.edits import Row, only, require_version
from app.services import House, Services
from app.services.audit_service import AdminAct

NO_SIGNING = dict.fromkeys(("jwt_algorithm", "jwt_issuer", "jwt_audience", "jwt_jwks_url", "jwt_public_key"))


async def find_host(house: House, code: str) -> Row:
    """One host and how it signs. Raises NOT_FOUND."""
    return _known(await house.read(lambda keepers: keepers.identity.host(code)))


async def add_host(house: House, act: AdminAct, fields: HostFields) -> Row:
    """A new host: without keys, and signing nothing of its own. Raises NAME_TAKEN; a code is never given twice."""
    now, code = house.clock.now(), fields.code

    async def work(keepers: Services) -> Row:
        if await keepers.identity.is_known_host(code):
            raise AppError("NAME_TAKEN", field="code")
        await keepers.identity.add_host(code, fields.name, now=now)
        await keepers.audit.add(act, "HOST_ADDED", f"host:{code}", after={"code": code, "name": fields.name}, now=now)
        return _known(await keepers.identity.host(code))

    return await house.write_identities(work, is_repeatable=False)


async def switch_host(house: House, act: AdminAct, code: str, *, is_active: bool, expected_version: int | None) -> Row:
    """Off: its server and its players are refused with HOST_DISABLED. On again, all goes on where it was.

    API keys and refresh tokens are refused from the commit on, access tokens within two seconds on every process (see
    `authenticate.HOSTS_FRESH`). Nothing is ended or deleted. Switching to what stands changes nothing. Raises
    NOT_FOUND, VERSION_CONFLICT.
    """

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, code, expected_version)
        if before["is_active"] == is_active:
            return before
        await keepers.identity.change_host(code, is_active=is_active)
        return await _finish(house, keepers, act, before, "HOST_ENABLED" if is_active else "HOST_DISABLED")

    return await house.write_identities(work, is_repeatable=False)


async def set_host_signing(
    house: House,
    act: AdminAct,
    code: str,
    fields: SigningFields,
    *,
    ours: TokenKeys,
    jwks: Jwks,
    expected_version: int | None,
) -> Row:
    """What the host's own tokens are verified by from now on: within seconds everywhere, tokens in use included.

    Raises NOT_FOUND, VERSION_CONFLICT, NAME_TAKEN (another host's issuer), VALIDATION_ERROR for a key that is none or
    could sign, an address that is not https, and our own issuer; ADDRESS_NOT_ALLOWED for one that leads inside.
    """
    await _require_sound(fields, ours, jwks)

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, code, expected_version)
        if await keepers.identity.has_issuer(fields.issuer, except_host=code):
            raise AppError("NAME_TAKEN", field="issuer")
        wanted = {f"jwt_{name}": getattr(fields, name) for name in SigningFields.model_fields}
        if fields.algorithm == "HS256" and fields.public_key is not None:  # shared, so whoever reads it can sign
            wanted["jwt_public_key"] = house.secret_box.seal(fields.public_key)
        await keepers.identity.change_host(code, **wanted)
        return await _finish(house, keepers, act, before, "HOST_SIGNING_SET")

    return await house.write_identities(work, is_repeatable=False)


async def end_host_signing(house: House, act: AdminAct, code: str, *, expected_version: int | None) -> Row:
    """The host's own tokens count no longer; its server still signs players in. Ending it twice changes nothing."""

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, code, expected_version)
        if before["signing"] is None:
            return before
        await keepers.identity.change_host(code, **NO_SIGNING)
        return await _finish(house, keepers, act, before, "HOST_SIGNING_ENDED")

    return await house.write_identities(work, is_repeatable=False)


async def _require_sound(fields: SigningFields, ours: TokenKeys, jwks: Jwks) -> None:
    if fields.issuer == ours.issuer:
        raise invalid(("issuer", "is our own name"))
    if fields.jwks_url is not None and not jwks.may_call(fields.jwks_url):
        raise invalid(("jwks_url", "an https URL"))
    if fields.jwks_url is not None and await jwks.leads_inside(fields.jwks_url):
        raise invalid(("jwks_url", "leads into a network that must not be called"), code="ADDRESS_NOT_ALLOWED")
    if fields.public_key is not None:
        try:
            parse_key(fields.algorithm, fields.public_key)
        except ValueError as problem:
            raise invalid(("public_key", str(problem))) from None


def _known(row: Row | None) -> Row:
    if row is None:
        raise AppError("NOT_FOUND")
    return row


async def _locked(keepers: Services, code: str, expected_version: int | None) -> Row:
    row = _known(await keepers.identity.host(code, locked=True))
    require_version(expected_version, row["version"])
    return row


async def _finish(house: House, keepers: Services, act: AdminAct, before: Row, action: str) -> Row:
    after = _known(await keepers.identity.host(before["code"]))
    kept = [only(row, "is_active", "signing", "version") for row in (before, after)]
    await keepers.audit.add(act, action, f"host:{before['code']}", before=kept[0], after=kept[1], now=house.clock.now())
    return after
