"""One transaction: run, commit, retry. The only place that commits."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import CursorResult, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction
from sqlalchemy.pool import QueuePool

from app.core.errors import AppError
from app.core.invariants import require
from app.core.metrics import RETRIES, TRANSACTION_SECONDS
from app.db.failures import as_refusal, is_contention, is_worth_another_try
from app.db.session import Engines
from app.db.statements import Flavour, Insert, Statement
from app.utils.random_utils import jitter

T = TypeVar("T")
P = ParamSpec("P")

AS_IT_IS = {"no_parameters": True}  # no mark is looked for: a % in a value is a %
MAX_TRIES = 5
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.01, 0.5


class Tx:
    """An open transaction, as thin as can be: driver SQL for hot statements, Core for the rest."""

    def __init__(self, connection: AsyncConnection, flavour: Flavour) -> None:
        self._connection = connection
        self.flavour = flavour
        # for counting what happened: called once, after the commit; must not fail
        self.after_commit: list[Callable[[], None]] = []

    async def rows(self, statement: Statement, params: Sequence[Any] = (), **counts: int) -> Sequence[Any]:
        """All rows of a read. `counts` says how many marks each `{name}` stands for."""
        result = await self._connection.exec_driver_sql(statement.text(self.flavour, **counts), tuple(params))
        return result.fetchall()

    async def run(self, statement: Statement, params: Sequence[Any] = (), **counts: int) -> int:
        """Runs a write and returns how many rows it matched."""
        result = await self._connection.exec_driver_sql(statement.text(self.flavour, **counts), tuple(params))
        return result.rowcount

    async def write(self, statement: Insert, rows: Sequence[tuple[Any, ...]]) -> None:
        """Writes all rows in one go; none cost nothing. A duplicate raises IntegrityError."""
        if not rows:
            return
        if self.flavour is Flavour.SQLITE:
            await self._connection.exec_driver_sql(statement.text(self.flavour), list(rows))
            return
        for text in statement.texts(self.flavour, rows):
            await self._write_text(text, statement)

    async def _write_text(self, text: str, statement: Insert) -> None:
        try:
            await self._connection.exec_driver_sql(text, execution_options=AS_IT_IS)
        except DBAPIError as error:
            error.statement = statement.text(self.flavour)  # errors reach logs; what players sent must not
            raise

    async def execute(self, statement: Executable, params: Any = None) -> CursorResult[Any]:
        """Runs a Core statement: for everything that isn't hot."""
        return await self._connection.execute(statement, params)


