"""Which servers a run uses: chosen once, by the process that starts it, and handed to the workers by environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.provision import Found, find_or_install, in_ci
from tests.servers import MariaDb

pytest_plugins = ["tests.fixtures"]

TESTS = Path(__file__).parent
# they read code, call pure rules, or (the documents) start what a reader would
NEED_NO_SERVER = {TESTS / folder for folder in ("architecture", "docs", "domain", "games")}
servers_of_the_run = pytest.StashKey[Found]()


def pytest_configure(config: pytest.Config) -> None:
    if is_worker(config) or not needs_servers(config):
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


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def needs_servers(config: pytest.Config) -> bool:
    if config.option.collectonly:
        return False
    chosen = [Path(arg.split("::")[0]).absolute() for arg in config.args]
    return not all(any(path.is_relative_to(folder) for folder in NEED_NO_SERVER) for path in chosen)
