"""Ports for servers of tests: of each test process its own, and none that the system gives to outgoing connections.

Between the moment a port is chosen and the one its server takes it, anybody else may: 3 of 7,500 tests met that.
"""

import os
import random
import socket

FIRST, EACH, PROCESSES = 10_000, 2_700, 8  # Linux gives out ports from 32,768 on
GAP = 4  # a server may ask for the next one, too


def _start() -> int:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw"))
    own = FIRST + (worker + 1) % PROCESSES * EACH
    return own + random.randrange(EACH // GAP) * GAP  # two runs side by side begin elsewhere


class _Ports:
    """Counts through the range of this process."""

    def __init__(self) -> None:
        self._next = _start()
        self._first = self._next - (self._next - FIRST) % EACH

    def take(self) -> int:
        for _ in range(EACH // GAP):
            port, self._next = self._next, self._next + GAP
            if self._next >= self._first + EACH:
                self._next = self._first
            if _is_free(port):
                return port
        raise RuntimeError("every port of this test process is taken")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


_ports = _Ports()


def free_port() -> int:
    """A port of this machine that no other test will take meanwhile."""
    return _ports.take()
