"""Which servers a run uses: chosen once, by the process that starts it, and handed to the workers by environment."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.provision import Found, find_or_install, in_ci
from tests.servers import MariaDb

pytest_plugins = ["tests.fixtures"]

TESTS = Path(__file__).parent
# they read code, call pure rules, or (the documents) start what a reader would
NEED_NO_SERVER = {TESTS / folder for folder in ("architecture", "docs", "domain", "games")}
MEMORY = Path("/dev/shm")
# four servers of 0.2 GB, their growth, and the files of the tests that run
ROOM_FOR_A_RUN = 4 * 2**30
servers_of_the_run = pytest.StashKey[Found]()


def pytest_configure(config: pytest.Config) -> None:
    if is_worker(config):
        return
    # a run starts some hundred processes: each would compile the service anew, half a second of CPU
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    work_in_memory()
    if not needs_servers(config):
        return
    found = find_or_install()
    config.stash[servers_of_the_run] = found
    config.add_cleanup(found.stop)
    if found.reasons and in_ci():
        raise pytest.UsageError("CI must not skip servers: " + "; ".join(found.reasons))
    for name, url in urls(found).items():
        os.environ.pop(name, None)
        if url:
            os.environ[name] = url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers first: what takes seconds is not left to the end, when the other processes have nothing more to do."""
    items.sort(key=lambda item: "chromium" not in getattr(item, "fixturenames", ()))


def pytest_report_header(config: pytest.Config) -> list[str]:
    found = config.stash.get(servers_of_the_run, None)
    if found is None:
        return []
    header = [f"{name}: {url or 'none'}" for name, url in urls(found).items()]
    return header + [f"  because {reason}" for reason in found.reasons]


@pytest.fixture
def own_mariadb() -> Iterator[MariaDb]:
    """A MariaDB for this test alone, to kill, pause and restart at will."""
    with MariaDb() as server:
        yield server


def urls(found: Found) -> dict[str, str | None]:
    return {
        "TEST_DATABASE_URL": found.database_url,
        "TEST_REDIS_URL": found.redis_url,
        "TEST_CHROMIUM": found.chromium,
        "TEST_NGINX": found.nginx,
    }


def work_in_memory() -> None:
    """Databases and files of a run lie in memory, where there is room for them and nobody has said otherwise.

    Measured on a busy machine: a commit in 0.4 instead of 3 ms, a server's start in 2 instead of 6 s. A killed process
    loses no more of its files there than on a disk.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return
    found = os.statvfs(MEMORY)
    if found.f_bavail * found.f_frsize >= ROOM_FOR_A_RUN and not found.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def needs_servers(config: pytest.Config) -> bool:
    if config.option.collectonly:
        return False
    chosen = [Path(arg.split("::")[0]).absolute() for arg in config.args]
    return not all(any(path.is_relative_to(folder) for folder in NEED_NO_SERVER) for path in chosen)
