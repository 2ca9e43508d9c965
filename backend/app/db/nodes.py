"""Which server of a cluster a connection goes to: the first, in the written order, that takes writes.

One writer for all processes: a row lock holds on its own server only (docs/scale.md). A server that hangs is found out
by a knock each second, and the connections to it are closed, so that what waits on them is tried again elsewhere.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

import aiomysql
import structlog
from pymysql.err import Error, OperationalError
from sqlalchemy.engine import URL

log = structlog.get_logger()
FAILOVER = "failover"
DEFAULT_PORT = 3306
# far above a healthy handshake, and three servers that hang still fit into the budget of a request
KNOCK_SECONDS = 1.5
WATCH_EVERY_SECONDS = 1.0
# so long nobody tries a server that failed, unless all did
REST_SECONDS = 3.0
NO_NODE_TAKES_WRITES = 1047  # what Galera says of itself: clients and our own table of failures know the number


@dataclass(eq=False, slots=True)
class Node:
    """One server, and our open connections to it."""

    host: str
    port: int
    rests_until: float = 0.0
    open: WeakSet[Any] = field(default_factory=WeakSet)

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"

    def close_all(self) -> None:
        """Whoever waits for an answer is told that the server is gone."""
        for connection in list(self.open):
            connection.close()
        self.open.clear()


def split_nodes(url: URL) -> tuple[URL, list[Node]]:
    """The URL without `?failover=host:port`, which may stand several times, and all its servers in order."""
    named = url.query.get(FAILOVER, ())
    others = [named] if isinstance(named, str) else named
    nodes = [Node(url.host or "localhost", url.port or DEFAULT_PORT)]
    for other in others:
        host, _, port = other.partition(":")
        nodes.append(Node(host, int(port or DEFAULT_PORT)))
    return url.difference_update_query([FAILOVER]), nodes


class Cluster:
    """The servers of one database, as one process sees them."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._watch: asyncio.Task[None] | None = None

    async def connect(self, **options: Any) -> Any:
        """A connection to the first server that takes writes. Raises OperationalError when none does."""
        last: BaseException | None = None
        for node in self._in_order():
            try:
                connection = await _open(node, options)
            except (Error, OSError, TimeoutError) as error:
                node.rests_until = time.monotonic() + REST_SECONDS
                log.warning("node_refused", node=node.name, error=type(error).__name__)
                last = error
                continue
            node.open.add(connection)
            if self._watch is None or self._watch.done():
                self._watch = asyncio.create_task(self._knock_on(options))
            return connection
        raise OperationalError(NO_NODE_TAKES_WRITES, "no server of the cluster takes writes") from last

    def _in_order(self) -> Iterator[Node]:
        now = time.monotonic()
        yield from sorted(self._nodes, key=lambda node: node.rests_until > now)

    async def _knock_on(self, options: dict[str, Any]) -> None:
        """Knocks on every server we have connections to, as long as there are any."""
        while in_use := [node for node in self._nodes if any(not one.closed for one in node.open)]:
            await asyncio.sleep(WATCH_EVERY_SECONDS)
            await asyncio.gather(*(self._knock(node, options) for node in in_use))

    async def _knock(self, node: Node, options: dict[str, Any]) -> None:
        try:
            (await _open(node, options)).close()
        except (Error, OSError, TimeoutError) as error:
            log.warning("node_lost", node=node.name, connections=len(node.open), error=type(error).__name__)
            node.rests_until = time.monotonic() + REST_SECONDS
            node.close_all()


async def _open(node: Node, options: dict[str, Any]) -> Any:
    """A connection to this very server. Raises when it takes no writes: read-only, or without its group."""
    async with asyncio.timeout(KNOCK_SECONDS):
        connection = await aiomysql.connect(**options | {"host": node.host, "port": node.port})
        try:
            await _require_writable(connection)
        except BaseException:
            connection.close()
            raise
        return connection


async def _require_writable(connection: Any) -> None:
    async with connection.cursor() as cursor:
        await cursor.execute("SHOW GLOBAL STATUS LIKE 'wsrep_ready'")  # no row where there is no Galera
        is_ready = all(value == "ON" for _, value in await cursor.fetchall())
        await cursor.execute("SELECT @@global.read_only")
        [is_read_only] = await cursor.fetchone()
    if is_read_only or not is_ready:
        raise OperationalError(NO_NODE_TAKES_WRITES, "the server takes no writes")
