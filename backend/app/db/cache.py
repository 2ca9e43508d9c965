"""Redis, if there is one: it may speed things up, it never decides. Everything works without it."""

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

from app.core.metrics import REDIS_HIT_RATIO, REDIS_UP

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = structlog.get_logger()
LISTEN_SECONDS = 5.0
BUCKET_PREFIX = "dojang:bucket:"
# Redis's own clock, so that no two machines need to agree. A bucket is the microsecond at which it is full again
# (core/rate_limits.py), and goes when it is. %.0f: Lua would write a number of this size as 1.7e+15.
DRAIN_BUCKETS = """
local time = redis.call('TIME')
local now, longest = time[1] * 1000000 + time[2], tonumber(ARGV[1])
local full_in = {}
for i, key in ipairs(KEYS) do
  local full_at = math.max(tonumber(redis.call('GET', key) or 0), now) + tonumber(ARGV[i + 1])
  full_in[i] = math.min(full_at - now, longest)
  redis.call('SET', key, string.format('%.0f', now + full_in[i]), 'PX', math.ceil(full_in[i] / 1000) + 1)
end
return full_in
"""


class CacheState(StrEnum):
    """What readiness says of Redis."""

    OK = "ok"
    OFF = "off"
    DEGRADED = "degraded"


class Cache:
    """The connection to Redis. No address: off. An address that does not answer: degraded, and nobody waits for it."""

    def __init__(self, url: str | None) -> None:
        self.redis = _connection(url) if url else None

    async def state(self) -> CacheState:
        if self.redis is None:
            return CacheState.OFF
        from redis.exceptions import RedisError  # noqa: PLC0415 – see _connection

        try:
            await self.redis.ping()
        except (RedisError, OSError):
            return CacheState.DEGRADED
        return CacheState.OK

    async def measure(self) -> None:
        """Sets the gauges of Redis to what it says of itself; to NaN where there is none."""
        state = await self.state()
        REDIS_UP.set(math.nan if state is CacheState.OFF else float(state is CacheState.OK))
        REDIS_HIT_RATIO.set(await self._hit_ratio() if state is CacheState.OK else math.nan)

    async def _hit_ratio(self) -> float:
        from redis.exceptions import RedisError  # noqa: PLC0415 – see _connection

        if self.redis is None:
            return math.nan
        try:
            stats: Mapping[str, int] = await self.redis.info("stats")
        except (RedisError, OSError):
            return math.nan
        asked = stats["keyspace_hits"] + stats["keyspace_misses"]
        return stats["keyspace_hits"] / asked if asked else math.nan

    async def publish(self, messages: Sequence[tuple[str, str]]) -> None:
        """Sends each (channel, text) to whoever listens now. Without Redis, or when it is away, nobody is told."""
        if self.redis is None or not messages:
            return
        from redis.exceptions import RedisError  # noqa: PLC0415 – see _connection

        try:
            async with self.redis.pipeline(transaction=False) as pipeline:
                for channel, message in messages:
                    pipeline.publish(channel, message)
                await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("publish_failed", messages=len(messages), error=type(error).__name__)

    async def messages(self, channels: Sequence[str]) -> AsyncIterator[str | None]:
        """What is published on these channels from now on; None when some seconds brought nothing.

        Raises ConnectionError when Redis is away.
        """
        from redis.exceptions import RedisError  # noqa: PLC0415 – see _connection

        if self.redis is None:
            return
        listener = self.redis.pubsub(ignore_subscribe_messages=True)
        try:
            await listener.subscribe(*channels)
            while True:
                message = await listener.get_message(timeout=LISTEN_SECONDS)
                yield None if message is None else message["data"].decode()
        except (RedisError, OSError) as error:
            raise ConnectionError(type(error).__name__) from error
        finally:
            await listener.aclose()  # type: ignore[no-untyped-call]

    async def drain_buckets(self, seconds: Mapping[str, float], *, longest_seconds: float) -> list[float]:
        """Takes so many seconds of filling from each bucket; in how many seconds each is full, in the same order.

        Empty without Redis, or when it is away.
        """
        if self.redis is None:
            return []
        from redis.exceptions import RedisError  # noqa: PLC0415 – see _connection

        micros = [round(1e6 * amount) for amount in (longest_seconds, *seconds.values())]
        try:
            drain = self.redis.register_script(DRAIN_BUCKETS)
            full_in = await drain(keys=[BUCKET_PREFIX + name for name in seconds], args=micros)
        except (RedisError, OSError) as error:
            log.warning("buckets_not_shared", buckets=len(seconds), error=type(error).__name__)
            return []
        return [one / 1e6 for one in full_in]

    async def close(self) -> None:
        if self.redis is not None:
            await self.redis.aclose()


def _connection(url: str) -> "Redis":
    from redis.asyncio import Redis  # noqa: PLC0415 – 0.1 s of every start, for those who have one

    # half a second is far above a healthy answer and far below what a player would notice as a hang
    connection: Redis = Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
    return connection
