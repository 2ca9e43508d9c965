"""What the documents tell a reader to type is typed: every block tagged `run`, by page, each against its own demo."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.flows.seed_demo import DEMO_PLAYERS
from tests.architecture.house import ROOT, inside
from tests.docs.desk import reader, surroundings
from tests.docs.reading import DOCS, pages, read
from tests.provision import provide

# stops at the first command that fails, and makes a refusal of the API one of these
PREFACE = 'set -euo pipefail\ncurl() { command curl --fail-with-body --show-error --max-time 30 "$@"; }\n'
PAGES_IN_ORDER = ("README.md", "docs/quickstart.md")
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


def answers(said: str) -> list[dict[str, Any]]:
    """Every JSON answer that the commands printed, in order."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while (at := said.find("{", at)) >= 0:
        try:
            answer, at = decoder.raw_decode(said, at)
        except json.JSONDecodeError:
            at += 1
        else:
            found.append(answer)
    return found


@pytest.mark.parametrize("language", ["", ".ko"])
def test_who_reads_the_readme_and_then_the_quickstart_meets_no_refusal(language: str, tmp_path: Path) -> None:
    """On one demo, as a reader does it; each page must show what it says that it shows."""
    if shutil.which("curl") is None:
        provide({"curl": "curl"})
    with reader(tmp_path) as address:
        for page in (ROOT / f"README{language}.md", DOCS / f"quickstart{language}.md"):
            done = typed(tagged(page).replace(ADDRESS, address), tmp_path)
            assert done.returncode == 0, f"{page.name}\n{done.stdout}\n{done.stderr}"
            said = answers(done.stdout)
            stamped = next(one for one in said if "added_stamp" in one)
            assert (stamped["added_stamp"], stamped["xp_added"]) == (1, 20)
            given = next(one["results"][0] for one in said if "results" in one)
            assert (given["status"], given.get("reason")) == ("accepted", None)
            assert any(15 in effect.values() for effect in given["effects"]), "15 XP"
        plays = [one for one in said if "play_id" in one]
        assert (len(plays), plays[0]) == (2, plays[1]), "the same key, the same answer"
        assert done.stdout.rstrip().endswith("0 differences")


@pytest.mark.parametrize("name", ["README.md", "docs/quickstart.md"])
def test_what_a_reader_stamps_is_no_player_of_the_page(name: str) -> None:
    """Who has pressed the seal on the page before would be told that today's stamp is there."""
    subjects = set(re.findall(r"--sub (\w+)", tagged(ROOT / name))) - {"me"}
    assert subjects & {player.external_id for player in DEMO_PLAYERS} == set()
    assert subjects == set(re.findall(r'"subject": "(\w+)"', tagged(ROOT / name)))


def test_the_two_pages_share_no_player() -> None:
    readme, quickstart = (set(re.findall(r"--sub (\w+)", tagged(ROOT / name))) for name in PAGES_IN_ORDER)
    assert readme & quickstart == {"me"}
