"""A client that listens to a live stream."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic_core import from_json

from tests.phones import NO_CERTIFICATES


async def until(is_so: Callable[[], bool], *, within: float = 20) -> None:
    """Returns once it is so; fails when it isn't in time."""
    for _ in range(int(within * 100)):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen in time")


@dataclass
class Ear:
    """What one connection heard: events with their ids, and how many heartbeats."""

    status: int = 0
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    ids: list[int | None] = field(default_factory=list)
    pings: int = 0
    is_over: bool = False
    is_open: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    async def hears(self, many: int, *, within: float = 20) -> list[str]:
        """The types of the first events, once there are so many."""
        await until(lambda: len(self.events) >= many, within=within)
        return self.types

    async def listen(self, url: str, path: str, headers: dict[str, str]) -> None:
        async with (
            httpx.AsyncClient(base_url=url, timeout=30, verify=NO_CERTIFICATES) as client,
            client.stream("GET", path, headers=headers) as response,
        ):
            self.status, self.headers = response.status_code, dict(response.headers)
            if response.is_error:
                self.code = from_json(await response.aread())["error"]["code"]
                self.is_open.set()
                return
            frame: dict[str, str] = {}
            async for line in response.aiter_lines():
                self.is_open.set()
                if line:
                    name, _, value = line.partition(":")
                    frame[name] = value.strip()
                else:
                    self._take(frame)
                    frame = {}
        self.is_over = True

    def _take(self, frame: dict[str, str]) -> None:
        if "data" in frame:
            self.events.append(from_json(frame["data"]))
            self.names.append(frame.get("event"))
            self.ids.append(int(frame["id"]) if "id" in frame else None)
        elif frame.get("") == "ping":
            self.pings += 1


@asynccontextmanager
async def listening(
    url: str, headers: dict[str, str], *, after: int | None = None, path: str = "/api/stream"
) -> AsyncIterator[Ear]:
    """An open connection, or the refusal of one."""
    ear = Ear()
    more = {} if after is None else {"Last-Event-ID": str(after)}
    task = asyncio.create_task(ear.listen(url, path, headers | more))
    try:
        async with asyncio.timeout(10):
            opened = asyncio.create_task(ear.is_open.wait())
            await asyncio.wait({task, opened}, return_when=asyncio.FIRST_COMPLETED)
            opened.cancel()
        if task.done():
            task.result()
        yield ear
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
