"""Keeper of `hosts`, `api_keys`, `staff`, `refresh_tokens` and `revoked_sessions`: who may knock, and signed in how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, exists, func, select, tuple_, update

from app.core.host_tokens import KnownHost
from app.core.security import new_secret, sha256_hex
from app.db.transaction import Tx, new_row_id
from app.domain.staff import StaffMember, login_of
from app.models.identity import api_keys, hosts, refresh_tokens, revoked_sessions, staff

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class ApiKeyHolder:
    """Whose API key it is. A revoked key is still known, and so is one of a host that is off."""

    host_code: str
    is_host_active: bool
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One refresh token of a family. Its owner is a player or an operator."""

    id: int
    family_id: str
    user_id: int | None
    staff_id: int | None
    token_hash: str
    created_at: datetime
    expires_at: datetime
    family_expires_at: datetime
    used_at: datetime | None
    successor_seed: str | None
    revoked_at: datetime | None
    client: str | None


class IdentityService:
    """Keeper of identities."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def active_hosts(self) -> list[KnownHost]:
        """Every host that may knock, and how it signs."""
        return [host for host in await self.known_hosts() if host.is_active]

    async def known_hosts(self) -> list[KnownHost]:
        """As `active_hosts`, with those that are switched off."""
        rows = await self._tx.execute(select(hosts))
        return [
            KnownHost(
                id=row.id,
                code=row.code,
                algorithm=row.jwt_algorithm,
                public_key=row.jwt_public_key,
                jwks_url=row.jwt_jwks_url,
                issuer=row.jwt_issuer,
                audience=row.jwt_audience,
                max_life_seconds=row.jwt_max_life_seconds,
                is_active=bool(row.is_active),
                names_version=row.names_version or 0,
            )
            for row in rows
        ]

    async def is_known_host(self, code: str) -> bool:
        """True for a host that was switched off, too: its code is taken."""
        return (await self._tx.execute(select(hosts.c.id).where(hosts.c.code == code))).first() is not None

    async def add_host(
        self, code: str, name: str, *, now: datetime, max_life_seconds: int = DAY_SECONDS, **signing: Any
    ) -> int:
        """A new active host; `signing` gives the `jwt_…` columns of one that signs its own player tokens."""
        values = {"code": code, "name": name, "is_active": True, "jwt_max_life_seconds": max_life_seconds}
        return new_row_id(await self._tx.execute(hosts.insert().values(**values, **signing, created_at=now)))

    async def change_host(self, code: str, **values: Any) -> None:
        """Writes columns of a host. Processes notice within seconds (`HostBook`)."""
        version = func.coalesce(hosts.c.version, 1) + 1
        await self._tx.execute(update(hosts).where(hosts.c.code == code).values(version=version, **values))

    async def turn_names(self, host_id: int) -> None:
        """Makes processes forget within seconds whom they knew by which id of the host. Locks the host: do it last."""
        turned = update(hosts).values(names_version=func.coalesce(hosts.c.names_version, 0) + 1)
        await self._tx.execute(turned.where(hosts.c.id == host_id))

    async def has_issuer(self, issuer: str, *, except_host: str) -> bool:
        """True when another host, switched off or not, signs under this name."""
        query = select(hosts.c.id).where(hosts.c.jwt_issuer == issuer, hosts.c.code != except_host)
        return (await self._tx.execute(query)).first() is not None

    async def add_api_key(self, host_id: int, name: str, *, key_hash: str, now: datetime) -> int:
        """A further key of a host, known by its SHA-256."""
        query = api_keys.insert().values(host_id=host_id, name=name, key_hash=key_hash, created_at=now)
        return new_row_id(await self._tx.execute(query))

    async def revoke_api_key(self, key_id: int, *, now: datetime) -> None:
        """Ends a key: the next call with it is refused."""
        await self._tx.execute(update(api_keys).where(api_keys.c.id == key_id).values(revoked_at=now))

    async def hosts(self) -> list[dict[str, Any]]:
        """Every host, oldest first."""
        return [_host(row) for row in (await self._tx.execute(select(hosts).order_by(hosts.c.id))).mappings()]

    async def host(self, code: str, *, locked: bool = False) -> dict[str, Any] | None:
        """One host, locked until the commit if asked."""
        query = select(hosts).where(hosts.c.code == code)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        return None if row is None else _host(row)

    async def api_keys(self) -> list[dict[str, Any]]:
        """Every key without what could be used of it, newest first."""
        rows = await self._tx.execute(_keys().order_by(api_keys.c.id.desc()))
        return [dict(row) for row in rows.mappings()]

    async def api_key(self, key_id: int, *, locked: bool = False) -> dict[str, Any] | None:
        """One key, locked until the commit if asked."""
        query = _keys().where(api_keys.c.id == key_id)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        return None if row is None else dict(row)

    async def api_key_holder(self, key_hash: str) -> ApiKeyHolder | None:
        """The host whose key this is, read anew at each call: a revocation, or a switch of the host, counts at once."""
        query = select(hosts.c.code, hosts.c.is_active, api_keys.c.revoked_at).join(hosts)
        row = (await self._tx.execute(query.where(api_keys.c.key_hash == key_hash))).first()
        return None if row is None else ApiKeyHolder(row.code, bool(row.is_active), row.revoked_at is not None)

    # --- staff

    async def staff_member(self, login: str) -> StaffMember | None:
        """The operator with this login."""
        return await self._staff(select(staff).where(staff.c.login == login_of(login)))

    async def all_staff(self, *, locked: bool = False) -> list[StaffMember]:
        """Every operator, oldest first, locked until the commit if asked."""
        query = select(staff).order_by(staff.c.id)
        return [_member(row) for row in await self._tx.execute(query.with_for_update() if locked else query)]

    async def standing(self, login: str, session_id: str | None) -> StaffMember | None:
        """The operator while this sign-in lasts; None when there is no such operator or the sign-in was ended."""
        ended = exists().where(refresh_tokens.c.family_id == session_id, refresh_tokens.c.revoked_at.is_not(None))
        return await self._staff(select(staff).where(and_(staff.c.login == login_of(login), ~ended)))

    async def lock_staff(self, login: str) -> StaffMember | None:
        """As `staff_member`, locked until the commit."""
        return await self._staff(select(staff).where(staff.c.login == login_of(login)).with_for_update())

    async def lock_staff_by_id(self, staff_id: int) -> StaffMember | None:
        """The operator behind a refresh token, locked until the commit."""
        return await self._staff(select(staff).where(staff.c.id == staff_id).with_for_update())

    async def _staff(self, query: Select[Any]) -> StaffMember | None:
        row = (await self._tx.execute(query)).first()
        return None if row is None else _member(row)

    async def add_staff(
        self, login: str, *, scopes: frozenset[str], password_hash: str | None, now: datetime
    ) -> StaffMember:
        """A new active operator. Without a password they can't sign in, only hold tokens of the CLI."""
        values = {
            "login": login_of(login),
            "password_hash": password_hash,
            "scopes": " ".join(sorted(scopes)),
            "is_active": True,
            "token_version": 1,
        }
        staff_id = new_row_id(await self._tx.execute(staff.insert().values(**values, created_at=now)))
        return StaffMember(staff_id, login_of(login), password_hash, scopes, True, 1)

    async def change_staff(self, staff_id: int, **values: Any) -> None:
        """Writes columns of an operator. Lock them first; to take rights away call `end_staff_tokens` as well."""
        if "scopes" in values:
            values["scopes"] = " ".join(sorted(values["scopes"]))
        await self._tx.execute(update(staff).where(staff.c.id == staff_id).values(**values))

    async def end_staff_tokens(self, staff_id: int, *, now: datetime) -> None:
        """Ends every sign-in of an operator: access tokens by their version, refresh tokens by their families."""
        version = staff.c.token_version + 1
        await self._tx.execute(update(staff).where(staff.c.id == staff_id).values(token_version=version))
        is_theirs = refresh_tokens.c.staff_id == staff_id
        await self._tx.execute(update(refresh_tokens).where(is_theirs, _is_live()).values(revoked_at=now))

    # --- sign-ins

    async def refresh_token(self, token_hash: str) -> RefreshToken | None:
        """The refresh token with this SHA-256. Lock its owner before deciding on it."""
        row = (await self._tx.execute(select(refresh_tokens).where(refresh_tokens.c.token_hash == token_hash))).first()
        return None if row is None else RefreshToken(**row._mapping)

    async def add_refresh_tokens(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Further tokens of families, in one statement: each row names the same columns of `refresh_tokens`."""
        if rows:
            await self._tx.execute(refresh_tokens.insert(), list(rows))

    async def sign_ins_of(self, staff_id: int, *, now: datetime) -> list[dict[str, Any]]:
        """The operator's sign-ins that last, newest first: family, from where, since when, used last, until when.

        A one-time link is none: it has no client.
        """
        c = refresh_tokens.c
        times = (func.min(c.created_at).label("began_at"), func.max(c.created_at).label("used_at"))
        columns = (
            c.family_id.label("id"),
            func.max(c.client).label("client"),
            *times,
            func.max(c.expires_at).label("ends_at"),
        )
        query = select(*columns).where(c.staff_id == staff_id).group_by(c.family_id).order_by(times[0].desc())
        lasting = query.having(func.count(c.revoked_at) == 0, func.count(c.client) > 0, func.max(c.expires_at) > now)
        return [dict(row) for row in (await self._tx.execute(lasting)).mappings()]

    async def use_refresh_token(self, token_id: int, *, seed: str, now: datetime) -> bool:
        """Spends a token, once; False when it was spent or revoked before, whoever did it."""
        query = update(refresh_tokens).where(refresh_tokens.c.id == token_id, refresh_tokens.c.used_at.is_(None))
        done = await self._tx.execute(query.where(_is_live()).values(used_at=now, successor_seed=seed))
        return done.rowcount == 1

    async def revoke_family(self, family_id: str, *, now: datetime) -> int:
        """Ends a sign-in's refresh tokens; returns how many rows of the family were live."""
        is_of_family = refresh_tokens.c.family_id == family_id
        done = await self._tx.execute(update(refresh_tokens).where(is_of_family, _is_live()).values(revoked_at=now))
        return done.rowcount

    async def add_ended_session(self, staff_id: int, session_id: str, *, expires_at: datetime, now: datetime) -> None:
        """Marks a sign-in without refresh tokens (the CLI's) as ended: a family whose only token nobody ever held."""
        ended = {
            "family_id": session_id,
            "staff_id": staff_id,
            "token_hash": sha256_hex(new_secret()),
            "revoked_at": now,
        }
        times = {"created_at": now, "expires_at": expires_at, "family_expires_at": expires_at}
        await self.add_refresh_tokens([ended | times])

    async def revoke_session(self, user_id: int, session_id: str, *, expires_at: datetime, now: datetime) -> None:
        """Ends the access tokens of a player's sign-in until they have all expired. Lock the player first."""
        c = revoked_sessions.c
        is_over = and_(c.user_id == user_id, c.expires_at < now)
        await self._tx.execute(delete(revoked_sessions).where(is_over))  # keeps what each command reads short
        known = select(func.count()).where(c.user_id == user_id, c.session_id == session_id)
        if not (await self._tx.execute(known)).scalar_one():
            values = {"user_id": user_id, "session_id": session_id, "expires_at": expires_at}
            await self._tx.execute(revoked_sessions.insert().values(**values))

    async def forget_revoked_sessions(self, before: datetime, *, limit: int) -> int:
        """Deletes ended sign-ins whose access tokens have all expired; returns how many, `limit` at most."""
        c = revoked_sessions.c
        query = select(c.user_id, c.session_id).where(c.expires_at < before).limit(limit)
        over = [tuple(row) for row in await self._tx.execute(query)]
        if over:
            await self._tx.execute(delete(revoked_sessions).where(tuple_(c.user_id, c.session_id).in_(over)))
        return len(over)

    async def forget_refresh_tokens(self, before: datetime, *, limit: int) -> int:
        """Deletes refresh tokens whose family ended before an instant; returns how many, `limit` at most."""
        c = refresh_tokens.c
        over = list((await self._tx.execute(select(c.id).where(c.family_expires_at < before).limit(limit))).scalars())
        if over:
            await self._tx.execute(delete(refresh_tokens).where(c.id.in_(over)))
        return len(over)


def _member(row: Any) -> StaffMember:
    values = {field.name: getattr(row, field.name) for field in fields(StaffMember)}
    return StaffMember(**values | {"scopes": frozenset(row.scopes.split())})


def _host(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A host as operators see it. Of a pinned key they see its SHA-256, of a shared secret nothing."""
    key, algorithm = row["jwt_public_key"], row["jwt_algorithm"]
    signing = {
        "algorithm": algorithm,
        "issuer": row["jwt_issuer"],
        "audience": row["jwt_audience"],
        "jwks_url": row["jwt_jwks_url"],
        "public_key_sha256": None if key is None or algorithm == "HS256" else sha256_hex(key),
        "max_life_seconds": row["jwt_max_life_seconds"],
    }
    shown = {name: row[name] for name in ("id", "code", "name", "is_active", "jwt_algorithm", "created_at")}
    return shown | {"signing": signing if algorithm else None, "version": row["version"] or 1}


def _keys() -> Select[Any]:
    columns = (api_keys.c.id, api_keys.c.host_id, api_keys.c.name, api_keys.c.created_at, api_keys.c.revoked_at)
    return select(*columns, hosts.c.code.label("host")).join(hosts, hosts.c.id == api_keys.c.host_id)


def _is_live() -> Any:
    return refresh_tokens.c.revoked_at.is_(None)
