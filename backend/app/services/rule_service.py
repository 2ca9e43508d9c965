"""Keeper of `host_rules` and `host_rule_versions`: versions are added, never changed; at most one is in force."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update

from app.core.errors import AppError
from app.db.statements import Statement
from app.db.transaction import Tx, new_row_id
from app.db.values import json_in, json_out
from app.domain.config_fields import parse_config
from app.domain.definitions import remember
from app.domain.rule_config import RuleConfig
from app.domain.rules import Rule
from app.models.identity import hosts
from app.models.rule import host_rule_versions, host_rules

# Operators lock the switch INGEST before they put a version in force; whoever asks here holds it share-locked.
IN_FORCE = Statement("""
    SELECT v.id, r.id, r.code, v.version, r.host_id FROM host_rule_versions v JOIN host_rules r ON r.id = v.rule_id
    WHERE v.active_slot = 1 AND (r.host_id IS NULL OR r.host_id = ?) ORDER BY r.id
""")
CONFIG = Statement("SELECT config FROM host_rule_versions WHERE id = ?")

Row = dict[str, Any]


class RuleService:
    """Keeper of rules on host events."""

    def __init__(self, tx: Tx, cache: dict[int, Rule]) -> None:
        self._tx, self._cache = tx, cache

    async def in_force(self, host_id: int) -> tuple[Rule, ...]:
        """The rules for a host's events, each in its active version, oldest rule first.

        A version that plain SQL made unreadable counts as not there.
        """
        rules = []
        for version_id, rule_id, code, version, owner in await self._tx.rows(IN_FORCE, (host_id,)):
            rule = self._cache.get(version_id) or await self._parse(version_id, rule_id, code, version, owner)
            if rule is not None:
                rules.append(rule)
        return tuple(rules)

    async def _parse(self, version_id: int, rule_id: int, code: str, version: int, host_id: int | None) -> Rule | None:
        rows = await self._tx.rows(CONFIG, (version_id,))
        try:
            config = parse_config(RuleConfig, json_in(rows[0][0]), "INVALID_RULE")
        except AppError:
            return None
        rule = Rule(rule_id, code, version, host_id, config)
        remember(self._cache, version_id, rule)
        return rule

    async def add(self, code: str, title: str, *, host_id: int | None, now: datetime) -> int:
        """A new rule without a version. A code that is taken raises IntegrityError."""
        values = {"code": code, "title": title, "host_id": host_id, "created_at": now}
        return new_row_id(await self._tx.execute(host_rules.insert().values(**values)))

    async def add_version(self, rule_id: int, config: Row, *, actor: str, now: datetime) -> int:
        """A new version of a validated config, not yet in force; returns its number."""
        c = host_rule_versions.c
        newest = (await self._tx.execute(select(func.max(c.version)).where(c.rule_id == rule_id))).scalar() or 0
        text = json_out(config)
        values = {
            "rule_id": rule_id,
            "version": newest + 1,
            "config": text,
            "config_hash": hashlib.sha256(text.encode()).hexdigest(),
            "created_by": actor,
            "created_at": now,
        }
        await self._tx.execute(host_rule_versions.insert().values(**values))
        return int(newest) + 1

    async def put_in_force(self, rule_id: int, version: int | None) -> None:
        """Makes this version the only active one; None: the rule rests. Lock the switch INGEST first."""
        c = host_rule_versions.c
        await self._tx.execute(
            update(host_rule_versions).where(c.rule_id == rule_id, c.active_slot == 1).values(active_slot=None)
        )
        if version is not None:
            await self._tx.execute(
                update(host_rule_versions).where(c.rule_id == rule_id, c.version == version).values(active_slot=1)
            )

    async def find(self, code: str) -> Row | None:
        """One rule with the number of its active version."""
        row = (await self._tx.execute(_rules().where(host_rules.c.code == code))).mappings().first()
        return None if row is None else dict(row)

    async def page(self, *, after: int | None, limit: int) -> list[Row]:
        """Rules by id, newest first, `limit + 1` at most, older than the rule `after`."""
        query = _rules().order_by(host_rules.c.id.desc()).limit(limit + 1)
        if after is not None:
            query = query.where(host_rules.c.id < after)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    async def version(self, rule_id: int, version: int) -> Row | None:
        """One version with its config."""
        c = host_rule_versions.c
        query = select(host_rule_versions).where(c.rule_id == rule_id, c.version == version)
        row = (await self._tx.execute(query)).mappings().first()
        return None if row is None else _shown(dict(row))

    async def versions(self, rule_id: int, *, after: int | None, limit: int) -> list[Row]:
        """Newest versions first, `limit + 1` at most, older than the version numbered `after`."""
        c = host_rule_versions.c
        query = select(host_rule_versions).where(c.rule_id == rule_id).order_by(c.version.desc()).limit(limit + 1)
        if after is not None:
            query = query.where(c.version < after)
        return [_shown(dict(row)) for row in (await self._tx.execute(query)).mappings()]


def _rules() -> Select[Any]:
    active = host_rule_versions.c
    newest = select(func.max(active.version)).where(active.rule_id == host_rules.c.id).scalar_subquery()
    in_force = host_rule_versions.alias("in_force")
    return (
        select(
            host_rules,
            hosts.c.code.label("host"),
            in_force.c.version.label("active_version"),
            newest.label("newest_version"),
        )
        .outerjoin(hosts, hosts.c.id == host_rules.c.host_id)
        .outerjoin(in_force, (in_force.c.rule_id == host_rules.c.id) & (in_force.c.active_slot == 1))
    )


def _shown(row: Row) -> Row:
    is_active = row.pop("active_slot") == 1
    return row | {"config": json_in(row["config"]), "is_active": is_active}
