"""Group commit: commands that arrive while a transaction is under way join the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

from app.core.errors import AppError

if TYPE_CHECKING:
    from opentelemetry.context import Context

    from app.core.tracing import Traces

C = TypeVar("C")
R = TypeVar("R")

MAX_BATCH = 128  # measured: larger batches add latency and no throughput
MAX_WAITING = 4096  # beyond this a command would wait longer than its client does


class Lane(Generic[C, R]):
    """Runs commands in batches, without any timer: an idle service adds no delay.

    Up to `width` transactions run side by side. Commands with one `key` (a player's id) follow one another: they would
    only wait for each other's row lock, holding a connection. If a batch fails, its members run one by one, so that a
    poisoned command fails alone; if the database is away, whoever waits is refused with it. Raises BUSY when too many
    wait.
    """

    def __init__(
        self,
        run: Callable[[Sequence[C]], Awaitable[Sequence[R | AppError]]],
        *,
        key: Callable[[C], int],
        width: int = 2,
        traces: "Traces | None" = None,
    ) -> None:
        self._run, self._key, self._traces = run, key, traces
        # whose request each command that waits came from; only for traces
        self._origins: WeakKeyDictionary[asyncio.Future[R], Context] = WeakKeyDictionary()
        self._waiting: list[deque[tuple[C, asyncio.Future[R]]]] = [deque() for _ in range(width)]
        self._runners: list[asyncio.Task[None] | None] = [None] * width

    async def submit(self, command: C) -> R:
        """The command's result, after its transaction was committed. Raises the AppError it was refused with."""
        if sum(map(len, self._waiting)) >= MAX_WAITING:
            raise AppError("BUSY", retry_after_seconds=1)
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        number = self._key(command) % len(self._waiting)
        self._waiting[number].append((command, future))
        if self._traces is not None:
            self._origins[future] = self._traces.origin()
        if self._runners[number] is None:
            self._runners[number] = asyncio.create_task(self._drain(number))
        return await future

    async def _drain(self, number: int) -> None:
        waiting = self._waiting[number]
        try:
            while waiting:
                batch = [waiting.popleft() for _ in range(min(MAX_BATCH, len(waiting)))]
                try:
                    self._settle(batch, await self._carry_out(batch))
                except Exception as error:
                    if isinstance(error, AppError) and error.code == "DATABASE_UNAVAILABLE":
                        # it was tried for as long as a request may take: who waited meanwhile would wait as long again
                        batch += waiting
                        waiting.clear()
                    await self._one_by_one(batch, error)
        finally:
            # no await lies between seeing nobody wait and this line: a command that comes later starts a new runner
            self._runners[number] = None

    async def _carry_out(self, batch: list[tuple[C, "asyncio.Future[R]"]]) -> Sequence[R | AppError]:
        commands = [command for command, _ in batch]
        if self._traces is None:
            return await self._run(commands)
        with self._traces.on_behalf_of([self._origins[future] for _, future in batch]):
            return await self._run(commands)

    async def _one_by_one(self, batch: list[tuple[C, "asyncio.Future[R]"]], error: Exception) -> None:
        for member in batch:
            try:
                if len(batch) == 1 or isinstance(error, AppError):  # alone already, or the database can't serve anyone
                    raise error
                self._settle([member], await self._carry_out([member]))
            except Exception as own_error:
                if not member[1].done():
                    member[1].set_exception(own_error)

    @staticmethod
    def _settle(batch: list[tuple[C, "asyncio.Future[R]"]], results: Sequence[R | AppError]) -> None:
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():  # its client went away; the command was carried out all the same
                continue
            if isinstance(result, AppError):
                future.set_exception(result)
            else:
                future.set_result(result)