def timed(kind: str) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """Measures every call, a failed one too."""
    seconds = TRANSACTION_SECONDS.labels(kind)

    def around(call: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        async def measured(*args: P.args, **kwargs: P.kwargs) -> T:
            started = time.perf_counter()
            try:
                return await call(*args, **kwargs)
            finally:
                seconds.observe(time.perf_counter() - started)

        return measured

    return around


def new_row_id(result: CursorResult[Any]) -> int:
    """The id that the database gave to the one row just inserted."""
    key = result.inserted_primary_key
    require(key is not None, "the insert was of one row with a generated id")
    return int(key[0])  # type: ignore[index]  # require() above has ruled None out


class Database:
    """The engines of a process and the rule for using them."""

    def __init__(self, engines: Engines, *, budget_seconds: float) -> None:
        self.write_engine, self.read_engine = engines.write, engines.read
        self._identity_engine = engines.identities
        self._budget_seconds = budget_seconds

    async def transaction(
        self,
        work: Callable[[Tx], Awaitable[T]],
        *,
        is_repeatable: bool = True,
        budget_seconds: float | None = None,
        of_identities: bool = False,
    ) -> T:
        """Runs `work` in one transaction and commits before it returns; on any error nothing is left behind.

        The whole of `work` runs again, at most five times within the budget, on a deadlock, a lock wait timeout or a
        dead connection. When the connection dies *during the commit* nobody knows whether it happened: only work whose
        second run can't do it twice (`is_repeatable`: an idempotency key or a natural key stands guard) runs again.
        Raises BUSY or DATABASE_UNAVAILABLE when the tries or the budget (a request's, unless work on a large file
        names its own) are used up. `of_identities`: it writes hosts, keys, operators or sign-ins, which an account
        of its own may do where one is set.
        """
        progress = _Progress(self._identity_engine if of_identities else self.write_engine)
        try:
            async with asyncio.timeout(max(self._budget_seconds, budget_seconds or 0)):
                return await self._with_retries(work, is_repeatable, progress)
        except TimeoutError:
            code = "BUSY" if progress.met_contention else "DATABASE_UNAVAILABLE"
            raise AppError(code, retry_after_seconds=1) from None

    async def _with_retries(self, work: Callable[[Tx], Awaitable[T]], is_repeatable: bool, progress: "_Progress") -> T:
        for attempt in range(1, MAX_TRIES + 1):
            progress.is_committing = False
            try:
                return await self._once(work, progress)
            except (DBAPIError, PoolTimeout, OSError) as error:
                progress.met_contention = is_contention(error)
                if not is_worth_another_try(error) or (progress.is_committing and not is_repeatable):
                    raise as_refusal(error) from error
                if attempt == MAX_TRIES:
                    raise as_refusal(error) from error
                RETRIES.inc()
                await asyncio.sleep(_pause_seconds(attempt))
        raise AssertionError("unreachable: the last try returns or raises")

    @timed("write")
    async def _once(self, work: Callable[[Tx], Awaitable[T]], progress: "_Progress") -> T:
        async with progress.engine.connect() as connection:
            transaction = await connection.begin()
            try:
                tx = Tx(connection, _flavour(connection))
                result = await work(tx)
                progress.is_committing = True
                await transaction.commit()
            except BaseException as error:
                await _leave_nothing_open(connection, transaction, error, progress)
                raise
            for note in tx.after_commit:
                note()
            return result

    async def read(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Runs reads, each statement by itself, without locks. Tried once more when the connection is dead."""
        try:
            async with asyncio.timeout(self._budget_seconds):
                try:
                    return await self._read_once(work)
                except DBAPIError as error:
                    if not error.connection_invalidated:
                        raise
                    return await self._read_once(work)
        except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
            raise as_refusal(error) from error

    @timed("read")
    async def _read_once(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        async with self.read_engine.connect() as connection:
            return await work(Tx(connection, _flavour(connection)))

    async def snapshot(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Runs reads that all see the database as it is at one moment. May take long; holds no lock."""
        try:
            async with self.read_engine.connect() as connection:
                return await _on_one_snapshot(Tx(connection, _flavour(connection)), connection, work)
        except (DBAPIError, PoolTimeout, OSError) as error:
            raise as_refusal(error) from error

    def pools(self) -> dict[str, tuple[int, int]]:
        """Of each pool: connections taken, and how many there may be."""
        engines = {"write": self.write_engine, "read": self.read_engine}
        if self._identity_engine is not self.write_engine:
            engines["identities"] = self._identity_engine
        pools = {name: engine.pool for name, engine in engines.items()}
        return {
            name: (pool.checkedout(), pool.size()) for name, pool in pools.items() if isinstance(pool, QueuePool)
        }  # fmt: skip

    async def dispose(self) -> None:
        """Closes every connection. Call inside the loop that opened them."""
        for engine in (self.write_engine, self.read_engine, self._identity_engine):
            await engine.dispose()


@dataclass(slots=True)
class _Progress:
    """Where it runs, and how far it came: a commit that was sent may have happened although its reply was lost."""

    engine: AsyncEngine
    is_committing: bool = False
    met_contention: bool = False


async def _leave_nothing_open(
    connection: AsyncConnection, transaction: AsyncTransaction, error: BaseException, progress: _Progress
) -> None:
    """Rolls back. Where nobody can know that it worked, the connection is closed instead of going back to its pool.

    The pool resets nothing, so what is left open would be committed by whoever gets the connection next.
    """
    # After a failed COMMIT SQLAlchemy sends no ROLLBACK any more. A cancelled caller waits for no reply.
    is_rolled_back = False
    if isinstance(error, Exception) and not progress.is_committing:
        with suppress(DBAPIError, OSError):
            await transaction.rollback()
            is_rolled_back = True
    if not is_rolled_back:
        await connection.invalidate()


async def _on_one_snapshot(tx: Tx, connection: AsyncConnection, work: Callable[[Tx], Awaitable[T]]) -> T:
    try:
        if tx.flavour is Flavour.SQLITE:
            await connection.exec_driver_sql("BEGIN")
        else:
            await connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            await connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        result = await work(tx)
        await connection.exec_driver_sql("ROLLBACK")
    except BaseException:
        await connection.invalidate()  # nothing was written; what matters is that no snapshot stays open
        raise
    return result


def _flavour(connection: AsyncConnection) -> Flavour:
    """Known only once connected: a `mysql://` address may lead to MariaDB."""
    dialect = connection.dialect
    if dialect.name == "mysql":
        return Flavour.MARIADB if getattr(dialect, "is_mariadb", False) else Flavour.MYSQL
    return Flavour(dialect.name)


def _pause_seconds(attempt: int) -> float:
    """Full jitter, doubling: parallel losers of a deadlock don't meet again."""
    return jitter(min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt))
