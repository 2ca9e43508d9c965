"""Private database and cache servers for the tests and the bench: own port, own folder, gone afterwards.

Nothing here touches a server it did not start. Which ones a test run uses is decided in tests/provision.py.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from functools import partial
from pathlib import Path
from typing import Self

import pymysql

from tests.ports import free_port

# Debian's redis-server is a link to redis-check-rdb, which decides by the name it is called. The link's package
# would start a service; the program's package does not.
OTHER_NAMES = {"redis-server": "redis-check-rdb"}
READY_WITHIN_SECONDS = 60  # an idle machine needs one
STOP_WITHIN_SECONDS = 20
LIBC = ctypes.CDLL(None)


class Unavailable(Exception):
    """A server could not be had; the text says in one line what is missing."""


class Server(ABC):
    """One private server process. It dies with the thread that started it, however that ends."""

    last_signal = signal.SIGKILL

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="dojang-"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """What the tests connect to."""

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    def start(self) -> Self:
        """Starts on this server's own port and data, and returns when it answers."""
        command = self._command()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                executable=find_program(command[0]),
                stdout=log,
                stderr=log,
                preexec_fn=partial(_die_with_parent, self.last_signal),  # noqa: PLW1509 – one call into libc
            )
        self._wait_until_ready()
        return self

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ends the process and throws its data away, so there is nothing to shut down cleanly for."""
        self.kill9()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill9(self) -> None:
        """The power cut: what the server acknowledged must be there after restart()."""
        if self.is_running:
            self._send(signal.SIGKILL)
        self._wait()

    def pause(self) -> None:
        """The server hangs: connections stay open and nothing answers until resume()."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        self._send(signal.SIGCONT)

    def restart(self) -> Self:
        """Starts again on the same port and data; shuts down in an orderly way first if it still runs."""
        if self.is_running:
            self._send(signal.SIGTERM)
        self._wait()
        return self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _send(self, what: signal.Signals) -> None:
        assert self._process is not None, "the server was never started"
        self._process.send_signal(what)  # after poll() saw it end this does nothing: a reused pid is safe

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not self._answers():
            if not self.is_running or time.monotonic() > deadline:
                last_words = (self.folder / "log").read_text(errors="replace").strip()[-300:]
                raise Unavailable(f"{self._command()[0]} on port {self.port} did not start: {last_words}")
            time.sleep(0.05)

    def _wait(self) -> None:
        if self._process is not None:
            self._process.wait(timeout=STOP_WITHIN_SECONDS)


class MariaDb(Server):
    """A MariaDB with the durability of production. `url` names no database: take one from create_database()."""

    def __init__(self, *, buffer_pool: str = "64M") -> None:
        """`buffer_pool`: small for the tests; the bench asks for "1G" so that it measures locks, not reads."""
        super().__init__()
        self.buffer_pool = buffer_pool

    @property
    def url(self) -> str:
        return f"mysql+aiomysql://root@127.0.0.1:{self.port}"

    def start(self) -> Self:
        if not self._data.exists():
            self._install()
        return super().start()

    def connect(self) -> pymysql.Connection[pymysql.cursors.Cursor]:
        """A plain blocking connection, autocommit on, for looking from outside."""
        here = {"host": "127.0.0.1", "port": self.port, "user": "root"}
        return pymysql.connect(**here, autocommit=True, connect_timeout=2, read_timeout=10)

    def create_database(self, name: str) -> str:
        """An empty database of that name (an older one is dropped); returns its URL."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")
            cursor.execute(f"CREATE DATABASE `{name}`")
        return f"{self.url}/{name}"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _install(self) -> None:
        # a folder for temporary files of its own: in a shared one, servers that start remove each other's
        folders = [f"--datadir={self._data}", f"--tmpdir={self.folder}"]
        options = ["--no-defaults", *folders, "--auth-root-authentication-method=normal", "--skip-test-db"]
        options += ["--force"]  # a bare machine may not know its own name
        command = ["mariadb-install-db", *options, *as_root()]
        done = subprocess.run(command, executable=find_program(command[0]), capture_output=True, text=True)
        if done.returncode:
            raise Unavailable(f"mariadb-install-db failed: {(done.stderr or done.stdout).strip()[-300:]}")

    def _command(self) -> list[str]:
        return [
            "mariadbd",
            "--no-defaults",
            *as_root(),
            f"--datadir={self._data}",
            f"--tmpdir={self.folder}",
            f"--socket={self.folder / 'socket'}",
            f"--pid-file={self.folder / 'pid'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            "--max-connections=400",
            f"--innodb-buffer-pool-size={self.buffer_pool}",
            # An acknowledged commit survives kill9(), and a lock wait timeout undoes the whole transaction.
            "--innodb-flush-log-at-trx-commit=1",
            "--innodb-rollback-on-timeout=ON",
            "--performance-schema=OFF",
        ]

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except pymysql.err.OperationalError:
            return False
        return True


class Redis(Server):
    """An empty Redis that keeps nothing on disk."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def _command(self) -> list[str]:
        listen = ["--port", str(self.port), "--bind", "127.0.0.1"]
        keep_nothing = ["--dir", str(self.folder), "--save", "", "--appendonly", "no"]
        return ["redis-server", *listen, *keep_nothing]

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


def find_program(name: str) -> str | None:
    """Its full path, looking also where a plain user's PATH does not."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which(name, path=path) or shutil.which(OTHER_NAMES.get(name, name), path=path)


def as_root() -> list[str]:
    """Both MariaDB programs refuse to run as root unless told so."""
    return ["--user=root"] if os.geteuid() == 0 else []


def _die_with_parent(last_signal: signal.Signals) -> None:
    """In the child: a test run that is killed outright must not leave servers behind (Linux only)."""
    if sys.platform == "linux":
        LIBC.prctl(1, last_signal)  # 1 is PR_SET_PDEATHSIG of <linux/prctl.h>
