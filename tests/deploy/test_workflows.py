"""The workflows: on their schema, with the least rights, on actions that nobody can exchange."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.architecture.house import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def read(workflow: Path) -> dict[str, Any]:
    """YAML takes the word `on` for true."""
    content: dict[Any, Any] = yaml.safe_load(workflow.read_text())
    return {"on" if name is True else name: value for name, value in content.items()}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_keeps_to_the_schema(workflow: Path) -> None:
    vendored = files("check_jsonschema").joinpath("builtin_schemas/vendor/github-workflows.json")
    jsonschema.validate(read(workflow), json.loads(vendored.read_text()))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_an_action_is_named_by_its_commit(workflow: Path) -> None:
    uses = [line.strip().removeprefix("- ") for line in workflow.read_text().splitlines() if "uses: " in line]
    assert uses
    assert [line for line in uses if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_rights_are_given_job_by_job_and_time_is_limited(workflow: Path) -> None:
    content = read(workflow)
    assert content["permissions"] == {}
    for name, job in content["jobs"].items():
        assert job["timeout-minutes"] <= 30, name
        if workflow.stem != "release":
            assert job["permissions"] == {"contents": "read"}, name


def test_what_is_promised_is_tested_on_every_change() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]
    assert set(jobs) == {"check", "test", "test-mysql", "browser", "docs", "image"}
    matrix = jobs["test"]["strategy"]["matrix"]
    assert matrix["python-version"] == ["3.11", "3.12", "3.13"]
    assert [one["redis"] for one in matrix["include"]] == ["off"]
    assert jobs["test-mysql"]["services"]["mysql"]["image"].startswith("mysql:8.4@sha256:")
    assert {"run": "./run test --slow tests/docs"} in jobs["docs"]["steps"]


def test_zizmor_finds_nothing() -> None:
    zizmor = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    assert zizmor, "a development dependency: ./run setup"
    audit = subprocess.run([zizmor, "--offline", "--no-progress", ROOT / ".github"], capture_output=True, text=True)
    assert audit.returncode == 0, audit.stdout
