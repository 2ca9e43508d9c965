"""What the documents tell a reader to type is typed: every block tagged `run`, by page, each against its own demo."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.house import inside
from tests.docs.desk import reader, surroundings
from tests.docs.reading import pages, read
from tests.provision import provide

# stops at the first command that fails, and makes a refusal of the API one of these
PREFACE = 'set -euo pipefail\ncurl() { command curl --fail-with-body --show-error --max-time 30 "$@"; }\n'
ADDRESS = "localhost:8000"  # where a reader's demo is


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


def typed(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-c", PREFACE + script]
    return subprocess.run(command, cwd=folder, env=surroundings(), capture_output=True, text=True)


def test_pages_that_people_try_have_commands_that_are_run() -> None:
    named = {inside(page) for page in pages() if tagged(page)}
    assert {"README.md", "docs/quickstart.md", "docs/how-to/connect-a-host.md", "docs/how-to/change-odds.md"} <= named


@pytest.mark.parametrize("page", to_run())
def test_the_commands_of_a_page_work(page: Path, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        provide({"curl": "curl"})
    with reader(tmp_path) as address:
        done = typed(tagged(page).replace(ADDRESS, address), tmp_path)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        if page.name == "README.md":  # the desk itself tells failures, or none would ever be found
            for wrong in ("./run ops no-such-command", f"curl -s {address}/api/me"):
                assert "went on" not in typed(f"{wrong} | tail -1\necho went on", tmp_path).stdout
