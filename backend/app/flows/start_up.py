"""Examines settings and database, and refuses a start that would put value at risk."""

from app.core.database_facts import DatabaseFacts, Moment, judge_database
from app.core.startup import Finding, Level, StartupRefused, judge_settings
from app.core.tokens import can_sign
from app.db.schema import HEAD, HOW_TO_MIGRATE
from app.services import House, Services

# What no environment can do without. The rest is a warning outside production.
ALWAYS_NEEDED = frozenset({"database", "schema", "time_zone_data"})
# Without a secret to sign with no process starts at all.
SIGNING = frozenset({"jwt_secret", "jwt_previous_secret"})


async def examine(house: House) -> list[Finding]:
    """Every fact that a start depends on, judged for the environment at hand. A lost database is one too."""
    findings = judge_settings(house.settings)
    before = house.clock.now()
    try:
        facts = await house.write(_read)
    except Exception as error:  # gone, wrong password, no such database: each is a reason not to start
        reason = getattr(error, "orig", error)  # the server's own words, without our SQL around them
        findings.append(Finding("database", Level.FAIL, f"the database can't be used: {reason}"))
    else:
        read = Moment(before, house.clock.now())
        findings += judge_database(facts, house.settings, head=HEAD, remedy=HOW_TO_MIGRATE, read=read)
    if house.settings.env == "production":
        return findings
    needed = ALWAYS_NEEDED if can_sign(house.settings) else ALWAYS_NEEDED | SIGNING
    return [_mild(finding, needed) for finding in findings]


async def refuse_unsafe_start(house: House) -> None:
    """Returns when this process may serve; raises StartupRefused with every problem at once otherwise."""
    problems = [f"{finding.name}: {finding.detail}" for finding in await examine(house) if finding.level is Level.FAIL]
    if problems:
        raise StartupRefused(problems)


async def _read(keepers: Services) -> DatabaseFacts:
    return await keepers.doctor.facts()


def _mild(finding: Finding, needed: frozenset[str]) -> Finding:
    if finding.level is not Level.FAIL or finding.name in needed:
        return finding
    return Finding(finding.name, Level.WARN, finding.detail)
