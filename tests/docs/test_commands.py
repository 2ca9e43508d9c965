"""What the documents tell a reader to type is typed: every block tagged `run`, by page, each against its own demo."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, inside
from tests.docs.reading import pages, read
from tests.provision import provide

AT_A_READERS_DESK = ("backend", "docs", "examples", "docker", "alembic.ini", "pyproject.toml", ".env.example")
# stops at the first command that fails, and makes a refusal of the API one of these
PREFACE = 'set -euo pipefail\ncurl() { command curl --fail-with-body --show-error --max-time 30 "$@"; }\n'
ADDRESS = "localhost:8000"  # where a reader's demo is
RUN = f"""#!/bin/sh
exec "{sys.executable}" -m app.cli "$@"
"""


def tagged(page: Path) -> str:
    """The blocks of a page that are to be run, in order: what one of them sets, the next may use."""
    return "\n".join(block.text for block in read(page).blocks if "run" in block.info.split()[1:])


def to_run() -> list[object]:
    """The first page that people meet in every run, the others in the slow one."""
    found = [page for page in pages() if not page.name.endswith(".ko.md") and tagged(page)]
    return [
        pytest.param(page, id=inside(page), marks=[] if page.name == "README.md" else [pytest.mark.slow])
        for page in found
    ]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder like the reader's: the project in it, and `./run` for this very Python."""
    for name in AT_A_READERS_DESK:
        (tmp_path / name).symlink_to(ROOT / name)
    run = tmp_path / "run"
    run.write_text(RUN)
    run.chmod(0o755)
    return tmp_path


@contextmanager
def demo(desk: Path) -> Iterator[str]:
    """The address of a demo that keeps its data where the documents say: in `.demo`."""
    command = ["./run", "demo", "--json", "--port", "0", "--no-browser"]
    log = (desk / "demo.log").open("w")
    process = subprocess.Popen(command, cwd=desk, env=surroundings(), stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (desk / "demo.log").read_text()
        yield json.loads(line)["api"].removeprefix("http://")
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def surroundings() -> dict[str, str]:
    """The environment of a reader who has set nothing up."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")}
    return kept | {"PYTHONPATH": str(ROOT / "backend")}


def test_pages_that_people_try_have_commands_that_are_run() -> None:
    named = {inside(page) for page in pages() if tagged(page)}
    assert {"README.md", "docs/quickstart.md", "docs/how-to/connect-a-host.md", "docs/how-to/change-odds.md"} <= named


@pytest.mark.parametrize("page", to_run())
def test_the_commands_of_a_page_work(page: Path, desk: Path) -> None:
    if shutil.which("curl") is None:
        provide({"curl": "curl"})
    with demo(desk) as address:
        script = PREFACE + tagged(page).replace(ADDRESS, address)
        done = subprocess.run(["bash", "-c", script], cwd=desk, env=surroundings(), capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_a_command_that_fails_is_found(desk: Path) -> None:
    script = f"{PREFACE}./run ops no-such-command | tail -1\necho went on"
    done = subprocess.run(["bash", "-c", script], cwd=desk, env=surroundings(), capture_output=True, text=True)
    assert done.returncode != 0
    assert "went on" not in done.stdout
