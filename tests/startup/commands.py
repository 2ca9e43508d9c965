"""Runs command lines as processes of their own that cost no import: forks of one that has the service.

Started as a program it takes one JSON line `[arguments, environment]` each and answers two: the process id at once, and
`[exit code, what it printed]` at its end.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.architecture.house import ROOT

IMPORTED_LATER = (
    "aiomysql",
    "aiosqlite",
    "alembic.command",
    "app.main",
)  # by commands; here once
LONGEST_SECONDS = 20  # what still runs then hangs: it ends by SIGALRM, and does not keep the next command waiting


class Commands:
    """The other side of that process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, arguments: list[str], environment: dict[str, str]) -> int:
        """Starts a command line; returns its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([arguments, environment]) + "\n")
        self._process.stdin.flush()
        return int(self._answer())

    def end(self) -> tuple[int, str]:
        """Waits for the end of the command that was started last: its exit code, and what it printed."""
        code, printed = self._answer()
        return int(code), str(printed)

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@contextmanager
def commands(folder: Path) -> Iterator[Commands]:
    """Command lines that run in `folder`."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'backend'}{os.pathsep}{ROOT}"}
    process = subprocess.Popen(
        [sys.executable, __file__],
        cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        yield Commands(process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def main() -> None:
    from app.cli import app  # noqa: PLC0415 – only here: the tests' process need not import the service

    for later in IMPORTED_LATER:
        import_module(later)

    output = Path("printed")
    for line in sys.stdin:
        arguments, environment = json.loads(line)
        child = os.fork()
        if child == 0:
            become(app, arguments, environment, output)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(json.dumps([os.waitstatus_to_exitcode(status), output.read_text(errors="replace")]), flush=True)


def become(app: Any, arguments: list[str], environment: dict[str, str], output: Path) -> None:
    """Runs a command line to its end; never returns."""
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(environment)
    signal.alarm(LONGEST_SECONDS)
    code = 1
    try:
        app(arguments)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback  # noqa: PLC0415 – what no command may end with

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
