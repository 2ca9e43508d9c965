"""A small Debian machine in a folder, to walk a page of commands on: other paths, free ports, a stand-in for systemd.

Started as a program this file is `systemctl`: it starts and stops what the page's own unit files say, and the two
servers that the page takes from Debian.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.architecture.house import ROOT
from tests.ports import free_port
from tests.servers import as_root, find_program

# what a page names → which port or folder of this machine it becomes
PORTS = {"127.0.0.1:3306": "127.0.0.1:{}", "127.0.0.1:6379": "127.0.0.1:{}", "8001": "{}", "8002": "{}",
         "listen 80/": "listen {}/", "listen 443/": "listen {}/"}  # fmt: skip
FOLDERS = ("/srv/dojang", "/etc/dojang", "/etc/mysql", "/etc/systemd", "/var/log/dojang")
STOP_WITHIN_SECONDS = 40
# what only a whole machine can do: another user, packages
PREFACE = """set -euo pipefail
apt-get() { :; }
useradd() { :; }
chown() { :; }
git() { cp -r "$CODE" "$3"; }
mariadb() { command mariadb --no-defaults --socket="$MARIADB_SOCKET" "$@"; }
"""


class Machine:
    """Where it lies and what stands for what. `typed` makes of the words of a page what is typed on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._words = {name: f"{folder}{name}" for name in FOLDERS} | {" -g dojang": ""}
        for name, pattern in PORTS.items():
            self._words[name] = pattern.format(free_port())
        self._words["https://localhost"] = f"https://localhost:{self._words['listen 443/'][7:-1]}"
        for name in ("/etc/mysql/mariadb.conf.d", "/etc/systemd/system", "/var/log/dojang", "bin", "tmp", "srv"):
            (folder / name.removeprefix("/")).mkdir(parents=True)
        self._code()
        stand_in = folder / "bin" / "systemctl"
        stand_in.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} {__file__} {folder} "$@"\n')
        stand_in.chmod(0o755)

    def typed(self, text: str) -> str:
        for name, here in self._words.items():
            text = text.replace(name, here)
        return text

    @property
    def port_of_database(self) -> str:
        return self._words["127.0.0.1:3306"].removeprefix("127.0.0.1:")

    def surroundings(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "PYTHON"))}
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}{os.pathsep}/usr/sbin"
        here = {"CODE": str(self.folder / "code"), "MARIADB_SOCKET": str(self.folder / "tmp" / "mariadb.sock")}
        return kept | here | {"PATH": path, "HOME": str(self.folder)}

    def _code(self) -> None:
        """The project as a release holds it, with this machine's paths in what the page copies from it."""
        ask = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        for name in subprocess.check_output(ask, cwd=ROOT, text=True).splitlines():
            if name.startswith(("tests/", ".github/")) or not (ROOT / name).is_file():
                continue
            copy = self.folder / "code" / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((ROOT / name).read_bytes())
            copy.chmod((ROOT / name).stat().st_mode)
            if name.startswith("docker/debian/"):
                copy.write_text(self.typed(copy.read_text()))
            if name.startswith("nginx/") and name.endswith(".conf"):
                copy.write_text(copy.read_text().replace("/tmp/", f"{self.folder}/tmp/"))
        words = self.folder / "words"
        words.write_text(f"{self.port_of_database} {self._words['127.0.0.1:6379'].removeprefix('127.0.0.1:')}")


@contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """A machine whose processes end with the block."""
    try:
        yield Machine(folder)
    finally:
        for file in (folder / "tmp").glob("*.run"):
            end(file, signal.SIGKILL)


# --- systemctl ----------------------------------------------------------------------------------------


def systemctl(folder: Path, verb: str, *names: str) -> None:
    """`start`, `stop`, `restart`, `enable --now`; what else is said means nothing here."""
    for unit in names:
        running = folder / "tmp" / f"{unit}.run"
        if unit.startswith("-") or unit == "nginx" or verb == "disable":
            continue
        if verb in ("stop", "restart"):
            end(running, signal.SIGTERM)
        if verb in ("start", "restart", "enable"):
            begin(folder, unit, running)


def begin(folder: Path, unit: str, running: Path) -> None:
    command, settings = {"mariadb": mariadb, "redis-server": redis}.get(unit, lambda _: of_unit(folder, unit))(folder)
    with (folder / "tmp" / f"{unit}.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=os.environ | settings, cwd=folder, start_new_session=True
        )
    running.write_text(str(process.pid))
    if unit == "mariadb":
        ask = ["mariadb-admin", "--no-defaults", f"--socket={folder}/tmp/mariadb.sock", "--silent", "ping"]
        while subprocess.call(ask, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            assert process.poll() is None, (folder / "tmp" / "mariadb.log").read_text()
            time.sleep(0.1)


def of_unit(folder: Path, unit: str) -> tuple[list[str], dict[str, str]]:
    """What a unit file of the page starts, and in which environment."""
    name, _, instance = unit.partition("@")
    file = folder / "etc/systemd/system" / (f"{name}@.service" if instance else f"{name}.service")
    lines = [line.replace("%i", instance).split("=", 1) for line in file.read_text().splitlines() if "=" in line]
    settings = dict(value.split("=", 1) for key, value in lines if key == "Environment")
    for path in (Path(value) for key, value in lines if key == "EnvironmentFile"):
        settings |= dict(line.split("=", 1) for line in path.read_text().splitlines())
    if "METRICS_PORT" in settings:  # made of the unit's own port, which is another one here
        settings["METRICS_PORT"] = str(free_port())
    return next(shlex.split(value) for key, value in lines if key == "ExecStart"), settings


def mariadb(folder: Path) -> tuple[list[str], dict[str, str]]:
    data, port = folder / "mariadb", (folder / "words").read_text().split()[0]
    settings = [f"--defaults-file={folder}/etc/mysql/mariadb.conf.d/60-dojang.cnf"]
    here = [*as_root(), f"--datadir={data}", f"--tmpdir={folder}/tmp"]
    if not data.exists():
        make = [find_program("mariadb-install-db") or "", *settings, *here, "--skip-test-db", "--force",
                "--auth-root-authentication-method=normal"]  # fmt: skip
        subprocess.run(make, check=True, capture_output=True)
    listen = [f"--socket={folder}/tmp/mariadb.sock", f"--port={port}", "--bind-address=127.0.0.1"]
    return [find_program("mariadbd") or "", *settings, *here, *listen, f"--pid-file={folder}/tmp/pid"], {}


def redis(folder: Path) -> tuple[list[str], dict[str, str]]:
    port = (folder / "words").read_text().split()[1]
    program = find_program("redis-server") or ""
    if Path(program).name != "redis-server":  # Debian's one program decides by the name it is called
        (folder / "bin" / "redis-server").symlink_to(program)
        program = str(folder / "bin" / "redis-server")
    return [program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", str(folder / "tmp")], {}


def end(running: Path, how: signal.Signals) -> None:
    """Ends the process of a `.run` file with its group; returns when it is gone."""
    if not running.exists():
        return
    pid = int(running.read_text())
    running.unlink()
    with suppress(ProcessLookupError):
        os.killpg(pid, how)
    until = time.monotonic() + STOP_WITHIN_SECONDS
    while Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z":
        assert time.monotonic() < until, f"{running.stem} doesn't end"
        time.sleep(0.05)


if __name__ == "__main__":
    systemctl(Path(sys.argv[1]), *sys.argv[2:])
