"""Rules on host events: made, given new versions, put in force, put to rest.

Reads hosts. Locks feature_config (INGEST). Writes host_rules, host_rule_versions, admin_audit_log.
"""

from dataclasses import asdict

from app.core.errors import AppError, invalid
from app.domain.config_diff import diff
from app.domain.event_names import Feature
from app.domain.rule_config import RuleConfig
from app.flows.steps.check_references import ConfigDocument, Warnings, check_references
from app.flows.steps.edits import Row, only
from app.flows.steps.hosts import host_id_of
from app.services import House, Services
from app.services.audit_service import AdminAct

KEPT = ("code", "host", "title", "active_version")


async def create_rule(
    house: House, act: AdminAct, *, code: str, title: str, host: str | None, config: RuleConfig
) -> Row:
    """A new rule with its first version, not yet in force, and `warnings`.

    Raises NAME_TAKEN, or VALIDATION_ERROR at what has no bound or can never be reached.
    """
    _require_sound(config)
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        await keepers.feature.lock(Feature.INGEST)
        if await keepers.rule.find(code) is not None:
            raise AppError("NAME_TAKEN")
        warnings = await check_references(keepers, rule_document(code, host, config.view()), now)
        rule_id = await keepers.rule.add(code, title, host_id=await host_id_of(keepers, host), now=now)
        await keepers.rule.add_version(rule_id, config.view(), actor=act.actor, now=now)
        stored = await _stored(keepers, code)
        after = only(stored, *KEPT) | {"config": config.view()}
        await keepers.audit.add(act, "RULE_CREATED", _target(code), after=after, now=now)
        return stored | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def add_rule_version(house: House, act: AdminAct, code: str, config: RuleConfig) -> Row:
    """A new version of a rule, not yet in force; versions never change. Raises RULE_NOT_FOUND, VALIDATION_ERROR."""
    _require_sound(config)
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        await keepers.feature.lock(Feature.INGEST)
        rule = await _stored(keepers, code)
        warnings = await check_references(keepers, rule_document(code, rule["host"], config.view()), now)
        version = await keepers.rule.add_version(rule["id"], config.view(), actor=act.actor, now=now)
        added = await _version(keepers, rule, version)
        after = {"version": version, "config": added["config"]}
        await keepers.audit.add(act, "RULE_VERSION_ADDED", _target(code), after=after, now=now)
        return added | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def activate_rule(house: House, act: AdminAct, code: str, version: int | None) -> Row:
    """Puts a version in force, or the rule to rest (None): every call that starts after the commit is decided so.

    Calls under way finish first: they share-lock the switch INGEST, which is locked here. Raises RULE_NOT_FOUND and
    NOT_FOUND.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        await keepers.feature.lock(Feature.INGEST)
        before = await _stored(keepers, code)
        warnings: Warnings = []
        if version is not None:
            config = (await _version(keepers, before, version))["config"]
            warnings = await check_references(keepers, rule_document(code, before["host"], config), now)
        await keepers.rule.put_in_force(before["id"], version)
        after = await _stored(keepers, code)
        action = "RULE_RESTED" if version is None else "RULE_ACTIVATED"
        await keepers.audit.add(
            act, action, _target(code), before=only(before, *KEPT), after=only(after, *KEPT), now=now
        )
        return after | {"warnings": warnings}

    return await house.write(work)


async def apply_rule(
    house: House, act: AdminAct, *, code: str, title: str, host: str | None, config: RuleConfig
) -> bool:
    """Makes sure that this rule is in force as it is given; false when it was so already."""

    async def look(keepers: Services) -> Row | None:
        rule = await keepers.rule.find(code)
        if rule is None or rule["active_version"] is None:
            return rule
        return rule | {"in_force": await _version(keepers, rule, rule["active_version"])}

    stored = await house.read(look)
    if stored is None:
        await create_rule(house, act, code=code, title=title, host=host, config=config)
        await activate_rule(house, act, code, 1)
        return True
    if stored.get("in_force", {}).get("config") == config.view():
        return False
    added = await add_rule_version(house, act, code, config)
    await activate_rule(house, act, code, added["version"])
    return True


async def compare_rule_versions(house: House, code: str, version: int, against: int | None) -> Row:
    """What a version changes compared with another one (default: the one in force), field by field."""

    async def work(keepers: Services) -> Row:
        rule = await _stored(keepers, code)
        newer = await _version(keepers, rule, version)
        older = await _version(keepers, rule, against if against is not None else rule["active_version"] or 0)
        return {
            "rule": code,
            "version": newer["version"],
            "against_version": older["version"],
            "changes": [asdict(change) for change in diff(older["config"], newer["config"])],
        }

    return await house.read(work)


async def rule_version(house: House, code: str, version: int) -> Row:
    """One version of a rule. Raises RULE_NOT_FOUND and NOT_FOUND."""

    async def work(keepers: Services) -> Row:
        return await _version(keepers, await _stored(keepers, code), version)

    return await house.read(work)


async def rule_versions(house: House, code: str, *, after: int | None, limit: int) -> list[Row]:
    """The versions of a rule, newest first. Raises RULE_NOT_FOUND."""

    async def work(keepers: Services) -> list[Row]:
        rule = await _stored(keepers, code)
        return await keepers.rule.versions(rule["id"], after=after, limit=limit)

    return await house.read(work)


async def rule_named(house: House, code: str) -> Row:
    """One rule. Raises RULE_NOT_FOUND."""
    return await house.read(lambda keepers: _stored(keepers, code))


def _require_sound(config: RuleConfig) -> None:
    if problems := list(config.unbounded()):
        raise invalid(*problems)


def rule_document(code: str | None, host: str | None, config: Row) -> ConfigDocument:
    """A rule, to check what it names."""
    return ConfigDocument("rule", code, {"host": host, **config}, host)


async def _stored(keepers: Services, code: str) -> Row:
    rule = await keepers.rule.find(code)
    if rule is None:
        raise AppError("RULE_NOT_FOUND")
    return rule


async def _version(keepers: Services, rule: Row, version: int) -> Row:
    row = await keepers.rule.version(rule["id"], version)
    if row is None:
        raise AppError("NOT_FOUND")
    return row


def _target(code: str) -> str:
    return f"rule:{code}"
