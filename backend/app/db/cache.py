"""Redis, if there is one: it may speed things up, it never decides. Everything works without it."""

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis.asyncio import Redis


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

    async def close(self) -> None:
        if self.redis is not None:
            await self.redis.aclose()


def _connection(url: str) -> "Redis":
    from redis.asyncio import Redis  # noqa: PLC0415 – 0.1 s of every start, for those who have one

    # half a second is far above a healthy answer and far below what a player would notice as a hang
    connection: Redis = Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
    return connection
