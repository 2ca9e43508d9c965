"""The real API as `./run serve` starts it, in processes of its own."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

from tests.bench.row import NotComparable
from tests.servers import READY_WITHIN_SECONDS, Server, Unavailable

ROOT = Path(__file__).resolve().parents[2]
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
LOOK_EVERY_SECONDS = 0.005  # a cold start is measured by this


class Api(Server):
    """`./run serve` on a free port. Everything is set by the environment; what is not given is the default."""

    program: tuple[str, ...] = ("app", "serve", "--port")

    def __init__(self, environment: dict[str, str]) -> None:
        super().__init__()
        self._environment = environment

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Lets the process end its own children first."""
        if self.is_running:
            self._send(signal.SIGTERM)
            self._wait()
        super().stop()

    def cpu_seconds(self) -> float:
        """What its processes have used so far."""
        assert self._process is not None, "the service was never started"
        return sum(cpu_seconds_of(pid) for pid in [self._process.pid, *children_of(self._process.pid)])

    def _command(self) -> list[str]:
        given = {"PYTHONPATH": f"{ROOT / 'backend'}:{ROOT}", **self._environment}
        # its own folder, so that no .env of the checkout decides anything
        start = ["env", f"--chdir={self.folder}", *(f"{name}={value}" for name, value in given.items())]
        return [*start, sys.executable, "-m", *self.program, str(self.port)]

    def _answers(self) -> bool:
        try:
            self.ask("GET", "/health/ready")
        except (OSError, NotComparable):
            return False
        return True

    def ask(self, method: str, path: str, token: str | None = None) -> bytes:
        """The answer to one request on a connection of its own. Raises NotComparable unless it is a 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex} if token else {}
        try:
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise NotComparable(f"{method} {path}: {response.status} {body.decode(errors='replace')[-500:]}")
        return body

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + READY_WITHIN_SECONDS
        while not self._answers():
            if not self.is_running or time.monotonic() > until:
                last_words = (self.folder / "log").read_text(errors="replace").strip()[-1000:]
                raise Unavailable(f"the API did not start: {last_words}")
            time.sleep(LOOK_EVERY_SECONDS)


class EmptyApi(Api):
    """The floor of a read (floors/empty_jwt.py), with the same environment."""

    program = ("tests.bench.floors.empty_jwt",)


def cpu_seconds_of(pid: int) -> float:
    """User and system time of a process so far; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(word) for word in found.stdout.split()]
