"""Production start from the page alone: from nothing to an event, a stop, a backup, a loss and 0 differences."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.house import ROOT
from tests.docs.machine import PREFACE, Machine, machine
from tests.docs.reading import FENCE
from tests.provision import provide
from tests.servers import Unavailable

PAGE = ROOT / "docs" / "deploy-debian.md"
TOOLS = dict.fromkeys(("mariadb", "mariadb-admin", "mariadb-dump", "mariadb-binlog"), "mariadb-client")
PROGRAMS = TOOLS | {"curl": "curl", "nginx": "nginx"}
MARK = "== "  # begins the line that names the section whose commands come next


def script(page: Path) -> str:
    """The page's commands in order, each section announced by its heading."""
    lines, is_inside = [PREFACE], False
    for line in page.read_text().splitlines():
        if fence := FENCE.match(line):
            is_inside = not is_inside and fence[2].split()[1:] == ["walk"]
        elif is_inside:
            lines.append(line)
        elif line.startswith("## "):
            lines.append(f"echo; echo '{MARK}{line[3:]}'")
    return "\n".join([*lines, f"echo; echo '{MARK}end'"])


def walk(here: Machine) -> tuple[dict[str, str], dict[str, float]]:
    """(what each section printed, seconds that it took); stops at the first command that fails."""
    said: dict[str, str] = {}
    section = ""
    began: dict[str, float] = {}
    command = ["bash", "-c", here.typed(script(PAGE))]
    with subprocess.Popen(
        command, cwd=here.folder, env=here.surroundings(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as shell:
        assert shell.stdout is not None
        for line in shell.stdout:
            if line.startswith(MARK):
                section = line.removeprefix(MARK).strip()
                said[section], began[section] = "", time.monotonic()
            elif said:
                said[section] += line
    if shell.returncode:
        pytest.fail(f"{section}\n{said[section]}")
    starts = list(began.values())
    return said, {name: end - start for name, start, end in zip(began, starts, starts[1:], strict=False)}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_stranger_goes_to_production_with_the_page_alone(tmp_path: Path, record_property: Any) -> None:
    try:
        provide(PROGRAMS)
    except Unavailable as reason:
        pytest.skip(str(reason))
    with machine(tmp_path) as here:
        said, seconds = walk(here)
    measured = ", ".join(f"{name}: {took:.1f} s" for name, took in seconds.items() if took >= 0.1)
    print(measured)
    record_property("measured", measured)
    by_number = {name.split(".")[0]: text for name, text in said.items()}
    assert '"db":"ok"' in by_number["4"]
    assert '"status":"accepted"' in by_number["5"]
    assert "0 differences" in by_number["7"]
    assert '"status":"duplicate"' in by_number["7"].split("0 differences")[1]
