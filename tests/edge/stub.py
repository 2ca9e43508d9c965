"""An API process that only notes what it is sent: what nginx hands on can be seen, and what it hands on twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from tests.ports import free_port

JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
FILE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nCache-Control: public, max-age=31536000, immutable\r\n"
    b"Vary: Cookie\r\nContent-Length: 2000\r\n\r\n" + b"/" * 2000
)
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: 1\n\n"


@dataclass(slots=True)
class Received:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Stub:
    """`/api/die` hangs up without an answer; `/api/stream` waits for `go_on` between its two events."""

    received: list[Received] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    server: asyncio.Server | None = None
    connections: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self) -> int:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", port := free_port())
        return port

    async def stop(self) -> None:
        """As a process that is gone: nobody listens any more."""
        if self.server is not None:
            self.server.close()
            self.server = None
        for connection in list(self.connections):
            connection.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.add(writer)
        try:
            while await self._answer(reader, writer):
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.connections.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").split("\r\n")
        method, path, _ = lines[0].split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.received.append(Received(method, path, headers, body))
        if path.startswith("/api/die"):
            return False
        if path == "/api/stream":
            writer.write(STREAM)
            await writer.drain()
            await self.go_on.wait()
            writer.write(b"data: 2\n\n")
            return False
        writer.write(FILE if path.startswith("/assets/") else JSON)
        return True
