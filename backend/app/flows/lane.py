"""Group commit: commands that arrive while a transaction is under way join the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from app.core.errors import AppError

C = TypeVar("C")
R = TypeVar("R")

MAX_BATCH = 128  # measured: larger batches add latency and no throughput
MAX_WAITING = 4096  # beyond this a command would wait longer than its client does


class Lane(Generic[C, R]):
    """Runs commands in batches, two transactions at a time, without any timer: an idle service adds no delay.

    If a batch fails, its members run one by one, so that a poisoned command fails alone. Raises BUSY when
    too many wait.
    """

    def __init__(self, run: Callable[[Sequence[C]], Awaitable[Sequence[R | AppError]]], *, width: int = 2) -> None:
        self._run, self._width = run, width
        self._waiting: deque[tuple[C, asyncio.Future[R]]] = deque()
        self._under_way = 0
        self._runners: set[asyncio.Task[None]] = set()  # the loop itself holds tasks only weakly

    async def submit(self, command: C) -> R:
        """The command's result, after its transaction was committed. Raises the AppError it was refused with."""
        if len(self._waiting) >= MAX_WAITING:
            raise AppError("BUSY", retry_after_seconds=1)
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, future))
        if self._under_way < self._width:
            self._under_way += 1
            runner = asyncio.create_task(self._drain())
            self._runners.add(runner)
            runner.add_done_callback(self._runners.discard)
        return await future

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
                try:
                    self._settle(batch, await self._run([command for command, _ in batch]))
                except Exception as error:
                    await self._one_by_one(batch, error)
        finally:
            # no await lies between seeing nobody wait and this line: a command that comes later starts a new runner
            self._under_way -= 1

    async def _one_by_one(self, batch: list[tuple[C, "asyncio.Future[R]"]], error: Exception) -> None:
        for member in batch:
            try:
                if len(batch) == 1 or isinstance(error, AppError):  # alone already, or the database can't serve anyone
                    raise error
                self._settle([member], await self._run([member[0]]))
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
