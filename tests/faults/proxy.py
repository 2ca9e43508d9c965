"""Networks between the service and its servers: one loses exactly the reply to a COMMIT, one is slow."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

COMMIT = b"\x03COMMIT"  # MySQL protocol: COM_QUERY and its text


class CommitProxy:
    """Passes bytes both ways. Once armed, it lets one COMMIT through, swallows its reply and calls `on_commit`."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._on_commit: Callable[[], None] | None = None
        self.port = 0
        self.lost_one = asyncio.Event()

    def arm(self, on_commit: Callable[[], None]) -> None:
        """The next commit is carried out and its reply lost; `on_commit` runs in between."""
        self._on_commit = on_commit
        self.lost_one.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            writer.close()
            return
        lost = asyncio.Event()
        back = asyncio.create_task(self._pass_back(from_server, writer, lost))
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                if self._on_commit is not None and COMMIT in data:
                    lost.set()
                to_server.write(data)
        to_server.close()
        await asyncio.gather(back, return_exceptions=True)
        writer.close()

    async def _pass_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: asyncio.Event) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                if lost.is_set() and self._on_commit is not None:
                    on_commit, self._on_commit = self._on_commit, None
                    on_commit()  # the server has answered: the commit is durable; nobody will hear of it
                    self.lost_one.set()
                    break
                writer.write(data)
        writer.close()


@asynccontextmanager
async def commit_proxy(server_port: int) -> AsyncIterator[CommitProxy]:
    """A proxy in front of a database server, until the block ends."""
    proxy = CommitProxy(server_port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()


@dataclass(slots=True)
class SlowProxy:
    """Passes bytes both ways, what comes back each time `seconds` later."""

    port: int
    seconds: float


@asynccontextmanager
async def slow_proxy(server_port: int, *, seconds: float) -> AsyncIterator[SlowProxy]:
    """A slow network in front of any server, until the block ends."""
    proxy = SlowProxy(0, seconds)

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wait: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                await asyncio.sleep(proxy.seconds if wait else 0)
                writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", server_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(copy(reader, to_server, False), copy(from_server, writer, True))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
