"""How many calls of one host are carried out at once in this process: one host's calls never take everybody's place."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from app.core.errors import AppError


@dataclass(slots=True)
class _Queue:
    """Calls of one host: `slots` are carried out at once, `present` are here, waiting or not."""

    slots: asyncio.Semaphore
    present: int = 0


@dataclass(slots=True)
class HostGate:
    """At most `at_once` calls of a host are carried out side by side, `most` are here with those that wait.

    Who waits longer than `patience_seconds` is refused: an answer that late would find nobody.
    """

    at_once: int
    most: int
    patience_seconds: float
    _queues: dict[str, _Queue] = field(default_factory=dict)

    async def enter(self, host_code: str) -> Callable[[], None]:
        """Waits for the host's turn; call what it returns when the call is over. Raises RATE_LIMITED."""
        queue = self._queues.setdefault(host_code, _Queue(asyncio.Semaphore(self.at_once)))
        if queue.present >= self.most:
            raise AppError("RATE_LIMITED", retry_after_seconds=1, at_once=self.most)
        queue.present += 1
        try:
            await asyncio.wait_for(queue.slots.acquire(), self.patience_seconds)
        except BaseException as error:
            self._left(host_code, queue)
            if isinstance(error, TimeoutError):
                raise AppError("RATE_LIMITED", retry_after_seconds=1, at_once=self.at_once) from None
            raise

        def leave() -> None:
            queue.slots.release()
            self._left(host_code, queue)

        return leave

    def _left(self, host_code: str, queue: _Queue) -> None:
        queue.present -= 1
        if not queue.present:
            self._queues.pop(host_code, None)
