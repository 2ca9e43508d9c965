"""Which servers a test run uses: those the environment names, else private ones, installed where that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.servers import MariaDb, Redis, Server, Unavailable, find_program

# Program → the Debian package that holds it. None of the databases' brings an init script, so installing them starts
# nothing; nginx's does, and on a machine with systemd it then serves its welcome page on port 80.
MARIADB_PACKAGES = {"mariadbd": "mariadb-server-core", "my_print_defaults": "mariadb-client-core"}
REDIS_PACKAGES = {"redis-server": "redis-tools"}
NGINX_PACKAGES = {"nginx": "nginx"}
OFF = "off"  # as TEST_REDIS_URL: this run is meant to have none
# the shell first: a browser without its own windows asks for half the CPU
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# the fonts too: without them Korean is measured and photographed as empty boxes
BROWSER_PACKAGES = {"chromium-headless-shell": "chromium-headless-shell", "(Korean fonts)": "fonts-nanum"}


@dataclass
class Found:
    """The servers of one run. An URL of None means none could be had, and `reasons` says why."""

    database_url: str | None = None
    redis_url: str | None = None
    chromium: str | None = None
    nginx: str | None = None
    reasons: list[str] = field(default_factory=list)
    started: list[Server] = field(default_factory=list)

    def stop(self) -> None:
        while self.started:
            self.started.pop().stop()


def find_or_install() -> Found:
    """Servers from the environment, else private ones, installed if this machine allows it."""
    found = Found(database_url=os.environ.get("TEST_DATABASE_URL"), redis_url=os.environ.get("TEST_REDIS_URL"))
    found.database_url = found.database_url or _private(MariaDb, MARIADB_PACKAGES, found)
    if found.redis_url == OFF:
        found.redis_url = None
    else:
        found.redis_url = found.redis_url or _private(Redis, REDIS_PACKAGES, found)
    found.chromium = _program(find_browser, found)
    found.nginx = _program(find_nginx, found)
    return found


def _program(find: Callable[[], str | None], found: Found) -> str | None:
    try:
        return find()
    except Unavailable as reason:
        found.reasons.append(str(reason))
        return None


def find_browser() -> str | None:
    """The path of a Chromium, installed if this machine allows it; raises Unavailable."""
    path = os.environ.get("TEST_CHROMIUM") or next(filter(None, map(find_program, BROWSERS)), None)
    if path is None:
        provide(BROWSER_PACKAGES)
        path = find_program("chromium-headless-shell")
    return path


def find_nginx() -> str | None:
    """The path of an nginx, installed if this machine allows it; raises Unavailable."""
    provide(NGINX_PACKAGES)
    return find_program("nginx")


def _private(server: type[Server], packages: dict[str, str], found: Found) -> str | None:
    try:
        provide(packages)
        found.started.append(server())
        return found.started[-1].start().url
    except Unavailable as reason:
        found.reasons.append(str(reason))
        return None


def provide(packages: dict[str, str]) -> None:
    """Makes sure the programs are here, by apt where that needs nobody's consent: as root, or in CI."""
    missing = [program for program in packages if find_program(program) is None]
    if not missing:
        return
    names = sorted({packages[program] for program in missing})
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (sudo and not in_ci()):
        raise Unavailable(f"{', '.join(missing)} not found (Debian: apt-get install {' '.join(names)})")
    print(f"installing {' '.join(names)} …", file=sys.stderr, flush=True)
    apt_get = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    for step in (["update"], ["install", "-y", "--no-install-recommends", *names]):
        done = subprocess.run([*apt_get, *step], capture_output=True, text=True)
        if done.returncode:
            raise Unavailable(f"apt-get {step[0]} failed: {done.stderr.strip()[-300:]}")


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true")
