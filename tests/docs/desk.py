"""A reader's desk: a folder with the project and a `./run` in it, and a demo that keeps its data in `.demo`.

The service is imported once; the demo and every command are forks of that process, since importing costs a command
more than all it does. Started as a program, this file is that process.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.architecture.house import ROOT

AT_A_READERS_DESK = ("backend", "docs", "examples", "docker", "alembic.ini", "pyproject.toml", ".env.example")
SOCKET = "commands.socket"
START_DEMO = ["demo", "--json", "--port", "0", "--no-browser"]
# sends its arguments and its three streams to the process that has the service, and ends as the command ended there
RUN = f"""#!{sys.executable} -IS
import json, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect("{SOCKET}")
    socket.send_fds(line, [json.dumps(sys.argv[1:]).encode()], [0, 1, 2])
    sys.exit((line.recv(1) or b"\\xff")[0])
"""


@contextmanager
def reader(folder: Path) -> Iterator[str]:
    """The address of the demo of a desk in `folder`; its processes end with the block."""
    for name in AT_A_READERS_DESK:
        (folder / name).symlink_to(ROOT / name)
    (folder / "run").write_text(RUN)
    (folder / "run").chmod(0o755)
    with (folder / "demo.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, __file__],
            cwd=folder, env=surroundings(), stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, (folder / "demo.log").read_text()
            yield json.loads(line)["api"].removeprefix("http://")
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def surroundings() -> dict[str, str]:
    """The environment of a reader who has set nothing up."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")}
    return kept | {"PYTHONPATH": f"{ROOT / 'backend'}{os.pathsep}{ROOT}"}


def main() -> None:
    """Serves commands in the present folder for as long as it is let."""
    from app.cli import app  # noqa: PLC0415 – only here: who asks for a desk need not import the service

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(SOCKET)
        listener.listen()
        if os.fork() == 0:
            listener.close()
            end_with(app, START_DEMO)
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                obey(app, connection)
            connection.close()


def obey(app: object, connection: socket.socket) -> None:
    """One command on the caller's streams; never returns."""
    message, streams, _, _ = socket.recv_fds(connection, 65_536, 3)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    end_with(app, json.loads(message), connection)


def end_with(app: object, arguments: list[str], connection: socket.socket | None = None) -> None:
    """Runs a command line to its end, tells how it ended, and ends this process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code = 1
    try:
        app(arguments)  # type: ignore[operator]  # a Typer application ends by SystemExit
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if connection is not None:
            connection.send(bytes([code]))
        os._exit(code)


if __name__ == "__main__":
    main()
