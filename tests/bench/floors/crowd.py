"""Many connections of a C client to MariaDB, each sending one transaction after the other.

A transaction is one text of many statements and costs one round trip. The client is MySQL's own C library, as
mysql-connector-python brings it; a Python thread per connection does nothing but hand over the text and throw the
results away, and lets go of the interpreter lock while it waits.
"""

from __future__ import annotations

import importlib
import multiprocessing
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.bench.figures import Figures, cpu_seconds, figures

CLIENT = importlib.import_module("_mysql_connector")  # the C library itself, without the Python driver around it
PLUGINS = Path(importlib.import_module("mysql.connector").__file__ or "").parents[1] / "vendor" / "plugin"
MULTI_STATEMENTS, MULTI_RESULTS, LONG_FLAGS = 1 << 16, 1 << 17, 0x3FE8F  # protocol 4.1 with transactions
CONNECT_SECONDS = 60
# the same promises as the service's connections (db/session.py)
SESSION = (
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SET SESSION time_zone = '+00:00', sql_mode = "
    "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many connect, and for how long; None = until everybody has nothing left to send."""

    port: int
    database: str
    processes: int
    threads: int  # in all
    seconds: float | None


Texts = Callable[[Any, int], Iterator[str]]  # (connection, its number) → the transactions it sends


def connect(port: int, database: str) -> Any:
    """A connection over TCP, as the service has it, without encryption."""
    client = CLIENT.MySQL(raw=True, plugin_dir=str(PLUGINS))
    client.connect(
        host="127.0.0.1",
        port=port,
        user="root",
        password="",
        database=database,
        client_flags=LONG_FLAGS | MULTI_STATEMENTS | MULTI_RESULTS,
        ssl_disabled=True,
    )
    run(client, SESSION.encode())
    return client


def run(client: Any, text: bytes) -> None:
    """Sends the text and takes every result; raises what any of its statements raised."""
    client.query(text, raw=True, buffered=False)
    while True:
        if client.have_result_set:
            client.consume_result()
        if not client.more_results():
            return
        client.next_result()


def rows(client: Any, text: str) -> list[tuple[bytes, ...]]:
    """The rows of one SELECT."""
    client.query(text.encode(), raw=True, buffered=True)
    found = []
    while (row := client.fetch_row()) is not None:
        found.append(row)
    client.free_result()
    return found


def measure(crowd: Crowd, texts: Texts) -> Figures:
    """Everybody connects, then everybody begins at once. Raises RuntimeError when a connection or statement failed."""
    context = multiprocessing.get_context("fork")
    together = context.Barrier(crowd.processes + 1, timeout=CONNECT_SECONDS)
    share = crowd.threads // crowd.processes
    children, ends = [], []
    for number in range(crowd.processes):
        ours, theirs = context.Pipe(duplex=False)
        numbers = range(number * share, (number + 1) * share)
        child = context.Process(target=_process, args=(crowd, texts, numbers, together, theirs))
        child.start()
        theirs.close()  # the child's alone now: if it dies, our end tells
        children.append(child)
        ends.append(ours)
    together.wait()
    started = time.perf_counter()
    results = [end.recv() for end in ends]
    elapsed = time.perf_counter() - started
    for child in children:
        child.join()
    failures = [failure for _, _, failure in results if failure]
    if failures:
        raise RuntimeError(failures[0])
    latencies = [latency for noted, _, _ in results for latency in noted]
    return figures(latencies, crowd.seconds or elapsed, sum(used for _, used, _ in results))


def _process(crowd: Crowd, texts: Texts, numbers: range, together: Any, end: Connection) -> None:
    clients = [connect(crowd.port, crowd.database) for _ in numbers]
    stories = [texts(client, number) for client, number in zip(clients, numbers, strict=True)]
    first = [next(story, None) for story in stories]  # reads what each must know before anybody begins
    together.wait()
    used_before = cpu_seconds()
    until = time.perf_counter() + (crowd.seconds or float("inf"))
    latencies = [array("d") for _ in numbers]
    failures: list[str] = []
    threads = [
        threading.Thread(target=_thread, args=each, kwargs={"until": until, "failures": failures})
        for each in zip(clients, first, stories, latencies, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    noted = [latency for of_thread in latencies for latency in of_thread]
    end.send((noted, cpu_seconds() - used_before, "".join(failures[:1])))


def _thread(
    client: Any, text: str | None, story: Iterator[str], noted: array[float], *, until: float, failures: list[str]
) -> None:
    clock = time.perf_counter
    try:
        while text is not None:
            started = clock()
            run(client, text.encode())
            now = clock()
            if now > until:
                return
            noted.append(now - started)
            text = next(story, None)
    except Exception as failure:
        failures.append(f"{failure!r} in {text}")
