"""Hosts and the API keys of their servers: looked at, made, ended. Locks and writes api_keys; audits each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from pydantic_core import from_json, to_json

from app.core.errors import AppError, invalid
from app.core.security import api_key_of, sha256_hex
from app.flows.steps.commands import Done
from app.flows.steps.edits import Row
from app.flows.steps.once import KeyedAct, once
from app.services import House, Services
from app.services.audit_service import AdminAct

MOST_KEYS = 20  # live ones of a host: two servers and a rotation need four


async def list_hosts(house: House) -> list[Row]:
    """Every host with its keys, of which nothing but names and dates is known any more."""

    async def work(keepers: Services) -> list[Row]:
        keys = await keepers.identity.api_keys()
        return [
            host | {"keys": [key for key in keys if key["host_id"] == host["id"]]}
            for host in await keepers.identity.hosts()
        ]

    return await house.read(work)


async def add_host_key(house: House, act: KeyedAct, code: str, name: str, *, own_secrets: Sequence[str]) -> Done:
    """A further key of a host, once per idempotency key; the answer holds it as `key`.

    No key is stored. It is made of the request and the first of the service's `own_secrets`, so the same request gets
    the same key again while that secret is among them; later API_KEY_SHOWN_ONCE. Raises VALIDATION_ERROR: unknown host.
    """
    now = house.clock.now()
    key = _key(own_secrets[0], act, now)

    async def work(keepers: Services) -> Row:
        known = {host["code"]: host["id"] for host in await keepers.identity.hosts()}
        if code not in known:
            raise invalid(("host", "unknown host"))
        live = [
            row for row in await keepers.identity.api_keys() if row["host_id"] == known[code] and not row["revoked_at"]
        ]
        if len(live) >= MOST_KEYS:
            raise invalid(("host", f"has {MOST_KEYS} live keys already"))
        key_id = await keepers.identity.add_api_key(known[code], name, key_hash=sha256_hex(key), now=now)
        await keepers.audit.add(act, "API_KEY_ADDED", f"host:{code}", after={"key_id": key_id, "name": name}, now=now)
        return {"id": key_id, "host": code, "name": name, "created_at": now}

    done = await once(house, act, "API_KEY", work, of_identities=True)
    made_at = datetime.fromisoformat(from_json(done.body)["created_at"])
    for candidate in [_key(secret, act, made_at) for secret in own_secrets]:
        if await house.read(partial(_is_stored, candidate)):
            return replace(done, body=done.body[:-1] + b',"key":' + to_json(candidate) + b"}")
    raise AppError("API_KEY_SHOWN_ONCE")


def _key(secret: str, act: KeyedAct, made_at: datetime) -> str:
    return api_key_of(secret, act.key.key, act.key.fingerprint, str(int(made_at.timestamp())))


async def _is_stored(key: str, keepers: Services) -> bool:
    return await keepers.identity.api_key_holder(sha256_hex(key)) is not None


async def revoke_host_key(house: House, act: AdminAct, key_id: int) -> Row:
    """Ends a key: the next call with it is refused. Ending it twice changes nothing. Raises NOT_FOUND."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        row = await keepers.identity.api_key(key_id, locked=True)
        if row is None:
            raise AppError("NOT_FOUND")
        if row["revoked_at"] is None:
            await keepers.identity.revoke_api_key(key_id, now=now)
            await keepers.audit.add(
                act, "API_KEY_REVOKED", f"host:{row['host']}", before={"key_id": key_id, "name": row["name"]}, now=now
            )
        return row | {"revoked_at": row["revoked_at"] or now}

    return await house.write_identities(work)
