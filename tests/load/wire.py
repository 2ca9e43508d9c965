"""One keep-alive HTTP/1.1 connection, answers as raw bytes: a replay is compared byte by byte."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

ANSWER_SECONDS = 30  # longer than any answer of a service that works


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `seconds` is from the first byte sent to the last byte read."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body) if self.body else None

    @property
    def code(self) -> str:
        """The error code of a refusal; empty when it isn't one of ours."""
        try:
            return str(self.json()["error"]["code"])
        except (ValueError, KeyError, TypeError):
            return ""


class Wire:
    """A connection that opens when it is needed, and again when the server has closed it in between."""

    def __init__(self, api: str, token: str | None = None) -> None:
        at = urlsplit(api)
        self._host, self._port = at.hostname or "127.0.0.1", at.port or 80
        self._token = token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request. Raises OSError (or TimeoutError) when there was no whole answer."""
        request = self._request(method, path, body, headers)
        started = time.perf_counter()
        async with asyncio.timeout(ANSWER_SECONDS):
            if self._streams is not None:
                try:
                    return await self._exchange(request, started)
                except (OSError, asyncio.IncompleteReadError):
                    self.close()  # an idle connection that the server closed: nothing of this request was read
            self._streams = await asyncio.open_connection(self._host, self._port)
            try:
                return await self._exchange(request, started)
            except asyncio.IncompleteReadError as error:
                self.close()
                raise ConnectionError(f"{method} {path}: the connection ended in the middle of the answer") from error

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    def _request(self, method: str, path: str, body: Any, headers: dict[str, str]) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        lines = {"Host": f"{self._host}:{self._port}", **{name.replace("_", "-"): v for name, v in headers.items()}}
        if self._token is not None:
            lines["Authorization"] = f"Bearer {self._token}"
        if body is not None:
            lines |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content

    async def _exchange(self, request: bytes, started: float) -> Answer:
        assert self._streams is not None, "opened before"
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(head[0].split()[1]), headers, body, time.perf_counter() - started)
