"""The load: many keep-alive connections, each one player who sends the next request when the answer is there.

A program of its own (plan in by stdin, figures out by stdout, both JSON), because it shares the machine with what it
measures: raw HTTP/1.1 on uvloop, requests prebuilt but for the idempotency key. It takes 11 µs of CPU a request, 7 of
them in the kernel, when the machine is otherwise idle; every run reports its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from typing import Any

import uvloop

from tests.bench.figures import Figures, cpu_seconds, figures

ANSWER_SECONDS = 30  # longer than any answer of a service that works


@dataclass(frozen=True, slots=True)
class Load:
    """What to send. With `seconds` each connection stays one player; without, every player sends one request."""

    port: int
    method: str
    path: str
    tokens: list[str] = field(repr=False)
    connections: int
    seconds: float | None = None
    bodies: list[str] = field(default_factory=list)  # each connection sends them in turn; all are of one length

    def to_json(self) -> str:
        return json.dumps(asdict(self))


class Report(Figures):
    """The figures, and what was answered."""

    statuses: dict[str, int]
    first_refusal: str


class Player(asyncio.Protocol):
    """One connection."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd, self._buffer = crowd, b""
        self._transport: asyncio.Transport | None = None
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a TCP connection has a full transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.leave(self, "the connection was closed")

    def send(self, request: bytes) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(request)  # type: ignore[union-attr]  # connected before the crowd begins

    def data_received(self, data: bytes) -> None:
        answer = self._buffer + data if self._buffer else data
        head = answer.find(b"\r\n\r\n")
        if head < 0 or len(answer) < head + 4 + _content_length(answer, head):
            self._buffer = answer
            return
        self._buffer = b""
        self._crowd.note(self, answer, self._sent_at)


def _content_length(answer: bytes, head: int) -> int:
    at = answer.find(b"content-length: ", 0, head)
    return int(answer[at + 16 : answer.find(b"\r", at)]) if at > 0 else 0


class Crowd:
    """All connections, what each sends next, and what came of it."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._latencies = array("d")
        self._statuses: Counter[bytes] = Counter()
        self._first_refusal = b""
        self._until = self._last_counted = float("inf")
        self._open = 0
        self._finished = asyncio.get_running_loop().create_future()
        self._run, self._number = os.urandom(8).hex().encode(), 0
        self._heads = deque(_head(load, token) for token in load.tokens)
        self._own_heads: dict[Player, bytes] = {}
        self._bodies: dict[Player, Iterator[bytes]] = {}

    async def run(self) -> Report:
        """Connects everybody, lets all begin at once, and returns when everybody has the last answer."""
        loop, count = asyncio.get_running_loop(), self._load.connections
        made = [await loop.create_connection(lambda: Player(self), "127.0.0.1", self._load.port) for _ in range(count)]
        players = [player for _, player in made]
        if self._load.seconds is not None:
            self._own_heads = {player: self._heads[n % len(self._heads)] for n, player in enumerate(players)}
        self._bodies = {player: cycle(body.encode() for body in self._load.bodies or [""]) for player in players}
        used, started = cpu_seconds(), time.perf_counter()
        if self._load.seconds is not None:
            self._until = started + self._load.seconds
        self._open = count
        for player in players:
            self._next(player)
        limit = (self._load.seconds or 600) + ANSWER_SECONDS
        await asyncio.wait_for(self._finished, limit)
        seconds = max(self._load.seconds or 0.0, self._last_counted - started)
        done: dict[str, Any] = {**figures(self._latencies, seconds, cpu_seconds() - used)}
        done["statuses"] = {status.decode(): count for status, count in self._statuses.items()}
        done["first_refusal"] = self._first_refusal.decode(errors="replace")
        return done  # type: ignore[return-value]  # its keys are those of Report

    def note(self, player: Player, answer: bytes, sent_at: float) -> None:
        now = time.perf_counter()
        status = answer[9:12]
        if now <= self._until or not self._latencies:  # on a very busy machine the first answer may be late already
            self._latencies.append(now - sent_at)
            self._last_counted = now
        self._statuses[status] += 1
        if not status.startswith(b"2") and not self._first_refusal:
            self._first_refusal = answer
        self._next(player, now)

    def leave(self, player: Player, why: str) -> None:
        """A connection that ends before its player had enough."""
        if not self._finished.done():
            self._finished.set_exception(ConnectionError(why))

    def _next(self, player: Player, now: float = 0.0) -> None:
        head = self._own_heads.get(player) if now < self._until else None
        if head is None and self._load.seconds is None and self._heads:
            head = self._heads.popleft()
        if head is None:
            self._open -= 1
            if self._open == 0 and not self._finished.done():
                self._finished.set_result(None)
            return
        self._number += 1
        key = b"%s%012x" % (self._run, self._number)
        player.send(b"%sIdempotency-Key: %s\r\n\r\n%s" % (head, key, next(self._bodies[player])))


def _head(load: Load, token: str) -> bytes:
    length = f"Content-Type: application/json\r\nContent-Length: {len(load.bodies[0])}\r\n" if load.bodies else ""
    return f"{load.method} {load.path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n{length}".encode()


async def run(load: Load) -> Report:
    return await Crowd(load).run()


def main(begin: Callable[[Any], Any] = uvloop.run) -> None:
    """Reads a Load from stdin, prints a Report."""
    print(json.dumps(begin(run(Load(**json.load(sys.stdin))))))


if __name__ == "__main__":
    main()
