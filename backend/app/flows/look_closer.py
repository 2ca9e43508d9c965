"""What `ops doctor` asks beyond what decides a start: rights, sessions, the worker, Redis. Reads; changes nothing."""

from app.core.database_facts import SessionFacts, judge_session
from app.core.database_rights import HeldRights, judge_rights, rights_needed
from app.core.startup import Finding, Level, verdict
from app.db.cache import Cache, CacheState
from app.services import House, Services

# a worker gives a sign of life at least each minute
QUIET_SECONDS = 180.0
REDIS_WORDS = {
    CacheState.OK: (Level.OK, "answers"),
    CacheState.OFF: (Level.OK, "not configured: everything works without it"),
    CacheState.DEGRADED: (Level.WARN, "does not answer: the service runs without it"),
}


async def look_closer(house: House, cache: Cache, *, grants_sql: str | None) -> list[Finding]:
    """Findings that are worth a look and stop nothing. `grants_sql` is the file of grants; None: it isn't here.

    Call it on a database that `examine` could read.
    """
    session, held, quiet = await house.write(_read)
    return [*judge_session(session), *_rights(held, grants_sql), _worker(quiet), await _redis(cache)]


async def _read(keepers: Services) -> tuple[SessionFacts, HeldRights | None, float | None]:
    doctor = keepers.doctor
    return await doctor.session(), await doctor.rights(), await keepers.job.quiet_seconds()


def _rights(held: HeldRights | None, grants_sql: str | None) -> list[Finding]:
    if held is None:
        return []
    if grants_sql is None:
        return [Finding("rights", Level.WARN, "docker/mysql-grants.sql is not here to compare with")]
    return judge_rights(rights_needed(grants_sql), held)


def _worker(quiet: float | None) -> Finding:
    if quiet is None:
        return Finding("worker", Level.WARN, "no worker ever ran here: `./run worker`")
    problem = f"no sign of life for {quiet:.0f} s" if quiet > QUIET_SECONDS else None
    return verdict("worker", problem, f"gave a sign of life {quiet:.0f} s ago", level=Level.WARN)


async def _redis(cache: Cache) -> Finding:
    level, words = REDIS_WORDS[await cache.state()]
    return Finding("redis", level, words)
