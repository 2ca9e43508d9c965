"""What a database says of itself, and which of it makes a start unsafe. Pure: the keeper `doctor_service` reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.config.settings import Settings
from app.core.startup import Finding, Level, verdict

STRICT = {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"}
CLOCK_TOLERANCE = timedelta(seconds=2)
# connections for operators, the worker and a backup beside the pools
SPARE_CONNECTIONS = 10


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """Read in one transaction of the pool that serves. On SQLite only server and schema say anything."""

    server: str
    schema: str | None
    clock: datetime | None = None
    # session values where a variable has them, so what our own connections run with
    variables: Mapping[str, str] | None = None
    # what this user may do to rows that nobody may change: "DELETE on wallet_ledger"
    ledger_rights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What our own connections run with. `collation` is the database's; None on SQLite, as is what has no meaning."""

    variables: Mapping[str, str]
    collation: str | None = None
    knows_seoul: bool | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """The app's clock before and after the facts were read."""

    before: datetime
    after: datetime


def judge_database(facts: DatabaseFacts, settings: Settings, *, head: str, remedy: str, read: Moment) -> list[Finding]:
    """Every judgement of a database that answered."""
    findings = [Finding("database", Level.OK, facts.server), _schema(facts, head, remedy)]
    if facts.variables is not None:
        findings += [
            _strict_mode(facts.variables),
            _redo_log(facts.variables),
            _binlog(facts.variables),
            _lock_wait(facts.variables),
            _connections(facts.variables, settings),
            _ledger(facts),
        ]
    if facts.clock is not None:
        findings.append(_clocks(facts.clock, read))
    return findings


def _schema(facts: DatabaseFacts, head: str, remedy: str) -> Finding:
    stands = f"the database stands at {facts.schema}" if facts.schema else "the database has no schema yet"
    problem = None if facts.schema == head else f"{stands}, this version needs {head}: run `{remedy}`"
    return verdict("schema", problem, head)


def _strict_mode(variables: Mapping[str, str]) -> Finding:
    modes = set(variables.get("sql_mode", "").split(","))
    problem = None if modes & STRICT else "sql_mode is not strict: values that don't fit would be cut off in silence"
    return verdict("sql_mode", problem, "strict")


def _redo_log(variables: Mapping[str, str]) -> Finding:
    value = variables.get("innodb_flush_log_at_trx_commit")
    problem = None if value == "1" else f"innodb_flush_log_at_trx_commit is {value}: a crash would lose paid rewards"
    return verdict("redo_log", problem, "flushed at each commit")


def _binlog(variables: Mapping[str, str]) -> Finding:
    if variables.get("log_bin", "OFF") in ("OFF", "0"):
        return Finding("binlog", Level.OK, "none")
    value = variables.get("sync_binlog")
    problem = None if value == "1" else f"sync_binlog is {value}: after a crash replicas and backups would differ"
    return verdict("binlog", problem, "flushed at each commit")


def _lock_wait(variables: Mapping[str, str]) -> Finding:
    is_on = variables.get("innodb_rollback_on_timeout") in ("ON", "1")
    # only a warning: our own transactions roll back on any error, other programs may not
    problem = None if is_on else "innodb_rollback_on_timeout is off: a lock wait timeout leaves a transaction half done"
    return verdict("lock_wait", problem, "rolls back", level=Level.WARN)


def _connections(variables: Mapping[str, str], settings: Settings) -> Finding:
    per_process = settings.db_write_pool + settings.db_read_pool
    needed = settings.web_concurrency * per_process + SPARE_CONNECTIONS
    allowed = int(variables.get("max_connections", "0"))
    problem = f"up to {needed} connections are needed and max_connections is {allowed}" if needed > allowed else None
    return verdict("connections", problem, f"{needed} of {allowed}", level=Level.WARN)


def _ledger(facts: DatabaseFacts) -> Finding:
    rights = ", ".join(facts.ledger_rights)
    problem = f"this database user may {rights}: see docker/mysql-grants.sql" if rights else None
    return verdict("ledger_rights", problem, "entries can only be added")


def _clocks(database: datetime, read: Moment) -> Finding:
    """The database's clock was read somewhere between the two instants of ours."""
    ahead, behind = database - read.after, read.before - database
    apart = max(ahead, behind)
    problem = f"the clocks of the app and the database are {apart.total_seconds():.1f} s apart"
    # zero and below: the database's instant lies within the time that the reading took
    fine = f"agree within {max(apart.total_seconds(), (read.after - read.before).total_seconds()):.3f} s"
    return verdict("clocks", problem if apart > CLOCK_TOLERANCE else None, fine)


def judge_session(facts: SessionFacts) -> list[Finding]:
    """What is worth knowing of our own connections; none of it stops a start."""
    if facts.collation is None:
        words = ", ".join(f"{name} {value}" for name, value in facts.variables.items())
        return [Finding("session", Level.OK, words)]
    isolation = facts.variables.get("transaction_isolation") or facts.variables.get("tx_isolation", "unknown")
    charset = facts.variables.get("character_set_connection", "unknown")
    zone = facts.variables.get("time_zone", "unknown")
    return [
        _expected("isolation", isolation, "READ-COMMITTED", "other levels hold more locks and read old rows"),
        _expected("charset", charset, "utf8mb4", "some names could not be stored"),
        _expected("collation", facts.collation, "utf8mb4_bin", "names that differ could be taken for one"),
        _expected("session_time_zone", zone, "+00:00", "instants would be stored in another zone"),
        # KST days come from the app; only people who write SQL by hand miss the tables
        Finding(
            "time_zone_tables",
            Level.OK,
            "know Asia/Seoul" if facts.knows_seoul else "empty: the service needs none; mysql_tzinfo_to_sql fills them",
        ),
    ]


def _expected(name: str, value: str, wanted: str, otherwise: str) -> Finding:
    problem = None if value == wanted else f"{value} instead of {wanted}: {otherwise}"
    return verdict(name, problem, value, level=Level.WARN)
