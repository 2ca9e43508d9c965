"""What `ops doctor` asks beyond what decides a start: rights, sessions, the worker, Redis. Reads; changes nothing."""

from app.core.database_facts import SessionFacts, judge_session
from app.core.database_rights import IDENTITIES, VALUE, HeldRights, judge_rights, rights_needed
from app.core.startup import Finding, Level, verdict
from app.db.cache import Cache, CacheState
from app.domain.jobs import JobRun
from app.flows.steps.job_troubles import JobTroubles, job_troubles
from app.services import House, Services
from app.utils.pagination import first_named

# a worker reports at least each minute
QUIET_SECONDS = 180.0
MOST_NAMED = 10  # a line at a terminal; `jobs list` and the console show the rest
REDIS_WORDS = {
    CacheState.OK: (Level.OK, "answers"),
    CacheState.OFF: (Level.OK, "not configured: everything works without it"),
    CacheState.DEGRADED: (Level.WARN, "does not answer: the service runs without it"),
}


async def look_closer(house: House, cache: Cache, *, grants_sql: str | None) -> list[Finding]:
    """Findings that are worth a look and stop nothing. `grants_sql` is the file of grants; None: it isn't here.

    Call it on a database that `examine` could read.
    """
    session, held, quiet, troubles = await house.write(_read)
    own = house.settings.identity_database_url is not None
    others = await house.write_identities(lambda keepers: keepers.doctor.rights()) if own else None
    about_jobs = [_worker(quiet), *_jobs(troubles)]
    return [*judge_session(session), *_rights(held, others, grants_sql), *about_jobs, await _redis(cache)]


async def _read(keepers: Services) -> tuple[SessionFacts, HeldRights | None, float | None, JobTroubles]:
    doctor = keepers.doctor
    return await doctor.session(), await doctor.rights(), await keepers.job.quiet_seconds(), await job_troubles(keepers)


def _rights(held: HeldRights | None, of_identities: HeldRights | None, grants_sql: str | None) -> list[Finding]:
    if held is None:
        return []
    if grants_sql is None:
        return [Finding("rights", Level.WARN, "docker/mysql-grants.sql is not here to compare with")]
    if of_identities is None:
        words = "one account writes value and operators alike: set IDENTITY_DATABASE_URL"
        needed = rights_needed(grants_sql, VALUE, IDENTITIES)
        return [Finding("accounts", Level.WARN, words), *judge_rights(needed, held, "this account")]
    return [
        Finding("accounts", Level.OK, "value and identities have one each"),
        *judge_rights(rights_needed(grants_sql, VALUE), held, "the account of DATABASE_URL"),
        *judge_rights(rights_needed(grants_sql, IDENTITIES), of_identities, "the account of IDENTITY_DATABASE_URL"),
    ]


def _worker(quiet: float | None) -> Finding:
    if quiet is None:
        return Finding("worker", Level.WARN, "no worker ever ran here: `./run worker`")
    problem = f"no worker has reported for {quiet:.0f} s" if quiet > QUIET_SECONDS else None
    return verdict("worker", problem, f"reported {quiet:.0f} s ago", level=Level.WARN)


def _jobs(troubles: JobTroubles) -> list[Finding]:
    """One finding for each kind of trouble, with the runs by name."""
    found = {
        "jobs_failed": ([_words(run) for run in troubles.failed], "no run waits for a person"),
        "jobs_stuck": ([_words(run) for run in troubles.stuck], "every open run comes further"),
        "jobs_paused": (troubles.paused, "none"),
    }
    return [
        verdict(name, first_named(problems, MOST_NAMED) or None, fine, level=Level.WARN)
        for name, (problems, fine) in found.items()
    ]


def _words(run: JobRun) -> str:
    about = run.slot.subject or run.slot.logical_date.isoformat()
    return f"{run.slot.job} {about}: {run.status}, tries {run.tries}, {run.last_error or 'no error told'}"


async def _redis(cache: Cache) -> Finding:
    level, words = REDIS_WORDS[await cache.state()]
    return Finding("redis", level, words)
