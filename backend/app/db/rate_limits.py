"""The limits of all processes together: each decides at once by what it knows, and Redis tells it what the others took.

A request never waits for Redis. Without it, and while it is away, slow or empty, each process limits by itself.
"""

import asyncio
import math
import time
from collections.abc import Callable, Mapping

from app.core.errors import AppError
from app.core.rate_limits import Buckets, Key, Limit
from app.core.tasks import end_tasks
from app.db.cache import Cache

# how late a process hears of the others: at most so long a player may take from each process's bucket by itself
SHARE_SECONDS = 0.1
AFTER_A_FAILURE_SECONDS = 1.0
KEYS_A_CALL = 500
# a debt to several processes at once is never remembered for longer
LONGEST_DEBT_SECONDS = 10.0


class RateLimits:
    """The limits of one process. `per_second` has them by operation, or by method for all operations without one."""

    def __init__(
        self,
        per_second: Mapping[str, float],
        cache: Cache,
        *,
        burst_seconds: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = {name: Limit.of(rate, burst_seconds) for name, rate in per_second.items()}
        longest = max((limit.window_seconds + limit.interval_seconds for limit in self._limits.values()), default=0.0)
        self._buckets = Buckets(max(longest, LONGEST_DEBT_SECONDS))
        self._cache, self._now = cache, now
        # seconds of filling that this process took and Redis has not heard of
        self._unshared: dict[Key, float] = {}
        self._sharing: asyncio.Task[None] | None = None

    def spend(self, user_id: int, operation: str, method: str) -> None:
        """Counts one call of this player; raises RATE_LIMITED, and counts nothing, when it is one too many."""
        limit = self._limits.get(operation) or self._limits.get(method)
        if limit is None:
            return
        key = (user_id, operation)
        wait = self._buckets.take(key, limit, self._now())
        if wait:
            raise AppError(
                "RATE_LIMITED",
                retry_after_seconds=math.ceil(wait),
                operation=operation,
                limit=limit.burst,
                window_seconds=math.ceil(limit.window_seconds),
            )
        if self._cache.redis is not None:
            self._unshared[key] = self._unshared.get(key, 0.0) + limit.interval_seconds
            if self._sharing is None or self._sharing.done():
                self._sharing = asyncio.create_task(self._share())

    async def close(self) -> None:
        """Ends the task that shares; what it had not shared yet is not needed any more."""
        if self._sharing is not None:
            await end_tasks(self._sharing)

    async def _share(self) -> None:
        """Tells Redis what was taken here and hears what all have taken, as long as there is something to tell."""
        while self._unshared:
            await asyncio.sleep(SHARE_SECONDS)
            taken, self._unshared = self._unshared, {}
            keys = list(taken)
            for start in range(0, len(keys), KEYS_A_CALL):
                if not await self._share_some({key: taken[key] for key in keys[start : start + KEYS_A_CALL]}):
                    await asyncio.sleep(AFTER_A_FAILURE_SECONDS)
                    break

    async def _share_some(self, taken: Mapping[Key, float]) -> bool:
        costs = {f"{operation}:{user_id}": seconds for (user_id, operation), seconds in taken.items()}
        full_in_seconds = await self._cache.drain_buckets(costs, longest_seconds=LONGEST_DEBT_SECONDS)
        now = self._now()
        for key, seconds in zip(taken, full_in_seconds, strict=False):  # none at all when Redis is away
            self._buckets.drain(key, seconds, now)
        return bool(full_in_seconds)
